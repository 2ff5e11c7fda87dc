package onlinedirtest

import (
	"database/sql"
	"fmt"
	"path/filepath"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// Crowd makes a group with so many nameless users as its members, past the service and within a second, and returns the group's id. It may
// be called once for a directory; MemberID names its users.
func (s *Server) Crowd(members int) (group string) {
	s.t.Helper()
	group = s.Must(201, "POST", "/Groups", map[string]any{"schemas": []string{directory.SchemaGroup}, "displayName": "Everyone"}).ID()
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(s.Dir, tenant.File))+"?_pragma=busy_timeout(10000)&_pragma=synchronous(OFF)")
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			s.t.Error(err)
		}
	}()
	const seriesUpTo = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
	steps := []struct {
		statement string
		args      []any
	}{
		{"INSERT INTO resource (id, kind, state, active, display_name, created, modified, version, body) " + seriesUpTo +
			`SELECT printf('` + memberForm + `', i), 1, 0, 0, '', 0, 0, 1, '{}' FROM n`, []any{members}},
		{`INSERT INTO member (grp, member) SELECT g.seq, m.seq FROM resource g, resource m WHERE g.id = ? AND m.seq > g.seq`, []any{group}},
	}
	for _, step := range steps {
		if _, err := db.ExecContext(s.t.Context(), step.statement, step.args...); err != nil {
			s.t.Fatal(err)
		}
	}
	return group
}

const memberForm = "00000000-0000-7000-8000-%012d"

// MemberID is the id of a user that Crowd made, the first being 1.
func MemberID(n int) string { return fmt.Sprintf(memberForm, n) }
