package cloudtarget_test

import (
	"testing"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/foreign"
)

// TestForeignServer: a SCIM server that nobody here wrote lives through what the simulated directory lives through.
func TestForeignServer(t *testing.T) {
	eachWay(t, func(t *testing.T, bulk bool) {
		s := visit(t, foreign.StartServer(t, bulk), foreign.ServerToken)
		s.lacks, s.twins = directory.SchemaOnPremises, true
		s.behave()
	})
}
