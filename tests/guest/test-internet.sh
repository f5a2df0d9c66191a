#!/bin/sh
# SPDX-License-Identifier: MIT
# timeout: 120
# The simulated internet and the capture, in network namespaces of an ordinary user: clients in one talk to
# arbitrary addresses, the boxes stand in another behind TPROXY, as in the jail, but without a machine.
set -eu
here=$(dirname "$(realpath "$0")")

if [ "${INTERNET_TEST_INSIDE:-}" = "" ]; then
	boxes=$BUILD/tests/unit/internet/internet_boxes
	lines=$BUILD/tests/unit/packet/packet_lines
	work=$(mktemp -d /tmp/habo-internet.XXXXXX)
	trap 'rm -rf "$work"' EXIT
	cp "$boxes" "$lines" "$here/internet_client.py" "$0" "$work"
	export INTERNET_TEST_INSIDE=1
	if [ "$(id -u)" = 0 ]; then
		chown -R 65534:65534 "$work"
		as="setpriv --reuid=65534 --regid=65534 --clear-groups"
	else
		as=
	fi
	# shellcheck disable=SC2086
	if ! command -v nft ip >/dev/null || ! $as unshare -Urn true; then
		echo "internet: skipped: needs nft, ip and user namespaces for ordinary users"
		exit 77
	fi
	status=0
	# shellcheck disable=SC2086
	cd "$work" && $as unshare -Urnpf --kill-child --mount-proc sh "$work/test-internet.sh" "$work" || status=$?
	exit $status
fi

# --- inside: root of a user namespace, in a network namespace with nothing but lo ---
unshare -n sleep 600 &
client=$!
while [ "$(readlink /proc/$client/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
in_client() { nsenter -t $client -n "$@"; }

ip link set lo up
ip link add tap0 type veth peer name eth0 netns $client
ip addr add 192.0.2.1/32 dev tap0
ip -6 addr add fd00:1::1/64 dev tap0 nodad
ip link set tap0 up
in_client ip link set lo up
in_client ip addr add 192.0.2.77/24 dev eth0
in_client ip -6 addr add fd00:1::77/64 dev eth0 nodad
in_client ip link set eth0 up
in_client ip route add default via 192.0.2.1
in_client ip -6 route add default via fd00:1::1

# As the jail has it: every address is ours but the guest's own. That it is so in the table `local`, which is
# asked first and for the source of answers, too, lets the kernel answer echo requests for all of them; and
# it answers neighbours' questions, but does not dispute the guest's address.
ip -4 route add 192.0.2.77/32 dev tap0 table local
ip -6 route add fd00:1::77/128 dev tap0 table local
ip -6 route add fe80::/64 dev tap0 table local
ip -4 route add local default dev lo table local
ip -6 route add local default dev lo table local
nft -f - <<'RULES'
table inet habo {
	chain steer {
		type filter hook prerouting priority mangle; policy accept;
		iifname != "tap0" accept
		ip daddr { 224.0.0.0/4, 255.255.255.255 } accept
		ip6 daddr ff00::/8 accept
		meta l4proto tcp tproxy to :9001 accept
		udp dport 53 tproxy to :53 accept
		meta l4proto udp tproxy to :9003 accept
	}
}
RULES

mkfifo ready
# start_boxes PCAPNG LOG: sets boxes, internet, capture to their process ids.
start_boxes() {
	./internet_boxes "$1" "$2" tap0 >ready &
	boxes=$!
	read -r _ internet capture <ready
}

start_boxes packets.pcapng log.ndjson
for pid in $internet $capture; do
	grep -q '^CapEff:	0*$' /proc/$pid/status || { echo "box $pid has capabilities"; exit 1; }
	tries=0
	while ! grep -q '^Seccomp:	2$' /proc/$pid/status; do # it has just been started
		tries=$((tries + 1))
		[ $tries -lt 500 ] || { echo "box $pid is not locked"; exit 1; }
		sleep 0.01
	done
done
in_client /usr/bin/python3 internet_client.py
kill -TERM $boxes
wait $boxes
./packet_lines --report packets.pcapng >report.json
/usr/bin/python3 internet_client.py --after log.ndjson packets.pcapng report.json

# What was sent before the capture is killed is in the file, and so is what was lost.
start_boxes killed.pcapng killed.ndjson
in_client /usr/bin/python3 internet_client.py --flood
sleep 0.5
kill -KILL $capture
kill -TERM $boxes
wait $boxes || true
./packet_lines --report killed.pcapng >report.json
/usr/bin/python3 internet_client.py --after-flood report.json
echo "internet: passed"
