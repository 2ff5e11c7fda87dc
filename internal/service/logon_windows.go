package service

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/windows"
)

// lsaUnicode is LSA_UNICODE_STRING: the lengths are in bytes.
type lsaUnicode struct {
	length, space uint16
	text          *uint16
}

// lsaAttributes is LSA_OBJECT_ATTRIBUTES, of which nothing but the length is used.
type lsaAttributes struct {
	length     uint32
	_          uintptr
	_          uintptr
	attributes uint32
	_, _       uintptr
}

// allowServiceLogon gives an account the right to log on as a service, as the Services window does (LsaAddAccountRights,
// SeServiceLogonRight). An account that has it keeps it.
func allowServiceLogon(sid *windows.SID) (err error) {
	const lookupNames, createAccount = 0x800, 0x10 // POLICY_LOOKUP_NAMES, POLICY_CREATE_ACCOUNT
	library := windows.NewLazySystemDLL("advapi32.dll")
	// Pointers stay valid only where they become numbers in the arguments of Call itself (unsafe.Pointer, rule 4).
	failed := func(status, _ uintptr, _ error) error {
		if status == 0 {
			return nil
		}
		return windows.NTStatus(status)
	}
	attributes := lsaAttributes{}
	attributes.length = uint32(unsafe.Sizeof(attributes))
	var policy windows.Handle
	err = failed(library.NewProc("LsaOpenPolicy").Call(0, uintptr(unsafe.Pointer(&attributes)), lookupNames|createAccount, uintptr(unsafe.Pointer(&policy))))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, failed(library.NewProc("LsaClose").Call(uintptr(policy)))) }()
	text, err := windows.UTF16FromString("SeServiceLogonRight")
	if err != nil {
		return err
	}
	bytes := uint16(2 * (len(text) - 1))
	right := lsaUnicode{length: bytes, space: bytes + 2, text: &text[0]}
	return failed(library.NewProc("LsaAddAccountRights").Call(uintptr(policy), uintptr(unsafe.Pointer(sid)), uintptr(unsafe.Pointer(&right)), 1))
}
