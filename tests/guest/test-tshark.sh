#!/bin/sh
# SPDX-License-Identifier: MIT
# timeout: 120
# Packets as tshark shows them, and what it reads out of DNS, HTTP and TLS: the same from us.
here=$(dirname "$(realpath "$0")")
exec /usr/bin/python3 "$here/compare_tshark.py" "$BUILD/tests/unit/packet/packet_lines" \
	"$BUILD/tests/unit/packet/make_capture"
