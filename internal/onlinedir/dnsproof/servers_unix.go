//go:build !windows

package dnsproof

import (
	"net"

	"github.com/miekg/dns"

	"syncd/internal/directory"
)

// resolvConf is where Unix keeps the name servers (resolv.conf(5)).
const resolvConf = "/etc/resolv.conf"

func systemServers() ([]string, error) { return serversIn(resolvConf) }

func serversIn(file string) ([]string, error) {
	config, err := dns.ClientConfigFromFile(file)
	if err != nil || len(config.Servers) == 0 {
		return nil, &directory.Fault{
			Class: directory.Usage, Cause: "this computer has no name servers in " + file, Remedy: "name one with --resolver", Err: err,
		}
	}
	servers := make([]string, len(config.Servers))
	for i, server := range config.Servers {
		servers[i] = net.JoinHostPort(server, config.Port)
	}
	return servers, nil
}
