package samba

import (
	"errors"
	"fmt"
	"net"
	"strconv"

	"syncd/internal/directory"
)

const (
	firstAddress, lastAddress = 40, 99 // of 127.0.0.0/24
	// reservedPort is held by whoever runs a domain on an address. Unlike a lock file it is free again however the holder
	// ends; it lies above the range that Linux hands out to clients.
	reservedPort = 64389
)

// reserve takes an address for as long as the listener is open; "" takes the first free one.
func reserve(address string) (net.Listener, error) {
	if address != "" {
		held, err := hold(address)
		if err != nil {
			return nil, &directory.Fault{
				Class: directory.Usage, Cause: fmt.Sprintf("another server uses the address %s (%v)", address, err),
				Remedy: "choose another loopback address, or leave the choice to this package", Err: err,
			}
		}
		return held, nil
	}
	var last error
	for n := firstAddress; n <= lastAddress; n++ {
		held, err := hold("127.0.0." + strconv.Itoa(n))
		if err == nil {
			return held, nil
		}
		last = err
	}
	return nil, &directory.Fault{
		Cause:  fmt.Sprintf("none of the addresses 127.0.0.%d to 127.0.0.%d is free (%v)", firstAddress, lastAddress, last),
		Remedy: "stop the directory server that listens on all addresses, or give Options.Address", Err: last,
	}
}

func hold(address string) (net.Listener, error) {
	held, err := net.Listen("tcp4", net.JoinHostPort(address, strconv.Itoa(reservedPort)))
	if err != nil {
		return nil, err
	}
	// A server that this package does not know may be there all the same.
	for _, port := range []int{88, 389, 636, 3268, 3269} {
		probe, err := net.Listen("tcp4", net.JoinHostPort(address, strconv.Itoa(port)))
		if err != nil {
			return nil, errors.Join(err, held.Close())
		}
		if err := probe.Close(); err != nil {
			return nil, errors.Join(err, held.Close())
		}
	}
	return held, nil
}
