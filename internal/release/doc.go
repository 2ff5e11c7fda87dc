// Package release holds no code, only the tests of what deploy/release builds: they build a release out of the working tree once, and look at
// it as those who install it do.
//
// The deb and the rpm are installed, upgraded, removed and purged by the real dpkg and rpm in a root of their own: a temporary folder with
// copies of the few programs that the maintainer scripts call, into which both change their root. Nothing of the machine can be reached from
// there, no init system is asked (systemctl is a script that writes down how it was called), and nothing but root's right to chroot is needed,
// so it works in a container. The MSI is installed and removed by Wine, in a folder of its own. What is missing on the machine is skipped with its reason, and fails where the environment says CI=true.
package release
