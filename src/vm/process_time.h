/* SPDX-License-Identifier: MIT */
#pragma once
/* What another process of ours has used, from /proc/PID/stat. Private to vm. */
#include <stdint.h>
#include <sys/types.h>

/* User and system time in milliseconds; 0 when the process is gone. */
uint64_t process_time_ms(pid_t pid);
