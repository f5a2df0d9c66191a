/* SPDX-License-Identifier: MIT */
#include "trace/syscall_name.h"

#include "base/macro.h"

static const char *const x86_64_names[] = {
#include "trace/syscalls_x86_64.inc"
};

static const char *const i386_names[] = {
#include "trace/syscalls_i386.inc"
};

enum {
	X32_BIT = 0x40000000,
	X32_FIRST_OWN = 512, /* numbers from here on are not those of x86_64 */
};

const char *syscall_name(enum event_abi abi, uint32_t number)
{
	if (abi == EVENT_ABI_I386)
		return number < ARRAY_SIZE(i386_names) ? i386_names[number] : NULL;
	if (abi == EVENT_ABI_X32) {
		number &= ~(uint32_t)X32_BIT;
		if (number >= X32_FIRST_OWN)
			return NULL;
	}
	return number < ARRAY_SIZE(x86_64_names) ? x86_64_names[number] : NULL;
}

const char *syscall_abi_name(enum event_abi abi)
{
	switch (abi) {
	case EVENT_ABI_NATIVE:
		return "x86_64";
	case EVENT_ABI_I386:
		return "i386";
	case EVENT_ABI_X32:
		return "x32";
	}
	return "unknown";
}
