/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <elf.h>

#include "base/macro.h"
#include "disasm/disasm.h"

static void every_machine_is_read_in_its_order_and_width(void **state UNUSED)
{
	static const struct {
		struct disasm_target target;
		const char *code;
		size_t size;
		const char *text;
	} cases[] = {
		{{EM_X86_64, true, BYTE_ORDER_LITTLE, false}, "\x0f\x05", 2, "syscall"},
		{{EM_386, false, BYTE_ORDER_LITTLE, false}, "\xcd\x80", 2, "int 0x80"},
		{{EM_ARM, false, BYTE_ORDER_LITTLE, false}, "\0\0\0\xef", 4, "svc #0"},
		{{EM_ARM, false, BYTE_ORDER_LITTLE, true}, "\0\xdf", 2, "svc #0"},
		{{EM_AARCH64, true, BYTE_ORDER_LITTLE, false}, "\1\0\0\xd4", 4, "svc #0"},
		{{EM_MIPS, false, BYTE_ORDER_BIG, false}, "\0\0\0\x0c", 4, "syscall"},
		{{EM_MIPS, false, BYTE_ORDER_LITTLE, false}, "\x0c\0\0\0", 4, "syscall"},
		{{EM_PPC, false, BYTE_ORDER_BIG, false}, "\x44\0\0\2", 4, "sc"},
		{{EM_S390, true, BYTE_ORDER_BIG, false}, "\x07\xfe", 2, "br %r14"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct disasm_instruction found[2];
		size_t count = disasm_run(&cases[i].target, span_of(cases[i].code, cases[i].size),
					  0x1000, 2, found);
		assert_int_equal(count, 1);
		assert_string_equal(found[0].text, cases[i].text);
		assert_int_equal(found[0].size, cases[i].size);
		assert_int_equal(found[0].vaddr, 0x1000);
	}
}

static void bytes_that_are_no_instruction_are_shown_and_passed(void **state UNUSED)
{
	const struct disasm_target target = {EM_X86_64, true, BYTE_ORDER_LITTLE, false};
	struct disasm_instruction found[4];

	assert_int_equal(disasm_run(&target, span_of("\x06\x90", 2), 0, 4, found), 2);
	assert_string_equal(found[0].text, ".byte 0x06");
	assert_string_equal(found[1].text, "nop");
	assert_int_equal(disasm_run(&target, span_of("\x48\xb8\1", 3), 0, 4, found), 3);
	assert_int_equal(disasm_run(&target, span_empty(), 0, 4, found), 0);
}

static void a_machine_that_is_not_known_gives_nothing(void **state UNUSED)
{
	const struct disasm_target target = {EM_VAX, false, BYTE_ORDER_LITTLE, false};
	struct disasm_instruction found[1];

	assert_false(disasm_is_supported(&target));
	assert_int_equal(disasm_run(&target, span_text("abcd"), 0, 1, found), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_machine_is_read_in_its_order_and_width),
		cmocka_unit_test(bytes_that_are_no_instruction_are_shown_and_passed),
		cmocka_unit_test(a_machine_that_is_not_known_gives_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
