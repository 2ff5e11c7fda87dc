package admin

import (
	"net"
	"net/url"
	"strings"
)

// setup is what an administrator copies to install the tool.
type setup struct {
	Endpoint string
	Plain    bool   // it is neither TLS nor this machine: the tool refuses it
	Config   string // the whole of a small syncd.yaml
}

// setup fills in what this directory knows of itself.
func (v *visit) setup() (setup, error) {
	domains, err := v.tenant.RegisteredDomains(v.ctx())
	if err != nil {
		return setup{}, err
	}
	domain := "corp.example"
	for _, d := range domains {
		if d.Verified {
			domain = d.Name
			break
		}
	}
	s := setup{Endpoint: v.endpoint()}
	if u, err := url.Parse(s.Endpoint); err != nil || u.Scheme == "http" && !loopback(u.Hostname()) {
		s.Plain = true
	}
	s.Config = strings.NewReplacer("DOMAIN", domain, "ENDPOINT", s.Endpoint).Replace(configuration)
	return s, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// configuration is the least that the tool needs to know; a test compares it with the example that comes with the tool.
const configuration = `source:
  servers:
    - ldaps://dc1.DOMAIN        # your domain controllers, tried in this order
  bind:
    user: svc-syncd@DOMAIN      # may replicate directory changes, nothing more
    password_file: /etc/syncd/ad.password
target:
  url: ENDPOINT
  token_file: /etc/syncd/online.token
state:
  dir: /var/lib/syncd
`
