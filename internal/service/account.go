package service

import (
	"strings"

	"syncd/internal/directory"
)

// localSystem is the account of a Windows service that has none of its own.
const localSystem = "LocalSystem"

// hasPassword reports whether a Windows account has one that the service manager must know. Group managed service accounts end in "$", and
// those of the system itself have no domain of their own; Windows keeps the passwords of all of them by itself.
func hasPassword(account string) bool {
	domain, name, _ := strings.Cut(account, `\`)
	switch {
	case account == "", strings.EqualFold(account, localSystem), strings.HasSuffix(account, "$"):
		return false
	case strings.EqualFold(domain, "NT SERVICE"), strings.EqualFold(domain, "NT AUTHORITY"):
		return name == ""
	}
	return true
}

// checkAccount says whether account and password fit together on Windows.
func (o *Options) checkAccount() error {
	switch needs := hasPassword(o.User); {
	case needs && o.Password == "":
		return &directory.Fault{
			Class: directory.Usage, Cause: "the account " + o.User + " has a password, and Windows has to know it to start the service",
			Remedy: `name a file that holds it with --password-file, or use a group managed service account, --user 'CORP\gmsa$'`,
		}
	case o.User == "" && o.Password != "":
		return &directory.Fault{Class: directory.Usage, Cause: "--password-file goes with --user, and no account was named", Remedy: "name the account with --user"}
	case !needs && o.Password != "":
		return &directory.Fault{Class: directory.Usage, Cause: "Windows keeps the password of " + o.User + " by itself", Remedy: "leave out --password-file"}
	}
	return nil
}
