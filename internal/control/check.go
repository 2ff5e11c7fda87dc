package control

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"time"

	"syncd/internal/directory"
)

// The names of the findings of Check.
const (
	checkControl = "control endpoint"
	checkMetrics = "metrics port"
)

// Checks lists the names of all findings of Check, in the order in which they come.
func Checks() []string { return []string{checkControl, checkMetrics} }

// Check looks whether the control endpoint and the metrics port are free, or those of a running daemon, and tells its findings to report.
// The status is that daemon's, nil where none runs.
func Check(ctx context.Context, c Config, m MetricsConfig, stateDir string, report func(directory.Finding)) *Status {
	say := func(level directory.Level, name, found, remedy string) {
		report(directory.Finding{Level: level, Name: name, Found: found, Remedy: remedy})
	}
	status, err := ask(ctx, c, stateDir)
	switch {
	case err == nil:
		say(directory.Fine, checkControl, fmt.Sprintf("syncd %s runs, and answers at %s", status.Version, c.Listen), "")
	case errors.Is(err, ErrNoDaemon):
		status = nil
		if err := free(c); err != nil {
			found, remedy := inWords(err)
			say(directory.Failure, checkControl, found, remedy)
			break
		}
		say(directory.Fine, checkControl, c.Listen+" is free; no syncd runs", "")
	default:
		status = nil
		found, remedy := inWords(err)
		say(directory.Failure, checkControl, found, remedy)
	}
	metrics(m, status != nil, say)
	return status
}

// metrics looks at the metrics port: where a daemon runs, it is the one that has it.
func metrics(m MetricsConfig, running bool, say func(level directory.Level, name, found, remedy string)) {
	if m.Listen == "" {
		say(directory.Fine, checkMetrics, "metrics are turned off", "")
		return
	}
	l, err := ListenMetrics(m)
	switch {
	case err == nil:
		_ = l.Close() // nobody has connected
		say(directory.Fine, checkMetrics, m.Listen+" is free", "")
	case running:
		say(directory.Fine, checkMetrics, m.Listen+" is in use, by the syncd that runs", "")
	default:
		found, remedy := inWords(err)
		say(directory.Failure, checkMetrics, found, remedy)
	}
}

// answers is how long a daemon may take to answer, in which it does so at once.
const answers = 5 * time.Second

func ask(ctx context.Context, c Config, stateDir string) (*Status, error) {
	ctx, cancel := context.WithTimeout(ctx, answers)
	defer cancel()
	client, err := NewClient(c, stateDir)
	if err != nil {
		return nil, err
	}
	return client.Status(ctx)
}

// free looks whether a daemon could have the endpoint. A loopback port is opened for a moment; a socket is only looked at, because making
// its folder is the daemon's work.
func free(c Config) error {
	path, ok := socketPath(c.Listen)
	if !ok {
		l, err := net.Listen("tcp", c.Listen)
		if err != nil {
			return listenFault("control.listen", c.Listen, err)
		}
		return l.Close()
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return listenFault("control.listen", path, err)
	case info.Mode()&os.ModeSocket == 0:
		return noSocket(path, nil)
	}
	return nil // left behind by a daemon that was killed: the next one replaces it
}

// inWords takes an error apart. What is no Fault says for itself what is wrong.
func inWords(err error) (found, remedy string) {
	if f, ok := errors.AsType[*directory.Fault](err); ok {
		return f.Cause, f.Remedy
	}
	return err.Error(), "stop what answers there, or set control.listen to another address"
}
