/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Machine code as text: x86 by Zydis (Intel syntax), ARM, AArch64, MIPS, PowerPC, SPARC, z/Architecture
 * and m68k by capstone 4.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct disasm_target {
	uint16_t machine; /* e_machine */
	bool is_64;
	enum byte_order order;
	bool is_thumb; /* ARM: 16-bit code */
};

enum { DISASM_TEXT_MAX = 160, DISASM_BYTES_MAX = 16 };

struct disasm_instruction {
	uint64_t vaddr;
	uint8_t size;
	uint8_t bytes[DISASM_BYTES_MAX];
	char text[DISASM_TEXT_MAX];
	bool is_return; /* nothing behind it need be code */
};

bool disasm_is_supported(const struct disasm_target *target);

/*
 * Decodes one instruction after the other from the start of code, at most `limit`. Bytes that are no
 * instruction become ".byte 0x…" and the next byte (or word, where all are as long) is tried. Gives the
 * number written to ret; 0 where the machine is not supported.
 */
size_t disasm_run(const struct disasm_target *target, struct span code, uint64_t vaddr,
		  size_t limit, struct disasm_instruction *ret);
