package admin

import "syncd/internal/onlinedir/tenant"

func overviewSection() section {
	return section{"overview", "Overview", "/", tenant.OnlyReader, []route{
		{"GET /{$}", tenant.OnlyReader, (*visit).overview},
	}}
}

// overviewPage is the first page: how things are, for looking.
type overviewPage struct {
	frame
}

func (v *visit) overview() error {
	f, err := v.frame("Overview", "how the directory is, and what needs attention")
	if err != nil {
		return err
	}
	return v.show("overview", overviewPage{frame: f})
}
