package onlinedir_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"syncd/internal/directory"
	"syncd/internal/onlinedir"
	"syncd/internal/onlinedir/onlinedirtest"
)

// The variables that make this test binary another process with the same folder.
const (
	writeInto = "ONLINEDIR_TEST_WRITE_INTO" // create users until killed, printing each id once it is acknowledged
	tokenFor  = "ONLINEDIR_TEST_TOKEN_FOR"  // print a new token
)

func TestMain(m *testing.M) {
	var err error
	switch {
	case os.Getenv(writeInto) != "":
		err = writeUntilKilled(os.Getenv(writeInto))
	case os.Getenv(tokenFor) != "":
		err = printToken(os.Getenv(tokenFor))
	default:
		goleak.VerifyTestMain(m)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func writeUntilKilled(dir string) error {
	d, err := onlinedir.Open(context.Background(), dir, zap.NewNop())
	if err != nil {
		return err
	}
	token, err := d.NewToken(context.Background(), "writer")
	if err != nil {
		return err
	}
	handler := d.Handler()
	for n := 0; ; n++ {
		body, err := json.Marshal(userDocument(n))
		if err != nil {
			return err
		}
		request := httptest.NewRequest("POST", "/scim/v2/Users", bytes.NewReader(body))
		request.Header.Set("Content-Type", "application/scim+json")
		request.Header.Set("Authorization", "Bearer "+token.Reveal())
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		var created struct{ ID string }
		if err := json.Unmarshal(answer.Body.Bytes(), &created); err != nil || answer.Code != http.StatusCreated {
			return fmt.Errorf("%d %s %w", answer.Code, answer.Body, err)
		}
		fmt.Println(created.ID)
	}
}

func printToken(dir string) error {
	d, err := onlinedir.Open(context.Background(), dir, zap.NewNop())
	if err != nil {
		return err
	}
	token, err := d.NewToken(context.Background(), "other process")
	if err != nil {
		return err
	}
	fmt.Println(token.Reveal())
	return d.Close()
}

func again(t *testing.T, variable, dir string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self)
	command.Env = append(os.Environ(), variable+"="+dir)
	command.Stderr = os.Stderr
	return command
}

// TestKill is law 9 for the online directory: what was acknowledged before a kill -9 is there afterwards, and the folder opens.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	if err := onlinedir.Init(dir, onlinedir.Options{Tenant: "Contoso", Admin: "admin", Password: "correct horse", EnableSync: true, AnyDomain: true}); err != nil {
		t.Fatal(err)
	}
	writer := again(t, writeInto, dir)
	out, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if ids = append(ids, lines.Text()); len(ids) == 60 {
			if err := writer.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := writer.Wait(); err == nil {
		t.Fatal("the writer ended by itself")
	}
	d, err := onlinedir.Open(t.Context(), dir, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if len(ids) < 60 {
		t.Fatal("only", len(ids), "were acknowledged")
	}
	for _, id := range ids {
		if _, found, err := d.User(t.Context(), id); !found || err != nil {
			t.Errorf("%s was acknowledged and is gone: %v", id, err)
		}
	}
}

// TestTokenWhileServing: `syncd directory token` is another process than the server.
func TestTokenWhileServing(t *testing.T) {
	s := onlinedirtest.New(t)
	out, err := again(t, tokenFor, s.Dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	s.Token = directory.Secret(strings.TrimSpace(string(out)))
	s.Must(200, "GET", "/Users", nil)
	for _, printed := range []string{fmt.Sprint(s.Token), fmt.Sprintf("%#v", s.Token)} {
		if strings.Contains(printed, s.Token.Reveal()) {
			t.Error("a token printed itself")
		}
	}
}

// TestBigGroup: a group answers whole, and a change of one membership is one small request.
func TestBigGroup(t *testing.T) {
	s := onlinedirtest.New(t)
	const members = 2500
	operations := []map[string]any{}
	refs := []any{}
	for n := range members {
		operations = append(operations, map[string]any{"method": "POST", "path": "/Users", "bulkId": fmt.Sprint(n), "data": userDocument(n)})
		if len(operations) == 500 {
			answer := s.Must(200, "POST", "/Bulk", map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:BulkRequest"}, "Operations": operations})
			for _, op := range answer.Body["Operations"].([]any) {
				location := op.(map[string]any)["location"].(string)
				refs = append(refs, map[string]any{"value": location[strings.LastIndex(location, "/")+1:]})
			}
			operations = nil
		}
	}
	group := s.Must(201, "POST", "/Groups?excludedAttributes=members", map[string]any{"schemas": []string{directory.SchemaGroup}, "displayName": "Everyone", "members": refs})
	if group.Body["members"] != nil {
		t.Error("members were excluded")
	}
	whole := s.Must(200, "GET", "/Groups/"+group.ID(), nil)
	if got := len(whole.Body["members"].([]any)); got != members {
		t.Error(got, "members")
	}
}
