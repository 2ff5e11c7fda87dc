package dnsproof

import (
	"errors"
	"net"
	"slices"
	"unsafe"

	"golang.org/x/sys/windows"

	"syncd/internal/directory"
)

// systemServers lists the name servers of every network adapter that is up (GetAdaptersAddresses).
func systemServers() ([]string, error) {
	adapters, err := adapterAddresses()
	if err != nil {
		return nil, noServers(err)
	}
	var servers []string
	for a := adapters; a != nil; a = a.Next {
		if a.OperStatus != windows.IfOperStatusUp || a.IfType == windows.IF_TYPE_SOFTWARE_LOOPBACK {
			continue
		}
		for d := a.FirstDnsServerAddress; d != nil; d = d.Next {
			ip := d.Address.IP()
			if ip == nil || siteLocal(ip) {
				continue
			}
			if server := net.JoinHostPort(ip.String(), "53"); !slices.Contains(servers, server) {
				servers = append(servers, server)
			}
		}
	}
	if len(servers) == 0 {
		return nil, noServers(nil)
	}
	return servers, nil
}

// siteLocal are the addresses fec0::/10 that Windows lists where nobody configured a server (RFC 3879 deprecated them).
func siteLocal(ip net.IP) bool { return ip.To4() == nil && ip[0] == 0xfe && ip[1]&0xc0 == 0xc0 }

// adapterAddresses asks with growing buffers, because the list may grow between two calls.
func adapterAddresses() (*windows.IpAdapterAddresses, error) {
	const skip = windows.GAA_FLAG_SKIP_UNICAST | windows.GAA_FLAG_SKIP_ANYCAST | windows.GAA_FLAG_SKIP_MULTICAST
	size := uint32(15_000) // what the function's documentation recommends to begin with
	for range 5 {
		buffer := make([]byte, size)
		first := (*windows.IpAdapterAddresses)(unsafe.Pointer(&buffer[0]))
		err := windows.GetAdaptersAddresses(windows.AF_UNSPEC, skip, 0, first, &size)
		switch {
		case err == nil:
			return first, nil
		case errors.Is(err, windows.ERROR_NO_DATA):
			return nil, nil
		case !errors.Is(err, windows.ERROR_BUFFER_OVERFLOW):
			return nil, err
		}
	}
	return nil, windows.ERROR_BUFFER_OVERFLOW
}

func noServers(err error) error {
	return &directory.Fault{
		Class: directory.Usage, Cause: "the name servers of this computer cannot be found", Remedy: "name one with --resolver", Err: err,
	}
}
