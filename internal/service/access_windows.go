package service

import (
	"errors"
	"strings"

	"golang.org/x/sys/windows"

	"syncd/internal/directory"
)

// admission is what an account gets to do with one file or folder.
type admission struct {
	path    string
	rights  windows.ACCESS_MASK
	inherit uint32
	before  *windows.ACL // the list before, kept so that it can come back
}

// admit lets the account of a service read its files and write to its folders, and log on as a service. Windows has already done so for its own
// account. What it could not do and an administrator can is in the notes.
func admit(o Options) (notes []string, err error) {
	if err := makeFolders(o.Writes); err != nil {
		return nil, err
	}
	if o.User == "" || strings.EqualFold(o.User, localSystem) {
		return nil, nil
	}
	sid, _, _, err := windows.LookupSID("", strings.TrimPrefix(o.User, `.\`))
	if err != nil {
		return nil, managerFault(errors.Join(windows.ERROR_INVALID_SERVICE_ACCOUNT, err))
	}
	const change = windows.GENERIC_READ | windows.GENERIC_WRITE | windows.GENERIC_EXECUTE | windows.DELETE
	all := []*admission{{path: o.Program, rights: windows.GENERIC_READ | windows.GENERIC_EXECUTE}}
	for _, file := range o.Reads {
		all = append(all, &admission{path: file, rights: windows.GENERIC_READ})
	}
	for _, dir := range o.Writes {
		all = append(all, &admission{path: dir, rights: change, inherit: windows.SUB_CONTAINERS_AND_OBJECTS_INHERIT})
	}
	for i, a := range all {
		if err := a.grant(sid); err != nil {
			for _, done := range all[:i] {
				err = errors.Join(err, setAccess(done.path, done.before))
			}
			return nil, err
		}
	}
	if err := allowServiceLogon(sid); err != nil && !isVirtual(o.User) {
		notes = append(notes, o.User+" may not log on as a service yet ("+strings.TrimSpace(err.Error())+"): give it the right `Log on as a service` (secpol.msc, Local Policies, User Rights Assignment)")
	}
	return notes, nil
}

// isVirtual reports whether an account is one of the system itself, which may log on as a service.
func isVirtual(account string) bool {
	domain, _, _ := strings.Cut(account, `\`)
	return strings.EqualFold(domain, "NT SERVICE") || strings.EqualFold(domain, "NT AUTHORITY")
}

// grant adds an entry to the access control list; what others may do stays.
func (a *admission) grant(sid *windows.SID) error {
	d, err := windows.GetNamedSecurityInfo(a.path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err == nil {
		a.before, _, err = d.DACL()
	}
	if err != nil {
		return accessFault(a.path, err)
	}
	list, err := windows.ACLFromEntries([]windows.EXPLICIT_ACCESS{{
		AccessPermissions: a.rights, AccessMode: windows.GRANT_ACCESS, Inheritance: a.inherit,
		Trustee: windows.TRUSTEE{TrusteeForm: windows.TRUSTEE_IS_SID, TrusteeValue: windows.TrusteeValueFromSID(sid)},
	}}, a.before)
	if err != nil {
		return accessFault(a.path, err)
	}
	return setAccess(a.path, list)
}

func setAccess(path string, list *windows.ACL) error {
	return accessFault(path, windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION, nil, nil, list, nil))
}

// accessFault explains why rights cannot be given; nil stays nil.
func accessFault(path string, err error) error {
	if err == nil {
		return nil
	}
	return &directory.Fault{
		Class: directory.Usage, Cause: "the account of --user cannot be given access to " + path + ": " + err.Error(),
		Remedy: "run this command as an account that may change who has access to it", Err: err,
	}
}
