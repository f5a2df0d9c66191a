#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes the memory images that tests/guest/memory-check.sh reads: boots Debian kernels with a small
# initramfs under QEMU, lets tests/guest/memory/actor.c act, and dumps the memory with the truth that
# the guest printed beside it.
#   memory-images.sh FOLDER [NAME…]      NAME: 61 612 612la57 61hidden 61busy 612busy 5g 61generic 612generic 61rt
# The busy ones are several images of a guest in which programs start and end all the time, and
# nothing hides.
# Needs qemu-system-x86, busybox-static, cpio, gcc; apt-get download for the kernels.
set -eu
here=$(cd "$(dirname "$0")" && pwd)/memory
folder=$1
shift
[ $# -gt 0 ] || set -- 61 61hidden 612la57
moments=
mkdir -p "$folder/debs"
folder=$(cd "$folder" && pwd)

old=6.1.0-56-cloud-amd64
new=6.12.117+deb12-cloud-amd64

fetch() { # package
	found=$(find "$folder/debs" -name "$1_*.deb" | head -n 1)
	[ -n "$found" ] || (cd "$folder/debs" && apt-get download "$1" >&2)
	find "$folder/debs" -name "$1_*.deb" | head -n 1
}

unpack() { # package…
	for package in "$@"; do
		[ -e "$folder/root/.done-$package" ] && continue
		mkdir -p "$folder/root"
		dpkg -x "$(fetch "$package")" "$folder/root"
		touch "$folder/root/.done-$package"
	done
}

# The test module, built against unpacked headers (their makefiles name /usr/src and /usr/lib).
build_hider() { # kernel, common, kbuild package
	unpack "linux-headers-$1" "$2" "$3"
	work=$folder/hider-$1
	[ -f "$work/hider.ko" ] && return
	mkdir -p "$work"
	cp "$here/hider.c" "$work"
	echo 'obj-m := hider.o' >"$work/Makefile"
	headers=$folder/root/usr/src/linux-headers-$1
	sed -i "s#[^ ]*/usr/src/#$folder/root/usr/src/#g" "$headers/Makefile"
	make -s -C "$headers" M="$work" modules >&2
}

# boot NAME KERNEL MEMORY CPU HIDER: writes NAME.elf, NAME.truth.
boot() {
	name=$1 kernel=$2 memory=$3 cpu=$4 hider=$5
	unpack "linux-image-$kernel-unsigned" bash-static
	tree=$folder/tree-$name
	rm -rf "$tree"
	mkdir -p "$tree/bin" "$tree/modules"
	cp "$(command -v busybox)" "$tree/bin/busybox"
	cp "$here/init" "$tree/init"
	cp "$folder/root/bin/bash-static" "$tree/bash"
	gcc -O1 -static -pthread -w -D_GNU_SOURCE -o "$tree/actor" "$here/actor.c"
	chmod 755 "$tree/init"
	for module in qemu_fw_cfg af_packet; do
		path=$(find "$folder/root/lib/modules/$kernel" -name "$module.ko*" | head -n 1)
		case $path in
		*.xz) xz -dc "$path" >"$tree/modules/$module.ko" ;;
		?*) cp "$path" "$tree/modules/" ;;
		esac
	done
	[ -z "$hider" ] || cp "$hider" "$tree/modules/hider.ko"
	(cd "$tree" && find . | cpio --quiet -o -H newc) | gzip -1 >"$folder/$name.initrd"
	rm -f "$folder/$name.keys" "$folder/$name.elf"
	mkfifo "$folder/$name.keys"
	nice qemu-system-x86_64 -M q35 -accel tcg -cpu "$cpu" -smp 2 -m "$memory" -nodefaults -display none \
		-kernel "$folder/root/boot/vmlinuz-$kernel" -initrd "$folder/$name.initrd" \
		-append "console=ttyS0 quiet panic=-1${moments:+ busy}" -device vmcoreinfo -no-reboot \
		-serial "file:$folder/$name.serial" -monitor stdio <"$folder/$name.keys" \
		>"$folder/$name.monitor" 2>&1 &
	machine=$!
	exec 8>"$folder/$name.keys"
	waited=0
	until grep -q '^READY' "$folder/$name.serial" 2>/dev/null; do
		waited=$((waited + 1))
		[ $waited -lt 240 ] && kill -0 $machine || {
			echo "guest $name did not get ready; see $folder/$name.serial" >&2
			kill $machine
			exit 1
		}
		sleep 1
	done
	tr -d '\r' <"$folder/$name.serial" | grep '^TRUTH' >"$folder/$name.truth"
	for moment in ${moments:-""}; do
		printf 'stop\ndump-guest-memory %s/%s.elf\ncont\n' "$folder" "$name$moment" >&8
		[ -z "$moment" ] || {
			sleep 1
			cp "$folder/$name.truth" "$folder/$name$moment.truth"
		}
	done
	printf 'quit\n' >&8
	exec 8>&-
	wait $machine
	rm -rf "$tree" "$folder/$name.keys" "$folder/$name.initrd"
	echo "$folder/$name.elf"
}

for name in "$@"; do
	case $name in
	61) boot 61 $old 512M max "" ;;
	612) boot 612 $new 256M qemu64 "" ;;
	612la57) boot 612la57 $new 384M max,+la57 "" ;;
	61busy | 612busy)
		moments="-1 -2 -3 -4 -5 -6 -7 -8 -9 -10"
		[ $name = 61busy ] && kernel=$old || kernel=$new
		boot $name $kernel 256M qemu64 ""
		moments= ;;
	61generic) boot 61generic 6.1.0-56-amd64 320M max "" ;;
	612generic) boot 612generic 6.12.117+deb12-amd64 384M qemu64 "" ;;
	61rt) boot 61rt 6.1.0-56-rt-amd64 256M max,-la57 "" ;;
	5g) boot 5g $old 5G max "" ;;
	61hidden)
		build_hider $old linux-headers-6.1.0-56-common linux-kbuild-6.1
		boot 61hidden $old 256M max,-la57 "$folder/hider-$old/hider.ko" ;;
	*) echo "no image $name" >&2; exit 2 ;;
	esac
done
