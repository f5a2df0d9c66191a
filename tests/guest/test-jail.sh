#!/bin/sh
# SPDX-License-Identifier: MIT
# timeout: 300
# What stands around a run, seen from outside as an ordinary user: no capability anywhere, no device but lo and the
# tap, nothing left when the engine is killed, a template that no run can change.
set -eu
machine=$BUILD/tests/unit/vm/guest_machine
export HABO_AGENT="$BUILD/habo-agent" HABO_IMAGES="$SOURCE/image" HABO_PROGRAM="$HABO"
template=$("$HABO" image list --json | sed -n 's/^ *"template": "\(.*\)",*$/\1/p' | head -n 1)
if [ -z "$template" ]; then
	echo "there is no template: habo image build"
	exit 77
fi
fail() {
	echo "FAILED: $*"
	exit 1
}

echo "--- every process of a run has CapEff 0 and no_new_privs"
"$machine" caps >"$TMPDIR/caps"
cat "$TMPDIR/caps"
for name in habo-jail bwrap qemu-system-x86 habo; do
	grep -q "^$name " "$TMPDIR/caps" || fail "no process $name was seen"
done
[ "$(wc -l <"$TMPDIR/caps")" -ge 9 ] || fail "too few processes"
! grep -v 'CapEff=0000000000000000 NoNewPrivs=1' "$TMPDIR/caps" || fail "a process has rights"

echo "--- the machine's network namespace holds lo and the tap, and is not ours"
"$machine" hold >"$TMPDIR/hold" &
engine=$!
tries=0
until grep -q '^ready' "$TMPDIR/hold"; do
	tries=$((tries + 1))
	[ "$tries" -lt 300 ] || fail "the machine did not start"
	sleep 0.1
done
folder=$(sed -n 's/^ready //p' "$TMPDIR/hold")
below() { # every descendant of $1
	cat /proc/"$1"/task/*/children 2>/dev/null | tr ' ' '\n' | while read -r child; do
		echo "$child"
		below "$child"
	done
}
all=$(below "$engine")
qemu=
for pid in $all; do
	[ "$(cat /proc/"$pid"/comm)" = qemu-system-x86 ] && qemu=$pid
done
[ -n "$qemu" ] || fail "no QEMU among: $all"
devices=$(awk -F: 'NR > 2 { gsub(/ /, "", $1); print $1 }' /proc/"$qemu"/net/dev | grep -vE '^(sit|tunl|ip6tnl|gre|gretap|erspan|ip6gre|ip_vti|ip6_vti)[0-9]$' | sort | tr '\n' ' ')
[ "$devices" = "lo tap0 " ] || fail "devices: $devices"
[ "$(readlink /proc/"$qemu"/ns/net)" != "$(readlink /proc/self/ns/net)" ] || fail "the same network"

echo "--- kill -9 of the engine leaves no process; the next start removes the folder"
kill -9 "$engine"
wait "$engine" 2>/dev/null || true
tries=0
while :; do
	left=
	for pid in $all; do
		[ -d /proc/"$pid" ] && left="$left $pid"
	done
	[ -n "$left" ] || break
	tries=$((tries + 1))
	[ "$tries" -lt 100 ] || fail "still there:$left"
	sleep 0.1
done
[ -d "$folder" ] || fail "the folder went by itself: the next check proves nothing"
"$machine" shell true
[ ! -e "$folder" ] || fail "$folder is still there"

echo "--- two runs at once do not see each other"
"$machine" shell 'echo one >/root/mark; sleep 3; cat /root/mark' >"$TMPDIR/one" &
first=$!
"$machine" shell 'echo two >/root/mark; sleep 3; cat /root/mark' >"$TMPDIR/two"
wait "$first"
[ "$(cat "$TMPDIR/one") $(cat "$TMPDIR/two")" = "one two" ] || fail "the marks are mixed up"

echo "--- the template is unchanged and not ours to change"
for name in memory state disk.qcow2 overlay.qcow2; do
	kept=$(sed -n "s/^ *\"$name\": \"\([0-9a-f]*\)\",*$/\1/p" "$template/manifest.json")
	now=$(sha256sum <"$template/$name" | cut -d ' ' -f 1)
	[ "$kept" = "$now" ] || fail "$name: $kept -> $now"
	[ "$(stat -c %a "$template/$name")" = 444 ] || fail "$name is not 0444"
done
[ "$(stat -c %a "$template")" = 555 ] || fail "the template's folder is not 0555"
if [ "$(stat -c %u "$template")" != "$(id -u)" ]; then
	! touch "$template/memory" 2>/dev/null || fail "it could be touched"
fi
