#!/bin/sh
# SPDX-License-Identifier: MIT
# timeout: 900
# What `habo memory` reads from images of several kernels is what their guests said.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
images=${HABO_MEMORY_IMAGES:-$TMPDIR/images}
for tool in qemu-system-x86_64 cpio gcc busybox apt-get; do
	command -v $tool >/dev/null || {
		echo "$tool is not installed"
		exit 77
	}
done
[ -d "$images" ] || {
	"$here/memory-images.sh" "$images" 61 61hidden 612la57 61busy 612busy
	"$here/memory-variants.py" "$images/61hidden.elf" "$images"
}
"$here/memory-check.py" "$HABO" "$images"
"$BUILD/tests/unit/memory/memory_mutate" "$images/61hidden.elf" 300
