//go:build !linux

package notify

// monotonic is empty: systemd runs on Linux only.
func monotonic() string { return "" }
