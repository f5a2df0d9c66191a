/* SPDX-License-Identifier: MIT */
#include "memory/cbpf.h"

#include <linux/filter.h>

#include "base/macro.h"

static const char *size_letter(uint16_t code)
{
	switch (BPF_SIZE(code)) {
	case BPF_H:
		return "h";
	case BPF_B:
		return "b";
	default:
		return "";
	}
}

static void write_load(struct buffer *out, struct cbpf_instruction in, const char *name)
{
	switch (BPF_MODE(in.code)) {
	case BPF_IMM:
		buffer_printf(out, "%s #0x%x", name, in.k);
		break;
	case BPF_ABS:
		buffer_printf(out, "%s%s [%u]", name, size_letter(in.code), in.k);
		break;
	case BPF_IND:
		buffer_printf(out, "%s%s [x + %u]", name, size_letter(in.code), in.k);
		break;
	case BPF_MEM:
		buffer_printf(out, "%s M[%u]", name, in.k);
		break;
	case BPF_LEN:
		buffer_printf(out, "%s #pktlen", name);
		break;
	case BPF_MSH:
		buffer_printf(out, "%sb 4*([%u]&0xf)", name, in.k);
		break;
	default:
		buffer_printf(out, "unknown 0x%x", in.code);
		break;
	}
}

static void write_arithmetic(struct buffer *out, struct cbpf_instruction in)
{
	static const char *const names[] = {"add", "sub", "mul", "div", "or", "and",
					    "lsh", "rsh", "neg", "mod", "xor"};
	unsigned operation = (unsigned)BPF_OP(in.code) >> 4;

	if (operation >= ARRAY_SIZE(names))
		buffer_printf(out, "unknown 0x%x", in.code);
	else if (BPF_SRC(in.code) == BPF_X)
		buffer_printf(out, "%s x", names[operation]);
	else
		buffer_printf(out, "%s #0x%x", names[operation], in.k);
}

static void write_jump(struct buffer *out, struct cbpf_instruction in, uint32_t at)
{
	static const char *const names[] = {"ja", "jeq", "jgt", "jge", "jset"};
	unsigned operation = (unsigned)BPF_OP(in.code) >> 4;

	if (operation >= ARRAY_SIZE(names)) {
		buffer_printf(out, "unknown 0x%x", in.code);
		return;
	}
	if (operation == 0) {
		buffer_printf(out, "ja %u", at + 1 + in.k);
		return;
	}
	if (BPF_SRC(in.code) == BPF_X)
		buffer_printf(out, "%s x", names[operation]);
	else
		buffer_printf(out, "%s #0x%x", names[operation], in.k);
	buffer_printf(out, " jt %u jf %u", at + 1 + in.jump_true, at + 1 + in.jump_false);
}

void cbpf_write(struct buffer *out, struct cbpf_instruction in, uint32_t at)
{
	switch (BPF_CLASS(in.code)) {
	case BPF_LD:
		write_load(out, in, "ld");
		break;
	case BPF_LDX:
		write_load(out, in, "ldx");
		break;
	case BPF_ST:
		buffer_printf(out, "st M[%u]", in.k);
		break;
	case BPF_STX:
		buffer_printf(out, "stx M[%u]", in.k);
		break;
	case BPF_ALU:
		write_arithmetic(out, in);
		break;
	case BPF_JMP:
		write_jump(out, in, at);
		break;
	case BPF_RET:
		if (BPF_RVAL(in.code) == BPF_A)
			buffer_append_text(out, "ret a");
		else
			buffer_printf(out, "ret #%u", in.k);
		break;
	default:
		buffer_append_text(out, in.code & BPF_TXA ? "txa" : "tax");
		break;
	}
}
