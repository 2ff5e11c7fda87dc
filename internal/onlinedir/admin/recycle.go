package admin

import (
	"errors"
	"fmt"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

func recycleSection() section {
	return section{"recycle", "Recycle bin", "/recycle", tenant.OnlyReader, []route{
		{"GET /recycle", tenant.OnlyReader, (*visit).recycled},
		{"POST /recycle/restore", tenant.UserAdministrator, (*visit).restore},
	}}
}

// recyclePage lists what is in the recycle bin.
type recyclePage struct {
	frame
	listing
	Items  []tenant.Listed
	Empty  empty
	Synced string // what to know of what came from Active Directory
}

func (v *visit) recycled() error {
	list, err := v.tenant.Recycled(v.ctx(), v.listQuery())
	if err != nil {
		return err
	}
	days := int(tenant.RecycleFor.Hours() / 24)
	f, err := v.frame("Recycle bin", fmt.Sprintf("what was deleted waits here for %d days and can come back; then it is gone for good", days))
	if err != nil {
		return err
	}
	page := recyclePage{f, v.listing("/recycle", "Search name or address", list.Next, list.Partial), list.Items, v.nothingFound("/recycle"), "What came from Active Directory: " + tenant.RestoredSynced}
	if v.value("q") == "" {
		page.Empty = empty{Text: fmt.Sprintf("Nothing was deleted in the last %d days. What is deleted here, or leaves Active Directory, appears in this list.", days)}
	}
	return v.show("recycle", page)
}

// mostNamedRefusals is how many refusals a notice names, the first ones.
const mostNamedRefusals = 5

// restore takes what was selected out of the recycle bin, each on its own: what is refused stays where it is.
func (v *visit) restore() error {
	ids, err := v.chosen()
	if err != nil {
		return err
	}
	restored, refused := 0, []string(nil)
	for _, id := range ids {
		err := v.tenant.Restore(v.ctx(), id)
		if fault, ok := errors.AsType[*directory.Fault](err); ok {
			if len(ids) == 1 {
				return fault
			}
			refused = append(refused, strings.TrimRight(fault.Cause, ".")+".")
			continue
		}
		if err != nil {
			return err
		}
		restored++
	}
	n := notice{Text: plural(restored, "entry") + " came back from the recycle bin; accounts come back inactive."}
	if restored == 1 && len(ids) == 1 {
		n.Text = "It came back from the recycle bin."
		n.More, err = v.restoredPage(ids[0])
		if err != nil {
			return err
		}
	}
	if len(refused) > 0 {
		n.Bad = true
		more := ""
		if len(refused) > mostNamedRefusals {
			more = " And " + grouped(len(refused)-mostNamedRefusals) + " more."
		}
		n.Text += " " + grouped(len(refused)) + " did not: " + strings.Join(refused[:min(len(refused), mostNamedRefusals)], " ") + more
	}
	return v.done("/recycle", n)
}

// restoredPage leads to what just came back.
func (v *visit) restoredPage(id string) (*link, error) {
	u, found, err := v.tenant.User(v.ctx(), id)
	if err != nil {
		return nil, err
	}
	if found {
		return &link{"See " + nameOf(u) + " (" + u.State.String() + ")", pageOf("User", id)}, nil
	}
	d, found, err := v.tenant.DetailOf(v.ctx(), id)
	if err != nil || !found {
		return nil, err
	}
	return &link{"See " + d.Name, pageOf(d.Kind, id)}, nil
}
