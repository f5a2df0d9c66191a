#!/bin/sh
# SPDX-License-Identifier: MIT
# user: root
# timeout: 600
# An image is made once: a second build of the same finds it, and one in another place gives the same bytes.
set -eu
export HABO_IMAGES="$SOURCE/image" HABO_AGENT="$BUILD/habo-agent"
state=${HABO_STATE:-/var/lib/habo}
fail() {
	echo "FAILED: $*"
	exit 1
}
if [ ! -e "$state/images/default/current" ]; then
	echo "there is no image: habo image build"
	exit 77
fi

echo "--- a second build repeats nothing"
"$HABO" image build --no-template >"$TMPDIR/first"
folder=$(sed -n 's/^image //p' "$TMPDIR/first")
before=$(stat -c '%i %Y' "$folder/disk.raw")
"$HABO" image build --no-template >"$TMPDIR/second" 2>"$TMPDIR/messages"
[ "$before" = "$(stat -c '%i %Y' "$folder/disk.raw")" ] || fail "the disk was made again"
[ ! -s "$TMPDIR/messages" ] || fail "it had something to say: $(cat "$TMPDIR/messages")"

echo "--- the manifest's hashes are the files'"
for name in disk.raw vmlinuz initrd packages; do
	kept=$(sed -n "s/^ *\"$name\": \"\([0-9a-f]*\)\",*$/\1/p" "$folder/manifest.json" | tail -n 1)
	now=$(sha256sum <"$folder/$name" | cut -d ' ' -f 1)
	[ "$kept" = "$now" ] || fail "$name: $kept -> $now"
done

echo "--- the same unpacked packages give the same image"
mkdir "$TMPDIR/state"
ln -s "$state/cache" "$TMPDIR/state/cache"
HABO_STATE="$TMPDIR/state" "$HABO" image build --no-template >"$TMPDIR/third" 2>/dev/null
other=$(sed -n 's/^image //p' "$TMPDIR/third")
[ "$other" != "$folder" ] || fail "it was not made elsewhere"
cmp "$folder/manifest.json" "$other/manifest.json" || fail "the manifests differ"
cmp "$folder/disk.raw" "$other/disk.raw" || fail "the disks differ"
cmp "$folder/initrd" "$other/initrd" || fail "the initial file systems differ"
