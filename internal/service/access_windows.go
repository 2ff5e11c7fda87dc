package service

import (
	"errors"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sys/windows"

	"syncd/internal/directory"
)

// Rights as a person would name them.
const (
	toRead = windows.GENERIC_READ
	toRun  = windows.GENERIC_READ | windows.GENERIC_EXECUTE
	toKeep = windows.GENERIC_READ | windows.GENERIC_WRITE | windows.GENERIC_EXECUTE | windows.DELETE
)

// admission is what the account of a service gets to do with a file or a folder.
type admission struct {
	path   string
	rights windows.ACCESS_MASK
	closed bool // a folder that nobody else may look into but the system and administrators: it holds the token of the control endpoint

	before *windows.ACL // the list before, and whether it inherited, so that it can come back
	flags  windows.SECURITY_INFORMATION
}

// admit closes the folders of a service, and lets its account use them, read its files, and log on as a service. What it could not do and an
// administrator can is in the notes.
func admit(o Options) (notes []string, err error) {
	own := o.User != "" && !strings.EqualFold(o.User, localSystem)
	account, err := windows.CreateWellKnownSid(windows.WinLocalSystemSid)
	if own {
		account, _, _, err = windows.LookupSID("", strings.TrimPrefix(o.User, `.\`))
	}
	if err != nil {
		return nil, managerFault(errors.Join(windows.ERROR_INVALID_SERVICE_ACCOUNT, err))
	}
	for _, place := range o.places() {
		if _, err := closeFolder(place, o.User); err != nil {
			return nil, err
		}
	}
	if err := makeFolders(o.Writes); err != nil {
		return nil, err
	}
	if err := grantAll(admissions(o, own), account); err != nil {
		return nil, err
	}
	if !own || isVirtual(o.User) {
		return nil, nil
	}
	if err := allowServiceLogon(account); err != nil {
		notes = append(notes, o.User+" may not log on as a service yet ("+strings.TrimSpace(err.Error())+"): give it the right `Log on as a service` (secpol.msc, Local Policies, User Rights Assignment)")
	}
	return notes, nil
}

// admissions are those of a service. The system's own account may read everything anyway.
func admissions(o Options, own bool) []*admission {
	var all []*admission
	for _, dir := range o.Writes {
		all = append(all, &admission{path: dir, rights: toKeep, closed: true})
	}
	if !own {
		return all
	}
	for _, file := range o.Reads {
		all = append(all, &admission{path: file, rights: toRead})
	}
	for _, place := range o.places() { // that of syncd in ProgramData, which may be closed
		if f, err := sharedFolder(place, ""); err == nil && f != nil && f.ours() && !slices.ContainsFunc(all, func(a *admission) bool { return a.path == f.path }) {
			all = append(all, &admission{path: f.path, rights: toRun})
		}
	}
	return append(all, &admission{path: o.Program, rights: toRun})
}

// places are the folders that a service has its files in.
func (o *Options) places() []string {
	places := slices.Clone(o.Writes)
	for _, file := range o.Reads {
		places = append(places, filepath.Dir(file))
	}
	return places
}

// grantAll grants everything or nothing.
func grantAll(all []*admission, account *windows.SID) error {
	for i, a := range all {
		if err := a.grant(account); err != nil {
			for _, done := range all[:i] {
				err = errors.Join(err, setAccess(done.path, done.before, done.flags))
			}
			return err
		}
	}
	return nil
}

// isVirtual reports whether an account is one of the system itself, which may log on as a service.
func isVirtual(account string) bool {
	domain, _, _ := strings.Cut(account, `\`)
	return strings.EqualFold(domain, "NT SERVICE") || strings.EqualFold(domain, "NT AUTHORITY")
}

// grant lets an account in. What others may do with a file stays.
func (a *admission) grant(account *windows.SID) error {
	err := a.remember()
	if err != nil {
		return accessFault(a.path, err)
	}
	list, err := a.list(account)
	if err != nil {
		return accessFault(a.path, err)
	}
	if a.closed {
		return setAccess(a.path, list, windows.PROTECTED_DACL_SECURITY_INFORMATION)
	}
	return setAccess(a.path, list, 0)
}

// list is who may use the file once the account may.
func (a *admission) list(account *windows.SID) (list *windows.ACL, err error) {
	base, entry := a.before, windows.EXPLICIT_ACCESS{
		AccessPermissions: a.rights, AccessMode: windows.GRANT_ACCESS,
		Trustee: windows.TRUSTEE{TrusteeForm: windows.TRUSTEE_IS_SID, TrusteeValue: windows.TrusteeValueFromSID(account)},
	}
	if a.closed {
		entry.Inheritance = windows.SUB_CONTAINERS_AND_OBJECTS_INHERIT
		if base, err = listOf("D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"); err != nil {
			return nil, err
		}
	}
	list, err = windows.ACLFromEntries([]windows.EXPLICIT_ACCESS{entry}, base)
	runtime.KeepAlive(account)
	return list, err
}

// remember reads who may use the file now.
func (a *admission) remember() error {
	d, err := windows.GetNamedSecurityInfo(a.path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return err
	}
	control, _, err := d.Control()
	if err != nil {
		return err
	}
	a.flags = windows.UNPROTECTED_DACL_SECURITY_INFORMATION
	if control&windows.SE_DACL_PROTECTED != 0 {
		a.flags = windows.PROTECTED_DACL_SECURITY_INFORMATION
	}
	a.before, _, err = d.DACL()
	return err
}

// listOf is the access control list of a descriptor in words (MS-DTYP 2.5.1).
func listOf(sddl string) (*windows.ACL, error) {
	d, err := windows.SecurityDescriptorFromString(sddl)
	if err != nil {
		return nil, err
	}
	list, _, err := d.DACL()
	return list, err
}

func setAccess(path string, list *windows.ACL, flags windows.SECURITY_INFORMATION) error {
	return accessFault(path, windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION|flags, nil, nil, list, nil))
}

// accessFault explains why rights cannot be given; nil stays nil.
func accessFault(path string, err error) error {
	if err == nil {
		return nil
	}
	return &directory.Fault{
		Class: directory.Usage, Cause: "who may use " + path + " cannot be changed: " + err.Error(),
		Remedy: "run this command as an account that may change it", Err: err,
	}
}
