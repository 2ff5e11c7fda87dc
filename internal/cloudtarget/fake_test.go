package cloudtarget

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"syncd/internal/directory"
)

const fakeToken = "s3cr3t-t0k3n"

// fake is a SCIM service that is strict where RFC 7644 lets it be: every schema that is used must be listed, a replace whose filter
// matches nothing is an error, paths that it does not know are errors, and so is any member that does not exist.
type fake struct {
	t          *testing.T
	bulk       bool
	operations int // of one bulk
	payload    int
	twins      bool // externalId is not kept unique
	noOr       bool // filters know one eq and nothing else
	noExternal bool // filters know no externalId
	noPresent  bool // filters know no pr
	pageMost   int  // resources of a page, 0: any number
	shows      bool // groups are shown with their members
	memberMost int  // members in one PATCH, 0: any number

	dropsManagers bool // a POST makes the resource without its manager
	short         bool // the answer to a POST has no extensions
	// intercept sees each request first; true means that it has answered.
	intercept func(w http.ResponseWriter, r *http.Request, body string) bool
	// spoil sees each single operation, also those of a bulk; a status that is not 0 is its answer.
	spoil func(method, path, body string) (status int, detail string)

	mu        sync.Mutex
	resources map[string]map[string]any // by path, "/Users/7"
	members   map[string][]string
	next      int
	requests  []string // "POST /Users"
}

func newFake(t *testing.T) *fake {
	return &fake{t: t, operations: 50, payload: 64 << 10, resources: map[string]map[string]any{}, members: map[string][]string{}}
}

// open starts the service and a Target on it.
func (f *fake) open() *Target {
	f.t.Helper()
	server := httptest.NewServer(f)
	f.t.Cleanup(server.Close)
	t := targetFor(f.t, server.URL+"/scim")
	if err := t.Open(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
	return t
}

// targetFor makes a Target that waits for milliseconds between its tries.
func targetFor(t *testing.T, address string) *Target {
	t.Helper()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(fakeToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	target, err := New(Config{URL: address, TokenFile: file, Concurrency: 4}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	target.retry.initial, target.retry.longest = time.Millisecond, 4*time.Millisecond
	t.Cleanup(target.Close)
	return target
}

// count says how many requests began so.
func (f *fake) count(prefix string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, r := range f.requests {
		if strings.HasPrefix(r, prefix) {
			n++
		}
	}
	return n
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/scim")
	f.mu.Lock()
	f.requests = append(f.requests, r.Method+" "+path)
	f.mu.Unlock()
	if f.intercept != nil && f.intercept(w, r, string(body)) {
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+fakeToken || r.Header.Get("User-Agent") == "" {
		send(w, http.StatusUnauthorized, scimError(401, "", "the token is unknown or revoked"))
		return
	}
	if len(body) > 0 && r.Header.Get("Content-Type") != "application/scim+json" {
		send(w, http.StatusUnsupportedMediaType, nil)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if path == "/Bulk" {
		f.serveBulk(w, body)
		return
	}
	status, answer := f.route(r.Method, path, r.URL.Query(), body)
	if id, ok := answer["id"].(string); ok && status == http.StatusCreated {
		w.Header().Set("Location", "http://"+r.Host+"/scim"+path+"/"+id)
	}
	send(w, status, answer)
}

func send(w http.ResponseWriter, status int, doc map[string]any) {
	w.WriteHeader(status)
	if doc != nil {
		if err := json.NewEncoder(w).Encode(doc); err != nil {
			panic(err)
		}
	}
}

func scimError(status int, kind, detail string) map[string]any {
	return map[string]any{
		"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:Error"},
		"status":  fmt.Sprint(status), "scimType": kind, "detail": detail,
	}
}

func (f *fake) serveBulk(w http.ResponseWriter, body []byte) {
	var doc struct {
		Schemas    []string
		Operations []struct {
			Method, BulkID, Path string
			Data                 json.RawMessage
		}
	}
	if err := json.Unmarshal(body, &doc); err != nil || !slices.Equal(doc.Schemas, []string{schemaBulk}) {
		send(w, 400, scimError(400, "invalidSyntax", "not a bulk request"))
		return
	}
	if !f.bulk || len(doc.Operations) > f.operations || len(body) > f.payload {
		send(w, http.StatusRequestEntityTooLarge, scimError(413, "", "too large"))
		return
	}
	results := []any{}
	for _, o := range doc.Operations {
		status, answer := f.route(o.Method, o.Path, nil, o.Data)
		result := map[string]any{"method": o.Method, "bulkId": o.BulkID, "status": fmt.Sprint(status)}
		if id, ok := answer["id"].(string); ok {
			result["location"] = "http://fake" + o.Path + "/" + id
		}
		if status >= 300 {
			result["response"] = answer
		}
		results = append(results, result)
	}
	send(w, 200, map[string]any{"Operations": results})
}

// route carries out one operation; the caller holds the lock.
func (f *fake) route(method, path string, query url.Values, body []byte) (int, map[string]any) {
	if f.spoil != nil {
		if status, detail := f.spoil(method, path, string(body)); status != 0 {
			return status, scimError(status, "", detail)
		}
	}
	_, known := f.resources[path]
	switch {
	case path == "/ServiceProviderConfig":
		return 200, map[string]any{
			"patch": map[string]any{"supported": true}, "filter": map[string]any{"supported": true, "maxResults": 20},
			"bulk": map[string]any{"supported": f.bulk, "maxOperations": f.operations, "maxPayloadSize": f.payload},
		}
	case path == "/ResourceTypes":
		return 200, resourceTypes()
	case method == "GET" && strings.Count(path, "/") == 1 && path != "/Schemas":
		return f.list(path, query)
	case method == "POST" && (path == "/Users" || path == "/Groups" || path == "/Contacts"):
		status, doc := f.post(path, body)
		if f.short && status == http.StatusCreated {
			doc = map[string]any{"id": doc["id"], "userName": doc["userName"]}
		}
		return status, doc
	case !known:
		return 404, scimError(404, "", "there is no "+path)
	case method == "GET":
		return 200, f.shown(path)
	case method == "DELETE":
		delete(f.resources, path)
		return 204, nil
	case method == "PATCH":
		return f.patch(path, body)
	}
	return 405, scimError(405, "", method+" is not possible")
}

func resourceTypes() map[string]any {
	one := func(endpoint, schema string, extensions ...string) any {
		list := []any{}
		for _, e := range extensions {
			list = append(list, map[string]any{"schema": e, "required": false})
		}
		return map[string]any{"endpoint": endpoint, "schema": schema, "schemaExtensions": list}
	}
	return map[string]any{"totalResults": 3, "Resources": []any{
		one("/Users", directory.SchemaUser, directory.SchemaEnterprise, directory.SchemaOnPremises),
		one("Groups", directory.SchemaGroup, directory.SchemaOnPremises),
		one("/Contacts/", directory.SchemaContact, directory.SchemaOnPremises),
	}}
}

var eqTerm = regexp.MustCompile(`^(externalId|userName|emails\.value|urn:[a-zA-Z0-9:.]+:mail) eq "([^"]*)"$`)

// list answers one page (RFC 7644 §3.4.2).
func (f *fake) list(path string, query url.Values) (int, map[string]any) {
	terms := strings.Split(query.Get("filter"), " or ")
	if f.noOr && len(terms) > 1 {
		return 400, scimError(400, "invalidFilter", "only eq")
	}
	var found []string
	for _, term := range terms {
		m := eqTerm.FindStringSubmatch(term)
		switch {
		case term == "":
		case term == "externalId pr" && !f.noPresent:
		case m == nil || m[1] == "externalId" && f.noExternal:
			return 400, scimError(400, "invalidFilter", term)
		}
		for p, r := range f.resources {
			if strings.HasPrefix(p, path+"/") && (m == nil && (term == "" || r["externalId"] != nil) || m != nil && has(r, m[1], m[2])) {
				found = append(found, p)
			}
		}
	}
	slices.SortFunc(found, func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) })
	number := func(name string, otherwise int) int {
		if n, err := strconv.Atoi(query.Get(name)); err == nil {
			return n
		}
		return otherwise
	}
	rest := found[min(len(found), max(number("startIndex", 1), 1)-1):]
	rest = rest[:min(len(rest), number("count", 100), cmp.Or(f.pageMost, len(rest)))]
	page := []any{}
	for _, p := range rest {
		page = append(page, f.shown(p))
	}
	return 200, map[string]any{"totalResults": len(found), "Resources": page}
}

// has compares as most services do: whatever the case.
func has(r map[string]any, attribute, value string) bool {
	switch attribute {
	case "emails.value":
		list, _ := r["emails"].([]any)
		return slices.ContainsFunc(list, func(e any) bool { return strings.EqualFold(fmt.Sprint(e.(map[string]any)["value"]), value) })
	case "externalId", "userName":
		return strings.EqualFold(fmt.Sprint(r[attribute]), value)
	}
	extension, _ := r[directory.SchemaOnPremises].(map[string]any)
	return strings.EqualFold(fmt.Sprint(extension["mail"]), value)
}

// shown is a resource as a GET returns it.
func (f *fake) shown(path string) map[string]any {
	if !f.shows || len(f.members[path]) == 0 {
		return f.resources[path]
	}
	doc := maps.Clone(f.resources[path])
	list := []any{}
	for _, id := range f.members[path] {
		list = append(list, map[string]any{"value": id})
	}
	doc["members"] = list
	return doc
}

func (f *fake) post(path string, body []byte) (int, map[string]any) {
	var doc map[string]any
	if err := json.Unmarshal(body, &doc); err != nil {
		return 400, scimError(400, "invalidSyntax", err.Error())
	}
	if path == "/Users" && doc["active"] != false {
		f.t.Errorf("a user is created with active %v", doc["active"])
	}
	schemas, _ := doc["schemas"].([]any)
	for name := range doc {
		if strings.HasPrefix(name, "urn:") && !slices.Contains(schemas, any(name)) {
			return 400, scimError(400, "invalidSyntax", name+" is not among schemas")
		}
	}
	for p, r := range f.resources {
		if doc["userName"] != nil && r["userName"] == doc["userName"] {
			return 409, scimError(409, "uniqueness", fmt.Sprintf("userName %v is taken", doc["userName"]))
		}
		if !f.twins && strings.HasPrefix(p, path+"/") && r["externalId"] == doc["externalId"] {
			return 409, scimError(409, "uniqueness", "externalId is taken")
		}
	}
	if enterprise, _ := doc[directory.SchemaEnterprise].(map[string]any); f.dropsManagers {
		delete(enterprise, "manager")
	}
	f.next++
	doc["id"] = fmt.Sprint(f.next)
	f.resources[path+"/"+fmt.Sprint(f.next)] = doc
	return 201, doc
}
