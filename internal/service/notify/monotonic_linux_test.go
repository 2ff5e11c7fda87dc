package notify_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"syncd/internal/service/notify"
)

// TestTheTimeOfAReload is that of this machine's monotonic clock in microseconds: systemd compares it with its own.
func TestTheTimeOfAReload(t *testing.T) {
	now := func() int64 {
		var at unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &at); err != nil {
			t.Fatal(err)
		}
		return time.Duration(at.Nano()).Microseconds()
	}
	s := listen(t)
	before := now()
	notify.New(zap.NewNop()).Reloading()
	after := now()
	_, told, found := strings.Cut(s.hear(t), "MONOTONIC_USEC=")
	if micros, err := strconv.ParseInt(told, 10, 64); !found || err != nil || micros < before || micros > after {
		t.Errorf("told was %q (%v), and it was between %d and %d", told, err, before, after)
	}
}
