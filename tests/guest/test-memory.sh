#!/bin/sh
# SPDX-License-Identifier: MIT
# timeout: 1800
# What `habo memory` reads from images of several kernels is what their guests said; nothing is hidden in
# busy clean ones; damaged ones do no harm.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
images=${HABO_MEMORY_IMAGES:-$TMPDIR/images}
for tool in qemu-system-x86_64 cpio gcc make busybox apt-get; do
	command -v $tool >/dev/null || {
		echo "$tool is not installed"
		exit 77
	}
done
if [ -d "$images" ]; then
	"$here/memory-check.py" "$HABO" "$images"
	exit
fi
"$here/memory-images.sh" "$images" 61 61hidden 612la57
"$here/memory-variants.py" "$images/61hidden.elf" "$images"
"$here/memory-check.py" "$HABO" "$images"
"$BUILD/tests/unit/memory/memory_mutate" "$images/61hidden.elf" 300
for busy in 61busy 612busy; do
	rm -f "$images"/*.elf "$images"/*.img
	"$here/memory-images.sh" "$images" $busy
	"$here/memory-check.py" "$HABO" "$images"
done
