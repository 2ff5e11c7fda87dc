package main

import "testing"

// TestAccessLists: who may read a secret on Windows is told apart; the account of the service stays let in when its file is replaced, nobody
// else is.
func TestAccessLists(t *testing.T) {
	const gmsa = "(A;;FR;;;S-1-5-21-1-2-3-1105)"
	for _, c := range []struct {
		list, admitted string
		open           bool
	}{
		{"D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;OW)", "", false},
		{"D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;OW)" + gmsa, gmsa, false},
		{"D:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;0x1200a9;;;BU)", "", true},
		{"O:BAG:SYD:(A;;FR;;;WD)" + gmsa, gmsa, true},
		{"D:AI(A;ID;FA;;;S-1-5-21-1-2-3-500)(A;OICI;GRGW;;;LS)", "(A;OICI;GRGW;;;LS)", false},
		{"D:(D;;FA;;;WD)(D;;FR;;;S-1-5-21-1-2-3-1105)", "", false},
		{"D:P(A;;FR;;;AU)", "", true},
		{"D:(XA;;FR;;;WD;(@User.Title==\"x\"))", "", false},
		{"D:NO_ACCESS_CONTROL", "", false},
		{"", "", false},
	} {
		if got := admitted(c.list); got != c.admitted {
			t.Errorf("%s admits %q, want %q", c.list, got, c.admitted)
		}
		if got := openToAll(c.list); got != c.open {
			t.Errorf("%s is open to all: %v", c.list, got)
		}
	}
}
