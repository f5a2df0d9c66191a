/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The last step of making a disk: a file's times of change and of creation are those of the build,
 * which mke2fs copies and nothing but the file system's own format can set. Afterwards they say what
 * the persona's modification times say, and the same inputs give the same bytes. Private to vm.
 */
#include <stdint.h>

#include "base/error.h"

/* `offset`: where in the disk the ext4 begins; `epoch`: the time of the last write, in seconds. */
MUST_USE struct error *disk_times_settle(const char *path, uint64_t offset, uint64_t epoch);
