package main

import "golang.org/x/sys/windows"

// ownAs protects a new file: the system, administrators and its owner may read it, and it inherits nothing from its folder.
func ownAs(path, _ string) error {
	d, err := windows.SecurityDescriptorFromString("D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;OW)")
	if err != nil {
		return err
	}
	list, _, err := d.DACL()
	if err != nil {
		return err
	}
	return windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, list, nil)
}

// ownInside does nothing: files of a folder inherit who may use them from it.
func ownInside(string) error { return nil }
