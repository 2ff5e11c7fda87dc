package prompt

import "golang.org/x/sys/unix"

// hide lets a terminal not show what is typed from now on. It comes before the question, so that who types at once is not seen either; whoever
// restores the terminal's state ends it. Where it fails, the reading of the secret hides it.
func hide(fd int) {
	if mode, err := unix.IoctlGetTermios(fd, unix.TCGETS); err == nil {
		mode.Lflag &^= unix.ECHO
		_ = unix.IoctlSetTermios(fd, unix.TCSETS, mode)
	}
}
