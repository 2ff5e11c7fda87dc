package main

import (
	"strings"
	"testing"

	"syncd/internal/onlinedir"
)

// TestTokenForAPerson: `syncd directory token --for` makes a token that is the person at /Me once the account is active, and says
// whom it does not find.
func TestTokenForAPerson(t *testing.T) {
	o := startOnline(t, shortTempDir(t))
	made := syncd(t, "directory", "token", "--data", o.dir, "--name", "ann", "--for", "ann@contoso.online.example")
	if made.code != exitUsage || !strings.Contains(made.err, "ann@contoso.online.example") {
		t.Errorf("a token for nobody: %+v", made)
	}
	(&world{online: o}).byHand(t, onlinedir.NewUser{UserName: "ann@contoso.online.example", Active: true})
	made = syncd(t, "directory", "token", "--data", o.dir, "--name", "ann", "--for", "Ann@contoso.online.example")
	if made.code != exitDone {
		t.Fatalf("%+v", made)
	}
	o.token = strings.TrimSpace(made.out)
	var me resource
	o.get(t, "Me", &me)
	if me["userName"] != "ann@contoso.online.example" {
		t.Error(me)
	}
}
