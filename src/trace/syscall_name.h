/* SPDX-License-Identifier: MIT */
#pragma once
/* Names of system calls by number, for each ABI of a guest. Tables: tools/update-syscalls. */
#include <stdint.h>

#include "wire/event.h"

/* NULL for a number that the table does not have; `number` is as the task gave it. */
const char *syscall_name(enum event_abi abi, uint32_t number);
/* "x86_64", "i386", "x32"; "unknown" for one that no guest has. */
const char *syscall_abi_name(enum event_abi abi);
