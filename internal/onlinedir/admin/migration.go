package admin

import (
	"net/http"
	"strconv"

	"syncd/internal/directory"
)

// migration is the page that the service's refusal points to while synchronisation is not enabled.
func (p *Pages) migration(w http.ResponseWriter, r *http.Request) {
	f, err := p.frame(r, "migration", "Migration", "whether Active Directory may write into this directory")
	if err != nil {
		p.fail(w, r, err)
		return
	}
	p.show(w, r, http.StatusOK, "migration", f)
}

func (p *Pages) setSync(w http.ResponseWriter, r *http.Request) {
	enabled, err := strconv.ParseBool(r.PostFormValue("enabled"))
	if err != nil {
		p.refuse(w, r, http.StatusBadRequest, &directory.Fault{Cause: "the form does not say whether to enable", Remedy: "use the button of the page"})
		return
	}
	if err := p.tenant.SetSyncEnabled(r.Context(), enabled); err != nil {
		p.fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/migration", http.StatusSeeOther)
}
