package tenant

import "testing"

// TestWhoHasReadThePlan holds that the first one who says so is remembered, and that a reader may not say it.
func TestWhoHasReadThePlan(t *testing.T) {
	tenant := newTenant(t)
	if read, err := tenant.PlanRead(t.Context()); err != nil || !read.At.IsZero() {
		t.Fatalf("somebody has read it from the start: %+v %v", read, err)
	}
	rita := As(t.Context(), Actor{Name: "rita", Role: OnlyReader})
	if err := tenant.NotePlanRead(rita); err == nil {
		t.Error("a reader may say so")
	}
	for _, name := range []string{"admin", "another"} {
		if err := tenant.NotePlanRead(As(t.Context(), Actor{Name: name, Role: GlobalAdministrator})); err != nil {
			t.Fatal(err)
		}
	}
	read, err := tenant.PlanRead(t.Context())
	if err != nil || read.By != "admin" || read.At.IsZero() {
		t.Errorf("it was read by %+v: %v", read, err)
	}
	log, err := tenant.Audit(t.Context(), AuditQuery{Action: DidReadPlan})
	if err != nil || len(log.Entries) != 1 || log.Entries[0].Actor != "admin" {
		t.Errorf("the log says %+v: %v", log.Entries, err)
	}
}
