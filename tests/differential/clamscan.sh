#!/bin/sh
# SPDX-License-Identifier: MIT
# clamscan.sh SIGNATURE_DUMP FILE...: ClamAV loads every signature of each file and finds the file by
# its .hdb and by its .hsb, not another file; the .mdb loads and, being a PE format, finds nothing.
command -v clamscan >/dev/null || { echo "clamscan is not installed"; exit 77; }
dump=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

# expect KIND FILE FOUND|OK: what clamscan says of a file with this kind of signature alone.
expect() {
	said=$(clamscan --no-summary -d "$work/sample.$1" "$2" 2>&1)
	case $said in
	*"$3") ;;
	*) echo "$2 by .$1: $said" >&2; status=1 ;;
	esac
}

for file; do
	"$dump" "$file" "$work" || exit 1
	cp "$file" "$work/changed"
	printf x >>"$work/changed"
	for kind in hdb hsb; do
		expect $kind "$file" FOUND
		expect $kind "$work/changed" OK
	done
	expect mdb "$file" OK
	echo "$file: $(cat "$work"/sample.* | wc -l) lines"
done
exit $status
