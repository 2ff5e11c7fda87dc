// Package notify tells systemd how a service does, as sd_notify(3) describes it: ready, reading its configuration again, stopping, alive, and
// one line for `systemctl status`. Where no systemd asked for it (NOTIFY_SOCKET is not set, as in a terminal, in most containers and on
// Windows), nothing is sent and nothing fails.
//
// It hurts in one place: who says Alive says it of the whole program. Say it only of work that is proved to go on, see Watch.
package notify

import (
	"context"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"go.uber.org/zap"
)

// Notifier speaks to the systemd that started this process. Its methods may be called from several goroutines; each has sent its message when
// it returns. A message that cannot be sent is told to the log and not repeated.
type Notifier struct {
	log      *zap.Logger
	watchdog time.Duration
}

// New reads from the environment how often systemd wants to hear that the service is alive (WATCHDOG_USEC).
func New(log *zap.Logger) *Notifier {
	watchdog, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		log.Warn("systemd's watchdog is not answered: WATCHDOG_USEC is no number of microseconds; correct WatchdogSec= of the unit", zap.Error(err))
	}
	return &Notifier{log: log, watchdog: watchdog}
}

// Ready says that the service has started, or has read its configuration again, with its line of status.
func (n *Notifier) Ready(status string) { n.send(daemon.SdNotifyReady, statusLine(status)) }

// Status says how the service does.
func (n *Notifier) Status(status string) { n.send(statusLine(status)) }

// Reloading says that the configuration is read again, until Ready. systemd from version 253 on, with Type=notify-reload, compares the time in it
// with that of its signal.
func (n *Notifier) Reloading() { n.send(daemon.SdNotifyReloading, monotonic()) }

// Stopping says that the service ends by itself, or because it was told to.
func (n *Notifier) Stopping(status string) { n.send(daemon.SdNotifyStopping, statusLine(status)) }

// Interval is how often Watch says that the service is alive: half of what the unit's WatchdogSec= allows; 0 where nobody wants to know.
func (n *Notifier) Interval() time.Duration { return n.watchdog / 2 }

// Watch says at every Interval that the service is alive, as long as alive says so, until ctx ends. A service of which nothing is said for
// WatchdogSec= is killed by systemd, and started again.
func (n *Notifier) Watch(ctx context.Context, alive func(now time.Time) bool) {
	if n.Interval() <= 0 {
		return
	}
	tick := time.NewTicker(n.Interval())
	defer tick.Stop()
	for was := true; ; {
		is := alive(time.Now())
		switch {
		case is:
			n.send(daemon.SdNotifyWatchdog)
		case was:
			n.log.Error("nothing moves any more: systemd is not told that syncd is alive, and starts it again unless it moves", zap.Duration("within", n.watchdog))
		}
		was = is
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (n *Notifier) send(lines ...string) {
	message := strings.TrimSuffix(strings.Join(lines, "\n"), "\n")
	if _, err := daemon.SdNotify(false, message); err != nil {
		n.log.Warn("systemd cannot be told how syncd does", zap.String("message", message), zap.Error(err))
	}
}

// statusLine is one line, whatever the text has.
func statusLine(text string) string { return "STATUS=" + strings.Join(strings.Fields(text), " ") }
