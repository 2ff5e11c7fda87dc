package service

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"

	"syncd/internal/directory"
)

// Below C:\ProgramData any user may make folders and files, and whoever owns one may change who may use it. So the folder of syncd there belongs
// to the administrators and is closed, and one that somebody else has made is not used.

// closedFolder is how the folder is made (MS-DTYP 2.5.1): of the administrators, open to the system and them, as is all that comes into it.
const closedFolder = "O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"

// CheckFolder refuses a place below C:\ProgramData where somebody could have put something who is neither the system, an administrator nor the account
// of the service of this name. It changes nothing.
func CheckFolder(place, name string) error {
	f, err := sharedFolder(place, serviceUser(name))
	if f == nil || err != nil {
		return err
	}
	return f.check()
}

// CloseFolder makes the folder of ProgramData in which a place lies, or closes the one that is there, after CheckFolder. It returns the one that it
// made. Places elsewhere, and folders there with other names than syncd's, are left as they are.
func CloseFolder(place, name string) (made string, err error) {
	return closeFolder(place, serviceUser(name))
}

func closeFolder(place, user string) (made string, err error) {
	f, err := sharedFolder(place, user)
	if f == nil || err != nil {
		return "", err
	}
	err = f.make()
	if err == nil {
		return f.path, nil
	}
	if !errors.Is(err, windows.ERROR_ALREADY_EXISTS) {
		return "", &directory.Fault{
			Class: directory.Usage, Cause: "the folder " + f.path + " cannot be made: " + err.Error(),
			Remedy: "run this command in a window that was opened with `Run as administrator`, or name another folder", Err: err,
		}
	}
	if err := f.check(); err != nil || !f.ours() {
		return "", err
	}
	return "", f.close()
}

// serviceUser is the account of an installed service, "" where there is none.
func serviceUser(name string) string {
	s, err := status(name)
	if err != nil {
		return "" // then it owns nothing either
	}
	return s.User
}

// folder is one directly below ProgramData.
type folder struct {
	path    string
	trusted []*windows.SID // who may own what is in it
	admins  *windows.SID
}

// sharedFolder is the one that a place lies in; nil where it lies elsewhere.
func sharedFolder(place, user string) (*folder, error) {
	shared := os.Getenv("ProgramData")
	inside, err := filepath.Rel(shared, place)
	if shared == "" || err != nil || !filepath.IsLocal(inside) || inside == "." {
		return nil, nil
	}
	first, _, _ := strings.Cut(inside, `\`)
	f := &folder{path: filepath.Join(shared, first)}
	for _, kind := range []windows.WELL_KNOWN_SID_TYPE{windows.WinBuiltinAdministratorsSid, windows.WinLocalSystemSid} {
		sid, err := windows.CreateWellKnownSid(kind)
		if err != nil {
			return nil, err
		}
		f.trusted = append(f.trusted, sid)
	}
	f.admins = f.trusted[0]
	self, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, err
	}
	f.trusted = append(f.trusted, self.User.Sid)
	if user != "" {
		if sid, _, _, err := windows.LookupSID("", strings.TrimPrefix(user, `.\`)); err == nil { // one that is unknown owns nothing
			f.trusted = append(f.trusted, sid)
		}
	}
	return f, nil
}

// make makes it closed from the beginning.
func (f *folder) make() error {
	d, err := windows.SecurityDescriptorFromString(closedFolder)
	if err != nil {
		return err
	}
	path, err := windows.UTF16PtrFromString(f.path)
	if err != nil {
		return err
	}
	return windows.CreateDirectory(path, &windows.SecurityAttributes{Length: uint32(unsafe.Sizeof(windows.SecurityAttributes{})), SecurityDescriptor: d})
}

// check looks at the owner of the folder, and until it is closed at those of everything in it. No folder is as good as one of one's own.
func (f *folder) check() error {
	done, err := f.closed()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return f.unseen(f.path, err)
	}
	return f.checkOwners(!done && f.ours())
}

// ours reports whether it has the name that syncd gives it: it is nobody else's.
func (f *folder) ours() bool { return strings.EqualFold(filepath.Base(f.path), "syncd") }

// checkOwners looks at the folder, or at everything in it as well.
func (f *folder) checkOwners(inside bool) error {
	return filepath.WalkDir(f.path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return f.unseen(path, err)
		}
		if entry.Type()&(fs.ModeSymlink|fs.ModeIrregular) != 0 {
			return f.foreign(path + " leads elsewhere")
		}
		d, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION)
		if err != nil {
			return f.unseen(path, err)
		}
		owner, _, err := d.Owner()
		if err != nil {
			return f.unseen(path, err)
		}
		if !f.trusts(owner) {
			return f.foreign(path + " belongs to " + nameOf(owner))
		}
		if !inside {
			return fs.SkipAll
		}
		return nil
	})
}

func (f *folder) trusts(owner *windows.SID) bool {
	return owner != nil && slices.ContainsFunc(f.trusted, owner.Equals)
}

// closed reports whether it belongs to the administrators or the system and inherits nothing: nobody else can have made it so.
func (f *folder) closed() (bool, error) {
	d, err := windows.GetNamedSecurityInfo(f.path, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return false, err
	}
	owner, _, err := d.Owner()
	if err != nil {
		return false, err
	}
	control, _, err := d.Control()
	return control&windows.SE_DACL_PROTECTED != 0 && slices.ContainsFunc(f.trusted[:2], owner.Equals), err
}

// close closes a folder that was checked, and checks again what came into it meanwhile: then it is open as before.
func (f *folder) close() error {
	if done, err := f.closed(); done || err != nil {
		return err
	}
	a := admission{path: f.path}
	if err := a.remember(); err != nil {
		return accessFault(f.path, err)
	}
	list, err := listOf(closedFolder)
	if err != nil {
		return err
	}
	const all = windows.OWNER_SECURITY_INFORMATION | windows.DACL_SECURITY_INFORMATION | windows.PROTECTED_DACL_SECURITY_INFORMATION
	if err := windows.SetNamedSecurityInfo(f.path, windows.SE_FILE_OBJECT, all, f.admins, nil, list, nil); err != nil {
		return accessFault(f.path, err)
	}
	if err := f.checkOwners(true); err != nil {
		return errors.Join(err, setAccess(f.path, a.before, a.flags))
	}
	return nil
}

func (f *folder) foreign(cause string) error {
	return &directory.Fault{
		Class: directory.Usage, Cause: cause + ", and below ProgramData any user can put something there for syncd to use",
		Remedy: `look into ` + f.path + `, delete what is not yours, and make it the administrators': takeown /F "` + f.path + `" /A /R /D Y && icacls "` + f.path + `" /reset /T`,
	}
}

func (f *folder) unseen(path string, err error) error {
	return &directory.Fault{
		Class: directory.Usage, Cause: "who owns " + path + " cannot be seen: " + err.Error(),
		Remedy: "run this command in a window that was opened with `Run as administrator`, or name another folder", Err: err,
	}
}

// nameOf is an account as a person knows it.
func nameOf(account *windows.SID) string {
	if account == nil {
		return "nobody"
	}
	name, domain, _, err := account.LookupAccount("")
	if err != nil {
		return account.String()
	}
	return domain + `\` + name
}
