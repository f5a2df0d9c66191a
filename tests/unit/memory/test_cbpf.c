/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <linux/filter.h>

#include "base/macro.h"
#include "memory/cbpf.h"

static void every_class_has_its_text(void **state UNUSED)
{
	static const struct {
		struct cbpf_instruction in;
		const char *text;
	} rows[] = {
		{{BPF_LD | BPF_H | BPF_ABS, 0, 0, 12}, "ldh [12]"},
		{{BPF_LD | BPF_W | BPF_LEN, 0, 0, 0}, "ld #pktlen"},
		{{BPF_LDX | BPF_B | BPF_MSH, 0, 0, 14}, "ldxb 4*([14]&0xf)"},
		{{BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0x800}, "jeq #0x800 jt 6 jf 9"},
		{{BPF_JMP | BPF_JA, 0, 0, 2}, "ja 8"},
		{{BPF_JMP | BPF_JSET | BPF_X, 1, 2, 0}, "jset x jt 7 jf 8"},
		{{BPF_ALU | BPF_AND | BPF_K, 0, 0, 15}, "and #0xf"},
		{{BPF_ALU | BPF_ADD | BPF_X, 0, 0, 0}, "add x"},
		{{BPF_ST, 0, 0, 3}, "st M[3]"},
		{{BPF_RET | BPF_K, 0, 0, 65535}, "ret #65535"},
		{{BPF_RET | BPF_A, 0, 0, 0}, "ret a"},
		{{BPF_MISC | BPF_TXA, 0, 0, 0}, "txa"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_buffer struct buffer out = {0};
		cbpf_write(&out, rows[i].in, 5);
		assert_string_equal(buffer_text(&out), rows[i].text);
	}
}

static void every_code_gives_some_text(void **state UNUSED)
{
	for (unsigned code = 0; code <= UINT16_MAX; code += 7) {
		cleanup_buffer struct buffer out = {0};
		cbpf_write(&out, (struct cbpf_instruction){.code = (uint16_t)code}, 0);
		assert_true(out.size > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_class_has_its_text),
		cmocka_unit_test(every_code_gives_some_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
