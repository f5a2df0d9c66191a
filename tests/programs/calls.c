/* SPDX-License-Identifier: MIT */
/*
 * Calls of known number, order and ABI between two marks (getpgid of an odd number), with nothing
 * of libc in between: native, int 0x80 from 64-bit code, and numbers that no kernel has.
 */
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "programs/expect.h"

static long native(long number, long argument)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(argument)
			 : "rcx", "r11", "memory");
	return result;
}

static long compat(long number)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number)
			 : "memory", "r8", "r9", "r10", "r11");
	return result;
}

int main(void)
{
	puts("expect calls native 121 1");
	puts("expect calls native 110 5");
	puts("expect calls native 102 1");
	puts("expect calls i386 20 3");
	puts("expect calls i386 64 1");
	puts("expect calls native 110 100000");
	puts("expect calls native 9999 2");
	puts("expect calls native 4294967295 1");
	puts("expect calls native 121 1");
	fflush(stdout);
	native(SYS_getpgid, 4711);
	for (int i = 0; i < 5; i++)
		native(SYS_getppid, 0);
	native(SYS_getuid, 0);
	for (int i = 0; i < 3; i++)
		compat(20);
	compat(64);
	for (int i = 0; i < 100000; i++)
		native(SYS_getppid, 0);
	native(9999, 0);
	native(9999, 0);
	native(-1, 0);
	native(SYS_getpgid, 4711);
	return 0;
}
