package control

import (
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"strings"

	"syncd/internal/directory"
)

// Config is the section "control" of the configuration file.
type Config struct {
	// the control endpoint: a socket, or a loopback port, whose clients need the token in `state.dir/control.token`; on Windows the default is `127.0.0.1:9848`
	Listen string `yaml:"listen"`
}

// DefaultConfig is a socket, on Windows a loopback port.
func DefaultConfig() Config {
	if runtime.GOOS == "windows" {
		return Config{Listen: "127.0.0.1:9848"}
	}
	return Config{Listen: "unix:///run/syncd/control.sock"}
}

// longestSocket is how many bytes the path of a socket may have (sun_path of unix(7) on Linux; others have a few less).
const longestSocket = 107

// Validate refuses every address that is not this machine's own.
func (c *Config) Validate() error {
	if path, ok := socketPath(c.Listen); ok {
		if path == "" {
			return &directory.FieldError{Field: "listen", Problem: "names no socket", Remedy: "write unix:///run/syncd/control.sock"}
		}
		if len(path) > longestSocket {
			return &directory.FieldError{
				Field: "listen", Problem: fmt.Sprintf("the path of the socket has %d bytes, the system takes %d", len(path), longestSocket), Remedy: "use a shorter path",
			}
		}
		return nil
	}
	if !isLoopback(c.Listen) {
		return &directory.FieldError{
			Field: "listen", Problem: c.Listen + " is neither a Unix socket nor a loopback address with a port",
			Remedy: "write unix:///run/syncd/control.sock or 127.0.0.1:9848",
		}
	}
	return nil
}

// MetricsConfig is the section "metrics" of the configuration file. An empty address turns metrics off.
type MetricsConfig struct {
	// where `GET /metrics` is answered; empty: nowhere
	Listen string `yaml:"listen"`
}

// DefaultMetrics is the loopback port 9847.
func DefaultMetrics() MetricsConfig { return MetricsConfig{Listen: "127.0.0.1:9847"} }

// Validate asks for an address with a port.
func (c *MetricsConfig) Validate() error {
	if c.Listen == "" {
		return nil
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return &directory.FieldError{Field: "listen", Problem: c.Listen + " is not an address with a port", Remedy: "write 127.0.0.1:9847, or nothing for no metrics"}
	}
	return nil
}

func socketPath(listen string) (string, bool) { return strings.CutPrefix(listen, "unix://") }

func isLoopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// Socket is the path of the Unix socket of the endpoint, "" where that is a port.
func (c *Config) Socket() string {
	path, is := socketPath(c.Listen)
	if !is {
		return ""
	}
	return path
}

// IsSocket reports whether the endpoint is a Unix socket, which no browser can open.
func (c *Config) IsSocket() bool {
	_, is := socketPath(c.Listen)
	return is
}

// socketHost is the Host of requests on a socket, where no name leads to.
const socketHost = "syncd"

// IsLocal reports whether the Host of a request is this machine's own: a foreign name that was made to point here is not.
func IsLocal(host string) bool {
	if host == socketHost || isLoopback(host) {
		return true
	}
	return isLoopback(net.JoinHostPort(strings.Trim(host, "[]"), "80"))
}
