/* SPDX-License-Identifier: MIT */
#pragma once
/* Classic BPF (include/uapi/linux/filter.h) as text: what socket filters are written in. */
#include <stdint.h>

#include "base/buffer.h"

struct cbpf_instruction {
	uint16_t code;
	uint8_t jump_true, jump_false;
	uint32_t k;
};

/* "ldh [12]", "jeq #0x800 jt 2 jf 5", "ret #65535"; `at` is its own number, for jump targets. */
void cbpf_write(struct buffer *out, struct cbpf_instruction instruction, uint32_t at);
