package admin

import (
	"runtime/debug"

	"syncd/internal/onlinedir/service"
	"syncd/internal/onlinedir/tenant"
)

func aboutSection() section {
	return section{"about", "About", "/about", tenant.OnlyReader, []route{
		{"GET /about", tenant.OnlyReader, (*visit).about},
	}}
}

// aboutPage says what this directory is.
type aboutPage struct {
	frame
	Routing  string
	Endpoint string
	Version  string
}

func (v *visit) about() error {
	f, err := v.frame("About", "what this directory is, and where programs reach it")
	if err != nil {
		return err
	}
	return v.show("about", aboutPage{f, v.tenant.RoutingDomain(), v.endpoint(), version()})
}

// endpoint is where clients of SCIM reach this directory, as far as this request tells.
func (v *visit) endpoint() string {
	scheme := "http"
	if v.r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + v.r.Host + service.Prefix
}

// version is what the build recorded of its source.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	version := info.Main.Version
	for _, s := range info.Settings {
		const short = 12 // characters of a commit
		if s.Key == "vcs.revision" && (version == "" || version == "(devel)") && len(s.Value) >= short {
			return "built from " + s.Value[:short]
		}
	}
	if version == "" || version == "(devel)" {
		return "built from a working copy"
	}
	return version
}
