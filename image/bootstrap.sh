#!/bin/sh
# SPDX-License-Identifier: MIT
# Downloads and unpacks the guest's packages.   bootstrap.sh RECIPE-FOLDER OUT.tar
# Locked versions are preferred over every other; one that is no longer served gives way to the current one, and
# habo image build prints what moved. A mirror whose security index is caught between two states is asked with less of it.
set -eu
recipe=$1 out=$2
. "$recipe/recipe"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
packages=$(sed -e 's/#.*//' "$recipe/packages" | tr -s ' \n' ',' | sed -e 's/^,//' -e 's/,$//')
: >"$work/habo-lock"
if [ -s "$recipe/packages.lock" ]; then
	awk '!/^#/ && NF == 3 { printf "Package: %s:%s\nPin: version %s\nPin-Priority: 1001\n\n", $1, $2 == "all" ? "any" : $2, $3 }' \
		"$recipe/packages.lock" >"$work/habo-lock"
fi
mirror=${HABO_MIRROR:-http://deb.debian.org}
mode=auto
[ "$(id -u)" = 0 ] && mode=root
export SOURCE_DATE_EPOCH="$EPOCH"
for security in "deb" "deb [arch=amd64]" none; do
	{
		echo "deb $mirror/debian $SUITE main"
		echo "deb $mirror/debian $SUITE-updates main"
		[ "$security" = none ] || echo "$security $mirror/debian-security $SUITE-security main"
	} >"$work/sources"
	rm -rf "$out"
	if mmdebstrap --format=tar --mode="$mode" --variant=minbase --architectures=amd64,i386 --include="$packages" \
		--aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Retries "3"' \
		--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
		--setup-hook="mkdir -p \"\$1/etc/apt/preferences.d\" && cp $work/habo-lock \"\$1/etc/apt/preferences.d/habo-lock\"" \
		--customize-hook='rm -f "$1/etc/resolv.conf" "$1"/etc/ssh/ssh_host_*' \
		"$SUITE" "$out" "$work/sources" 2>"$work/log"; then
		[ "$security" = deb ] || echo "note: the security archive's index was not whole; built with '$security' of it" >&2
		exit 0
	fi
	grep -E '^(E:|Err:)' "$work/log" >&2 || tail -n 5 "$work/log" >&2
	grep -qE 'index files failed|Failed to fetch' "$work/log" || break
done
echo "the guest's packages could not be installed" >&2
exit 1
