#!/bin/sh
# Runs after the deb or the rpm is installed or upgraded; also where systemd is not there or not running. It makes the account and its two
# folders where they are missing, and never changes those that are there.
set -e

case "$1" in
configure) before=$2 ;; # dpkg: the version that was there, or nothing
1) before= ;;           # rpm: how many versions are installed now
[2-9]*) before=some ;;
*) exit 0 ;;
esac

if ! id syncd >/dev/null 2>&1; then
	groupadd --system --force syncd
	useradd --system --gid syncd --no-create-home --home-dir /var/lib/syncd --shell /usr/sbin/nologin --comment "syncd" syncd
fi
# Who may read the configuration may read the passwords beside it.
[ -d /etc/syncd ] || install -d -o syncd -g syncd -m 0750 /etc/syncd
[ -d /var/lib/syncd ] || install -d -o syncd -g syncd -m 0700 /var/lib/syncd

if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
	# One that was stopped stays so. One that does not start any more is no reason to leave the package half installed: its log says why.
	[ -z "$before" ] || systemctl try-restart syncd.service || true
fi
if [ -z "$before" ]; then
	echo "syncd is installed and not started: run \`syncd configure\` as root, then \`systemctl enable --now syncd\`"
elif [ ! -L /etc/systemd/system/multi-user.target.wants/syncd.service ]; then # after a removal, too
	echo "syncd does not start with this machine: \`systemctl enable --now syncd\` lets it, and starts it"
fi
