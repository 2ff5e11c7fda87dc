#!/bin/sh
# Runs after the deb or the rpm is removed. The configuration, the passwords and the state stay, with the account that they belong to: only
# a purge (which rpm does not have) takes them away.
set -e

kept() {
	if [ -d /etc/syncd ] || [ -d /var/lib/syncd ]; then
		echo "syncd is removed; its configuration in /etc/syncd and its state in /var/lib/syncd are kept: $1"
	fi
}
case "$1" in
remove) kept "\`apt-get purge syncd\` (or \`dpkg --purge syncd\`) removes them" ;;
0) kept "\`rm -r /etc/syncd /var/lib/syncd && userdel syncd\` removes them" ;;
purge)
	rm -rf /etc/syncd /var/lib/syncd
	# The unit takes these two from there: a password that nobody needs any more is not left behind.
	rm -f /etc/credstore/syncd.ad.password /etc/credstore/syncd.online.token
	rm -f /etc/credstore.encrypted/syncd.ad.password /etc/credstore.encrypted/syncd.online.token
	# What `syncd service install` wrote would change the service of the next installation.
	rm -f /etc/systemd/system/syncd.service.d/50-service-install.conf
	if id syncd >/dev/null 2>&1; then
		userdel syncd
	fi
	echo "syncd is purged: /etc/syncd and /var/lib/syncd are removed; what is in the online directory stays as it is"
	;;
*) exit 0 ;;
esac
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
fi
