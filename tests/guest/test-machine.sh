#!/bin/sh
# SPDX-License-Identifier: MIT
# timeout: 300
# The guest, from inside: who it says it is, what it can run, what the network modes do; and its memory from outside.
set -eu
machine=$BUILD/tests/unit/vm/guest_machine
export HABO_AGENT="$BUILD/habo-agent" HABO_IMAGES="$SOURCE/image" HABO_PROGRAM="$HABO"
if [ -z "$("$HABO" image list --json | sed -n 's/^ *"template": "\(.*\)",*$/\1/p')" ]; then
	echo "there is no template: habo image build"
	exit 77
fi
fail() {
	echo "FAILED: $*"
	exit 1
}

echo "--- one story, of a server that has been used"
"$machine" shell '
	set -eu
	hostname
	[ "$(date +%s)" -gt 1700000000 ]
	[ "$(cat /sys/class/dmi/id/sys_vendor)" = Hetzner ]
	! grep -qi hypervisor /proc/cpuinfo
	! grep -rqiE "qemu|bochs|tcg" /sys/class/dmi/id /proc/cpuinfo /sys/block/vda/serial 2>/dev/null
	grep -q 96:00:00 /sys/class/net/eth0/address
	ssh-keygen -l -f /etc/ssh/ssh_host_ed25519_key >/dev/null
	ssh-keygen -y -f /etc/ssh/ssh_host_rsa_key >/dev/null
	[ "$(wc -l </root/.bash_history)" -gt 100 ]
	[ "$(last marta | wc -l)" -gt 20 ]
	[ -n "$(find /var/log -name "auth.log.4.gz")" ]
	[ -z "$(find / -xdev -newermt "2026-11-21 04:11" ! -newermt "2026-11-21 23:59" 2>/dev/null)" ]
	systemctl is-active cron ssh rsyslog nginx atd >/dev/null
	curl -s http://localhost/ | grep -q Keramik
	for program in python3 perl curl wget iptables busybox strace sudo crontab at; do
		command -v $program >/dev/null || { echo no $program; exit 1; }
	done
' || fail "the story"

echo "--- 32-bit programs run; types of the kernel are there; the agent is not on the disk"
"$machine" shell '
	set -eu
	/lib/ld-linux.so.2 --version >/dev/null
	[ -s /sys/kernel/btf/vmlinux ]
	! ls /usr/sbin/irqbalance 2>/dev/null
	[ ! -e /run/systemd/system/irqbalance.service ]
' || fail "abilities"

echo "--- every name, address and port answers"
"$machine" online '
	set -eu
	curl -m 30 -s -o /dev/null http://198.51.100.7/
	curl -m 30 -s -o /dev/null "http://[2001:db8::7]:8081/"
	curl -m 30 -s -o /dev/null http://nobody.example/
	ping -c 1 -W 10 203.0.113.9 >/dev/null
	ping -c 1 -W 10 2001:db8::9 >/dev/null
' || fail "the internet"

echo "--- refuse resets at once, none says nothing"
"$machine" network refuse 'getent hosts a.example >/dev/null && { curl -m 20 -s http://192.0.2.1/; [ $? = 7 ]; }' || fail "refuse"
"$machine" alone 'curl -m 20 -s http://192.0.2.1/; [ $? = 7 ]' || fail "refuse without a box"
"$machine" network none 'curl -m 3 -s http://192.0.2.1/; [ $? = 28 ]' || fail "none"

echo "--- memory is read from outside, changed pages and clean ones"
"$machine" memory >"$TMPDIR/memory"
cat "$TMPDIR/memory"
awk '/^pages/ { good = $2 > 190000 && $4 > 50 && $4 < $2 / 4 && $6 > 0 } END { exit !good }' "$TMPDIR/memory" || fail "memory"
