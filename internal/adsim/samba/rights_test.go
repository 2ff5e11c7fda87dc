package samba

import "testing"

func TestEntriesOfAccessControlLists(t *testing.T) {
	const (
		sid       = "S-1-5-21-1-2-3-1103"
		inherited = "(A;ID;RPLC;;;" + sid + ")"
		ours      = "(OA;;CR;" + getChanges + ";;" + sid + ")"
		others    = "(OA;;CR;" + getChanges + ";;BA)(A;;RPLC;;;S-1-5-21-1-2-3-11030)"
	)
	for _, c := range []struct{ name, got, want string }{
		{"added in front", withEntry("D:PAI"+others, ours), "D:PAI" + ours + others},
		{"added to an empty list", withEntry("D:", ours), "D:" + ours},
		{"removed", withoutEntry("D:PAI"+ours+others, getChanges, sid), "D:PAI" + others},
		{"removed in the other spelling", withoutEntry("D:(OA;;CR;1131F6AA-9C07-11D1-F79F-00C04FC2DCD2;;"+sid+")", getChanges, sid), "D:"},
		{"other trustees, types and inherited entries stay", withoutEntry("D:"+inherited+ours+others, "", sid), "D:" + inherited + ours + others},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.name, c.got, c.want)
		}
	}
}
