package main

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/windows"
)

// ownAs protects a new file: the system, administrators and its owner may use it, and it inherits nothing from its folder. Who was let in to
// the one that it replaces, as the account of the service, stays in.
func ownAs(path, place string) error {
	admitted, err := admittedTo(place)
	if err != nil {
		return err
	}
	d, err := windows.SecurityDescriptorFromString("D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;OW)" + admitted)
	if err != nil {
		return err
	}
	list, _, err := d.DACL()
	if err != nil {
		return err
	}
	return windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, list, nil)
}

// admittedTo are the entries of those that were let in to a file by name; nobody where there is none.
func admittedTo(place string) (entries string, err error) {
	d, err := windows.GetNamedSecurityInfo(place, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	return admitted(d.String()), nil
}

// ownInside does nothing: files of a folder inherit who may use them from it.
func ownInside(string) error { return nil }

// closedFolder does not know: access lists of Windows are tried.
func closedFolder(string) error { return nil }
