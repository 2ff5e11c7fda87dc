package syncer

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// Whichever way the end of a pass by a signal shows, it is told as an interruption.
func TestAnInterruptedPassSaysSo(t *testing.T) {
	signalled, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("interrupt signal received"))
	cancelled, stop := context.WithCancel(t.Context())
	stop()
	bare := "interrupted; what was not acknowledged is repeated by the next pass"
	for _, c := range []struct {
		ctx  context.Context
		err  error
		want string
	}{
		{signalled, context.Cause(signalled), bare},
		{signalled, signalled.Err(), bare},
		{cancelled, cancelled.Err(), bare},
		{signalled, fmt.Errorf("%w (1 of 2 changes were sent)", context.Cause(signalled)), "interrupted (1 of 2 changes were sent)"},
		{t.Context(), errors.New("another"), "another"},
	} {
		if got := failure(c.ctx, c.err); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
