package tenant

import (
	"testing"
	"time"
)

// BenchmarkAudit reads pages of a log of a million entries.
func BenchmarkAudit(b *testing.B) {
	c := newClock()
	d := newTenant(b, WithClock(c.Now))
	began := fillAudit(b, d, 1_000_000)
	for _, bench := range []struct {
		name string
		q    AuditQuery
	}{
		{"first page", AuditQuery{}},
		{"page in the middle", AuditQuery{Until: began.Add(500_000 * time.Second)}},
		{"actor and action", AuditQuery{Actor: "syncd", Action: DidDelete}},
		{"resource", AuditQuery{Resource: "id10"}},
		{"search for somebody", AuditQuery{Search: "person 77"}},
		{"search for nobody", AuditQuery{Search: "nobody of this name"}},
		{"search for nobody in other letters", AuditQuery{Search: "никто"}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := d.Audit(b.Context(), bench.q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
