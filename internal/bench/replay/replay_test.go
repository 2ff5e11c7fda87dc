package replay_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"syncd/internal/bench/replay"
	"syncd/internal/directory"
)

// service is a small online directory that remembers by externalId what was done to what it has created.
type service struct {
	*httptest.Server
	mu   sync.Mutex
	ids  map[string]string // id → externalId
	done []string
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{ids: map[string]string{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *service) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.URL.Path == "/scim/v2/Bulk":
		var bulk struct {
			Operations []struct {
				Method string `json:"method"`
				Data   struct {
					ExternalID string `json:"externalId"`
				} `json:"data"`
			} `json:"Operations"`
		}
		if err := json.Unmarshal(body, &bulk); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var answers []string
		for _, o := range bulk.Operations {
			id := s.create(o.Data.ExternalID)
			answers = append(answers, fmt.Sprintf(`{"location":"http://x/scim/v2/Users/%s","response":{"id":"%[1]s","meta":{"location":"http://x/scim/v2/Users/%[1]s"}}}`, id))
		}
		fmt.Fprintf(w, `{"Operations":[%s]}`, strings.Join(answers, ","))
	case r.URL.Path == "/scim/v2/Users/refused":
		http.Error(w, "no", http.StatusConflict)
	case r.Method == http.MethodPost:
		var data struct {
			ExternalID string `json:"externalId"`
		}
		if err := json.Unmarshal(body, &data); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprintf(w, `{"schemas":["urn"],"id":"%s"}`, s.create(data.ExternalID))
	case r.Method == http.MethodPatch:
		id := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
		s.done = append(s.done, fmt.Sprintf("%s %s %s", r.Method, s.ids[id], s.ids[strings.TrimSpace(string(body))]))
	}
}

func (s *service) create(externalID string) (id string) {
	id = uuid.NewString()
	s.ids[id] = externalID
	s.done = append(s.done, "created "+externalID)
	return id
}

// record passes requests on to a directory until stop, which returns what was recorded of them.
func record(t *testing.T, to *service) (send func(method, path, body string) []byte, stop func() *replay.Recording) {
	t.Helper()
	recorder, err := replay.Listen()
	if err != nil {
		t.Fatal(err)
	}
	recorder.Forward(strings.TrimPrefix(to.URL, "http://"))
	if err := recorder.Record(filepath.Join(t.TempDir(), "requests")); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}}
	send = func(method, path, body string) []byte {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, "http://"+recorder.Address()+"/scim/v2"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(res.Body)
		if err != nil || res.Body.Close() != nil || (res.StatusCode != http.StatusOK) != (path == "/Users/refused") {
			t.Fatalf("%s %s: %s, %v", method, path, res.Status, err)
		}
		return answer
	}
	return send, func() *replay.Recording {
		t.Helper()
		client.CloseIdleConnections()
		recording, err := recorder.Stop()
		if err != nil || recorder.Close() != nil {
			t.Fatal(err)
		}
		return recording
	}
}

// What was recorded against one directory means the same to another one that gives other ids; what only asked, or was refused, is left out.
func TestReplayedRequestsNameTheSameObjects(t *testing.T) {
	old, fresh := newService(t), newService(t)
	send, stop := record(t, old)
	send("PATCH", "/Users/refused", "x")
	ann, ben, cy := anchor(1), anchor(2), anchor(3)
	send("GET", "/ServiceProviderConfig", "")
	send("POST", "/Bulk", fmt.Sprintf(`{"Operations":[{"method":"POST","data":{"externalId":"%s"}},{"method":"POST","data":{"externalId":"%s"}}]}`, ann, ben))
	var made struct {
		ID string `json:"id"`
	}
	if err := json.NewDecoder(bytes.NewReader(send("POST", "/Groups", fmt.Sprintf(`{"externalId":"%s","padding":"%s"}`, cy, strings.Repeat("x", 300_000))))).Decode(&made); err != nil {
		t.Fatal(err)
	}
	for id, externalID := range old.ids {
		if externalID == ben {
			send("PATCH", "/Groups/"+made.ID, id)
		}
	}
	recording := stop()
	if w := recording.Work(); w.Created != 3 || w.Requests != 3 || w.Parallel != 1 || w.Rate() <= 0 {
		t.Errorf("recorded: %+v", w)
	}
	work, err := replay.Play(t.Context(), recording, strings.TrimPrefix(fresh.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	if work.Created != 3 || work.Requests != 3 {
		t.Errorf("replayed: %+v", work)
	}
	if want, got := strings.Join(old.done, "\n"), strings.Join(fresh.done, "\n"); want != got {
		t.Errorf("one directory was told\n%s\nthe other\n%s", want, got)
	}
}

// A directory that refuses ends the replay with its words, and nobody waits for what it would have created.
func TestRefusedReplayEnds(t *testing.T) {
	send, stop := record(t, newService(t))
	send("POST", "/Users", fmt.Sprintf(`{"externalId":"%s"}`, anchor(1)))
	recording := stop()
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no room", http.StatusInsufficientStorage) }))
	defer refusing.Close()
	_, err := replay.Play(t.Context(), recording, strings.TrimPrefix(refusing.URL, "http://"))
	if err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("the error is %v", err)
	}
}

func anchor(n byte) string { return directory.Anchor{15: n}.String() }
