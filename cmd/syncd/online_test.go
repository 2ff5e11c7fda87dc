package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"syncd/internal/directory"
)

// online is a simulated online directory that runs as a process of its own.
type online struct {
	url       string // http://127.0.0.1:port
	dir       string
	tokenFile string
	token     string
	server    *background
}

// onlineFlags are what `syncd directory init` and `syncd directory serve` are told beyond what every test needs.
type onlineFlags struct{ init, serve []string }

// startOnline makes an online directory with synchronisation enabled, a token for syncd, and serves it.
func startOnline(t *testing.T, dir string) *online {
	t.Helper()
	o := serveOnline(t, dir, onlineFlags{init: []string{"--enable-sync", "--any-domain"}})
	r := syncd(t, "directory", "token", "--data", o.dir, "--name", "syncd")
	if r.code != 0 {
		t.Fatalf("making a token: exit status %d\n%s", r.code, r.err)
	}
	o.takeToken(t, strings.TrimSpace(r.out))
	return o
}

// onlineAdmin is the administrator of every online directory.
const (
	onlineAdmin    = "admin"
	onlinePassword = "correct horse battery"
)

// serveOnline makes an online directory and serves it. It has no token; one can be made before or after syncd's configuration is written.
func serveOnline(t *testing.T, dir string, flags onlineFlags) *online {
	t.Helper()
	o := &online{dir: filepath.Join(dir, "online"), tokenFile: filepath.Join(dir, "online.token")}
	password := writeFile(t, dir, "admin.password", onlinePassword+"\n")
	args := append([]string{"directory", "init", "--data", o.dir, "--tenant", "Contoso", "--admin", onlineAdmin, "--password-file", password}, flags.init...)
	if r := syncd(t, args...); r.code != 0 {
		t.Fatalf("syncd %v: exit status %d\n%s", args, r.code, r.err)
	}
	server, line := start(t, "listening on", append([]string{"directory", "serve", "--data", o.dir, "--listen", "127.0.0.1:0"}, flags.serve...)...)
	o.server, o.url = server, "http://"+line[strings.LastIndexByte(line, ' ')+1:]
	return o
}

// takeToken puts a token where syncd's configuration says.
func (o *online) takeToken(t *testing.T, token string) {
	t.Helper()
	o.token = token
	writeFile(t, filepath.Dir(o.tokenFile), filepath.Base(o.tokenFile), token+"\n")
}

// resource is a SCIM resource as it came.
type resource map[string]any

// list reads every resource of an endpoint that has an externalId, by that.
func (o *online) list(t *testing.T, endpoint string) map[directory.Anchor]resource {
	t.Helper()
	all := map[directory.Anchor]resource{}
	for start := 1; ; {
		var page struct {
			TotalResults int        `json:"totalResults"`
			Resources    []resource `json:"Resources"`
		}
		o.get(t, fmt.Sprintf("%s?startIndex=%d&count=500", endpoint, start), &page)
		for _, r := range page.Resources {
			if r["externalId"] == nil { // made by hand
				continue
			}
			anchor, err := directory.ParseAnchor(fmt.Sprint(r["externalId"]))
			if err != nil {
				t.Fatal(err)
			}
			all[anchor] = r
		}
		start += len(page.Resources)
		if start > page.TotalResults || len(page.Resources) == 0 {
			return all
		}
	}
}

// find reads the one resource with a value.
func (o *online) find(t *testing.T, endpoint, attribute, value string) resource {
	t.Helper()
	var page struct {
		Resources []resource `json:"Resources"`
	}
	o.get(t, endpoint+"?filter="+url.QueryEscape(fmt.Sprintf("%s eq %q", attribute, value)), &page)
	if len(page.Resources) != 1 {
		t.Fatalf("%d resources with %s %q", len(page.Resources), attribute, value)
	}
	return page.Resources[0]
}

// members are the ids of a group's members.
func (o *online) members(t *testing.T, group resource) map[string]bool {
	t.Helper()
	var full struct {
		Members []struct {
			Value string `json:"value"`
		} `json:"members"`
	}
	o.get(t, "Groups/"+group.id(), &full)
	ids := map[string]bool{}
	for _, m := range full.Members {
		ids[m.Value] = true
	}
	return ids
}

func (o *online) get(t *testing.T, path string, into any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, o.url+"/scim/v2/"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+o.token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s", path, response.Status)
	}
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}

func (r resource) id() string { return fmt.Sprint(r["id"]) }

// enterprise is an attribute of the enterprise extension, nil when absent.
func (r resource) enterprise(name string) any { return r.extension(directory.SchemaEnterprise, name) }

func (r resource) extension(schema, name string) any {
	e, _ := r[schema].(map[string]any)
	return e[name]
}

// phone is the work telephone number, "" when there is none.
func (r resource) phone() string {
	list, _ := r["phoneNumbers"].([]any)
	for _, n := range list {
		if m, _ := n.(map[string]any); m["type"] == "work" {
			return fmt.Sprint(m["value"])
		}
	}
	return ""
}

func (r resource) manager() string {
	m, _ := r.enterprise("manager").(map[string]any)
	if m == nil {
		return ""
	}
	return fmt.Sprint(m["value"])
}
