/* SPDX-License-Identifier: MIT */
/* The first bytes choose the machine. */
#include <elf.h>
#include <stdint.h>

#include "base/macro.h"
#include "disasm/disasm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t machines[] = {EM_386,     EM_X86_64, EM_ARM,   EM_AARCH64,
					    EM_MIPS,    EM_PPC,    EM_PPC64, EM_SPARC,
					    EM_SPARCV9, EM_S390,   EM_68K};
	struct disasm_instruction found[64];

	if (size < 2)
		return 0;
	const struct disasm_target target = {
		.machine = machines[data[0] % ARRAY_SIZE(machines)],
		.is_64 = data[1] & 1,
		.order = data[1] & 2 ? BYTE_ORDER_BIG : BYTE_ORDER_LITTLE,
		.is_thumb = data[1] & 4,
	};
	(void)disasm_run(&target, span_of(data + 2, size - 2), 0x400000, ARRAY_SIZE(found), found);
	return 0;
}
