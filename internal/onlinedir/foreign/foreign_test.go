package foreign

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReportsAreRead: every check with its status and the whole of its reason; what is no report is an error and no success.
func TestReportsAreRead(t *testing.T) {
	const head = "Performing a SCIM compliance check on http://x/ ...\n"
	for report, want := range map[string][]Check{
		head + "SUCCESS a_b\nERROR c\n  was not added\nReturned value: ['X']\nSKIPPED d\n": {
			{Name: "a_b", Status: "SUCCESS"}, {Name: "c", Status: "ERROR", Reason: "was not added\nReturned value: ['X']"}, {Name: "d", Status: "SKIPPED"},
		},
		head:                             nil,
		"":                               nil,
		"Error: Could not discover\n":    nil,
		head + "  reason of nothing\n":   nil,
		"Traceback (most recent call)\n": nil,
	} {
		got, err := parseSuite(report)
		if diff := cmp.Diff(want, got); diff != "" || (err == nil) != (want != nil) {
			t.Errorf("%q: %v %s", report, err, diff)
		}
	}
}
