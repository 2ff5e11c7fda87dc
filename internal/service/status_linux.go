package service

import (
	"context"
	"strconv"
	"strings"

	"syncd/internal/directory"
)

// status asks `systemctl show`, whose form is stable (systemctl(1)).
func (s systemd) status(ctx context.Context, name string) (State, error) {
	if err := s.present(); err != nil {
		return State{}, err
	}
	out, err := s.run(ctx, "systemctl", "show", "--property=LoadState,ActiveState,MainPID,UnitFileState,User,ExecStart,ExecMainStatus", unitName(name))
	if err != nil {
		return State{}, &directory.Fault{Cause: "systemd does not tell about the service " + name + ": " + err.Error(), Remedy: "see whether `systemctl status` works", Err: err}
	}
	told := map[string]string{}
	for line := range strings.SplitSeq(out, "\n") {
		key, value, _ := strings.Cut(line, "=")
		told[key] = value
	}
	if told["LoadState"] == "not-found" {
		return State{Name: name}, nil
	}
	state := State{Name: name, Installed: true, Run: runStates()[told["ActiveState"]], Start: Manual, User: told["User"], Command: commandLine(told["ExecStart"])}
	switch {
	case strings.HasPrefix(told["UnitFileState"], "enabled"):
		state.Start = Auto
	case strings.HasPrefix(told["UnitFileState"], "masked"):
		state.Start = Disabled
	}
	state.PID, _ = strconv.Atoi(told["MainPID"]) // 0 where there is none
	if state.Run == Stopped || state.Run == Failed {
		state.Exit, _ = strconv.Atoi(told["ExecMainStatus"])
	}
	return state, nil
}

// runStates are the words of systemd (org.freedesktop.systemd1(5), ActiveState).
func runStates() map[string]RunState {
	return map[string]RunState{
		"active": Running, "reloading": Running, "refreshing": Running, "activating": Starting, "deactivating": Stopping, "inactive": Stopped, "failed": Failed,
		"maintenance": Stopped,
	}
}

// commandLine takes the command out of "{ path=/x ; argv[]=/x --y ; ignore_errors=no ; ... }".
func commandLine(text string) string {
	_, text, _ = strings.Cut(text, "argv[]=")
	text, _, _ = strings.Cut(text, " ; ")
	return text
}
