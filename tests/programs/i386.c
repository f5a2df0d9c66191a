/* SPDX-License-Identifier: MIT */
/* A 32-bit program without a libc: getpid three times, one line, exit with 5. Built with -m32. */

static long call(long number, long first, const void *second, long third)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(first), "c"(second), "d"(third)
			 : "memory");
	return result;
}

__attribute__((noreturn)) void _start(void);
void _start(void)
{
	static const char text[] = "expect calls i386 20 3\nexpect calls i386 4 1\n"
				   "expect calls i386 1 1\nexpect exit 5\n";

	for (int i = 0; i < 3; i++)
		call(20, 0, 0, 0);
	call(4, 1, text, sizeof(text) - 1);
	call(1, 5, 0, 0);
	__builtin_unreachable();
}
