/* SPDX-License-Identifier: MIT */
/* Dies of SIGSEGV at an address that it names. */
#include "programs/expect.h"

int main(void)
{
	volatile char *nowhere = (volatile char *)0x123456;

	puts("expect signal 11 0x123456");
	fflush(stdout);
	*nowhere = 1;
	return 0;
}
