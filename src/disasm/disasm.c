/* SPDX-License-Identifier: MIT */
#include "disasm/disasm.h"

#include <Zydis/Zydis.h>
#include <capstone/capstone.h>
#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "base/macro.h"

static bool is_x86(const struct disasm_target *target)
{
	return target->machine == EM_386 || target->machine == EM_X86_64;
}

/* Bytes from one possible start of an instruction to the next. */
static size_t step_of(const struct disasm_target *target)
{
	if (is_x86(target))
		return 1;
	return target->is_thumb || target->machine == EM_S390 || target->machine == EM_68K ? 2 : 4;
}

static bool capstone_mode(const struct disasm_target *target, cs_arch *arch, unsigned *mode)
{
	*mode = target->order == BYTE_ORDER_BIG ? (unsigned)CS_MODE_BIG_ENDIAN
						: (unsigned)CS_MODE_LITTLE_ENDIAN;
	switch (target->machine) {
	case EM_ARM:
		*arch = CS_ARCH_ARM;
		*mode |= target->is_thumb ? (unsigned)CS_MODE_THUMB : CS_MODE_ARM;
		return true;
	case EM_AARCH64:
		/* Instructions are little-endian whatever the data's order. */
		*arch = CS_ARCH_ARM64;
		*mode = CS_MODE_LITTLE_ENDIAN;
		return true;
	case EM_MIPS:
		*arch = CS_ARCH_MIPS;
		*mode |= target->is_64 ? CS_MODE_MIPS64 : CS_MODE_MIPS32;
		return true;
	case EM_PPC:
	case EM_PPC64:
		*arch = CS_ARCH_PPC;
		*mode |= target->machine == EM_PPC64 ? CS_MODE_64 : CS_MODE_32;
		return true;
	case EM_SPARC:
	case EM_SPARC32PLUS:
	case EM_SPARCV9:
		*arch = CS_ARCH_SPARC;
		*mode = (unsigned)CS_MODE_BIG_ENDIAN |
			(target->machine == EM_SPARC ? 0 : (unsigned)CS_MODE_V9);
		return true;
	case EM_S390:
		*arch = CS_ARCH_SYSZ;
		*mode = (unsigned)CS_MODE_BIG_ENDIAN;
		return true;
	case EM_68K:
		*arch = CS_ARCH_M68K;
		*mode = (unsigned)CS_MODE_BIG_ENDIAN | CS_MODE_M68K_040;
		return true;
	default:
		return false;
	}
}

bool disasm_is_supported(const struct disasm_target *target)
{
	cs_arch arch;
	unsigned mode;

	return is_x86(target) || capstone_mode(target, &arch, &mode);
}

static void take_bytes(struct disasm_instruction *ret, struct span code, size_t size)
{
	struct span bytes = span_clip(code, 0, min_of(size, (size_t)DISASM_BYTES_MAX));

	ret->size = (uint8_t)bytes.size;
	memcpy(ret->bytes, bytes.data, bytes.size);
}

static void take_unknown(struct disasm_instruction *ret, struct span code, size_t step)
{
	int at = snprintf(ret->text, sizeof(ret->text), ".byte");

	take_bytes(ret, code, step);
	for (size_t i = 0; i < ret->size; i++)
		at += snprintf(ret->text + at, sizeof(ret->text) - (size_t)at, "%s0x%02x",
			       i ? ", " : " ", ret->bytes[i]);
}

static bool decode_x86(const struct disasm_target *target, struct span code,
		       struct disasm_instruction *ret)
{
	ZydisDisassembledInstruction instruction;
	ZydisMachineMode mode = target->is_64 || target->machine == EM_X86_64
					? ZYDIS_MACHINE_MODE_LONG_64
					: ZYDIS_MACHINE_MODE_LONG_COMPAT_32;

	if (!ZYAN_SUCCESS(
		    ZydisDisassembleIntel(mode, ret->vaddr, code.data, code.size, &instruction)))
		return false;
	take_bytes(ret, code, instruction.info.length);
	snprintf(ret->text, sizeof(ret->text), "%s", instruction.text);
	ret->is_return = instruction.info.mnemonic == ZYDIS_MNEMONIC_RET ||
			 instruction.info.mnemonic == ZYDIS_MNEMONIC_HLT ||
			 instruction.info.mnemonic == ZYDIS_MNEMONIC_JMP;
	return true;
}

static bool decode_other(csh handle, struct span code, struct disasm_instruction *ret)
{
	cs_insn *instruction = NULL;

	if (cs_disasm(handle, code.data, code.size, ret->vaddr, 1, &instruction) != 1)
		return false;
	take_bytes(ret, code, instruction->size);
	const char *space = instruction->op_str[0] ? " " : "";
	snprintf(ret->text, sizeof(ret->text), "%.32s%s%.120s", instruction->mnemonic, space,
		 instruction->op_str);
	cs_free(instruction, 1);
	return true;
}

size_t disasm_run(const struct disasm_target *target, struct span code, uint64_t vaddr,
		  size_t limit, struct disasm_instruction *ret)
{
	cs_arch arch;
	unsigned mode;
	csh handle = 0;
	size_t count = 0;

	if (!is_x86(target) && (!capstone_mode(target, &arch, &mode) ||
				cs_open(arch, (cs_mode)mode, &handle) != CS_ERR_OK))
		return 0;
	for (size_t at = 0; at < code.size && count < limit; count++) {
		struct span rest = span_clip(code, at, 32);
		struct disasm_instruction *instruction = &ret[count];
		*instruction = (struct disasm_instruction){.vaddr = vaddr + at};
		bool ok = is_x86(target) ? decode_x86(target, rest, instruction)
					 : decode_other(handle, rest, instruction);
		if (!ok)
			take_unknown(instruction, rest, step_of(target));
		at += instruction->size;
	}
	if (handle)
		cs_close(&handle);
	return count;
}
