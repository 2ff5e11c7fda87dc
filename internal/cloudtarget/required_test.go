package cloudtarget

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"syncd/internal/directory"
)

// A service that asks for a password and quotes what it refuses gets one, each time another one, and nobody reads it (law 10).
func TestAPasswordIsNeverQuoted(t *testing.T) {
	for _, bulk := range []bool{false, true} {
		f := newFake(t)
		f.bulk = bulk
		f.intercept = func(w http.ResponseWriter, r *http.Request, _ string) bool {
			if strings.HasSuffix(r.URL.Path, "/Schemas") {
				fmt.Fprint(w, `{"Resources":[{"id":"`+directory.SchemaUser+`","attributes":[{"name":"password","required":true,"mutability":"writeOnly"}]}]}`)
			}
			return strings.HasSuffix(r.URL.Path, "/Schemas")
		}
		seen := map[string]bool{}
		f.spoil = func(method, path, body string) (int, string) {
			var doc struct{ Password string }
			if method != http.MethodPost || json.Unmarshal([]byte(body), &doc) != nil {
				return 0, ""
			}
			seen[doc.Password] = true
			return http.StatusConflict, "refused: " + body
		}
		for _, o := range apply(t, f.open(), creations(3)...) {
			for password := range seen {
				if o.Refusal == nil || !strings.Contains(o.Refusal.Detail, "refused") || strings.Contains(o.Refusal.Detail, password) {
					t.Errorf("bulk=%v: %+v", bulk, o.Refusal)
				}
			}
		}
		if len(seen) != 3 || seen[""] {
			t.Errorf("bulk=%v: %d passwords for 3 people", bulk, len(seen))
		}
	}
}
