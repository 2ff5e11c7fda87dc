#!/bin/sh
# Runs before the deb or the rpm is removed or upgraded. An upgrade leaves the service running: it is restarted once the new files are there.
set -e

case "$1" in
remove | 0) ;; # dpkg; rpm: how many versions stay
*) exit 0 ;;
esac
if [ -d /run/systemd/system ]; then
	systemctl disable --now syncd.service || true # a service that nobody enabled is no reason to keep the package
else
	rm -f /etc/systemd/system/multi-user.target.wants/syncd.service # in a chroot or an image: it would lead nowhere
fi
