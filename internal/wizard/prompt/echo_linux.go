package prompt

import "golang.org/x/sys/unix"

// hide lets a terminal give whole lines and not show what is typed from now on, and says whether it does. It comes before the question, so that
// who types at once is not seen either; whoever restores the terminal's state ends it.
func hide(fd int) bool {
	mode, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return false
	}
	mode.Lflag &^= unix.ECHO
	mode.Lflag |= unix.ICANON | unix.ISIG
	mode.Iflag |= unix.ICRNL
	return unix.IoctlSetTermios(fd, unix.TCSETS, mode) == nil
}
