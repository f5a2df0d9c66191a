#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes disk, kernel and initial program from the unpacked packages.   compose.sh RECIPE-FOLDER ROOTFS.tar OUT-FOLDER
# Runs as root, or as "root" of a user namespace that maps a range of ids.
set -eu
recipe=$1 tar=$2 out=$3
here=$(dirname "$0")
set -a
. "$recipe/recipe"
set +a
work=$(mktemp -d "$out/.work-XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
root=$work/root
mkdir "$root"
tar -C "$root" --numeric-owner --xattrs -xf "$tar"
KERNEL=$(basename "$root"/lib/modules/*)
export KERNEL
cp "$root/boot/vmlinuz-$KERNEL" "$out/vmlinuz"
echo "$KERNEL" >"$out/release"
chroot "$root" dpkg-query -W -f '${Package} ${Architecture} ${Version}\n' | LC_ALL=C sort >"$out/packages"

# The initial file system: a shell and the few drivers without which there is no root disk and no control port.
init=$work/init
mkdir -p "$init/bin" "$init/modules" "$init/root" "$init/dev" "$init/proc" "$init/sys"
cp "$here/init" "$init/init"
cp "$root/bin/busybox" "$init/bin/busybox"
for name in sh mount insmod usleep cp mkdir ln chmod switch_root echo poweroff; do
	ln -s busybox "$init/bin/$name"
done
if ldd "$init/bin/busybox" >/dev/null 2>&1; then
	mkdir -p "$init/lib/x86_64-linux-gnu" "$init/lib64"
	cp -L "$root"/lib/x86_64-linux-gnu/libc.so.6 "$root"/lib/x86_64-linux-gnu/libresolv.so.2 "$init/lib/x86_64-linux-gnu/"
	cp -L "$root"/lib64/ld-linux-x86-64.so.2 "$init/lib64/"
fi
for name in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk virtio_console qemu_fw_cfg; do
	file=$(find "$root/lib/modules/$KERNEL" -name "$name.ko" | head -n 1)
	[ -n "$file" ] || continue
	cp "$file" "$init/modules/"
	echo "$name.ko" >>"$init/modules/order"
done
find "$init" -exec touch -h -d "@$EPOCH" {} +
(cd "$init" && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet --reproducible -o -H newc -R 0:0) >"$out/initrd"

# The persona.
mkdir "$root/.persona"
cp "$recipe"/*.py "$root/.persona/"
chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin PYTHONDONTWRITEBYTECODE=1 PYTHONHASHSEED=0 LC_ALL=C.UTF-8 TZ=UTC \
	EPOCH="$EPOCH" HOSTNAME="$HOST" DISK_UUID="$DISK_UUID" KERNEL="$KERNEL" \
	/bin/sh -c 'mv /.persona /run/persona && cd /run/persona && python3 persona.py && rm -rf /run/persona' 2>"$work/log" || {
	cat "$work/log" >&2
	exit 1
}
for name in run dev proc sys; do
	find "$root/$name" -mindepth 1 -delete
done
touch -d "@$EPOCH" "$root/run" "$root/dev" "$root/proc" "$root/sys"

# The disk: one partition that begins at 1 MiB.
disk=$out/disk.raw
rm -f "$disk"
truncate -s "${DISK_MIB}M" "$disk"
word() { # a number's four bytes, low one first
	for shift in 0 8 16 24; do
		printf "\\$(printf %03o $(($1 >> shift & 255)))"
	done
}
{
	word "$((DISK_LABEL))"
	printf '\0\0\200\376\377\377\203\376\377\377'
	word 2048
	word "$((DISK_MIB * 2048 - 2048))"
} | dd of="$disk" bs=1 seek=440 conv=notrunc status=none
printf '\125\252' | dd of="$disk" bs=1 seek=510 conv=notrunc status=none
E2FSPROGS_FAKE_TIME=$EPOCH mke2fs -q -F -t ext4 -L root -U "$DISK_UUID" -m 1 -i 8192 \
	-E "hash_seed=$HASH_SEED,root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0,nodiscard,offset=1048576" \
	-d "$root" "$disk" "$((DISK_MIB * 1024 - 1024))k"
