/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "memory/vmcoreinfo.h"

static const char text[] = "OSRELEASE=6.1.0-56-cloud-amd64\n"
			   "SYMBOL(_stext)=ffffffffa1a00000\n"
			   "NUMBER(phys_base)=-218103808\n"
			   "NUMBER(pgtable_l5_enabled)=1\n"
			   "KERNELOFFSET=20a00000\n";

static void keys_symbols_and_numbers_are_found(void **state UNUSED)
{
	struct vmcoreinfo info;
	struct span release;
	uint64_t symbol;
	int64_t number;

	assert_true(vmcoreinfo_parse(span_text(text), &info));
	assert_true(vmcoreinfo_get(&info, "OSRELEASE", &release));
	assert_true(span_equal_text(release, "6.1.0-56-cloud-amd64"));
	assert_true(vmcoreinfo_symbol(&info, "_stext", &symbol));
	assert_int_equal(symbol, 0xffffffffa1a00000u);
	assert_true(vmcoreinfo_number(&info, "phys_base", &number));
	assert_int_equal(number, -218103808);
	assert_false(vmcoreinfo_symbol(&info, "phys_base", &symbol));
	assert_false(vmcoreinfo_get(&info, "OSREL", &release));
}

static void a_page_with_other_bytes_is_refused(void **state UNUSED)
{
	static const char binary[] = "OSRELEASE=6\x01\nSYMBOL(_stext)=ffffffffa1a00000\n";
	struct vmcoreinfo info;

	assert_false(vmcoreinfo_parse(span_text("OSRELEASE=6\n"), &info)); /* no _stext: a decoy */
	assert_false(vmcoreinfo_parse(span_text(binary), &info));
	assert_false(vmcoreinfo_parse(span_text(text + 1), &info));
	assert_false(vmcoreinfo_parse(span_empty(), &info));
}

static void pages_are_scanned_and_decoys_passed_over(void **state UNUSED)
{
	static uint8_t memory[4 * IMAGE_PAGE];
	cleanup_image struct image *image = NULL;
	cleanup_cursor struct image_cursor cursor = {0};
	struct vmcoreinfo info;

	memcpy(memory + IMAGE_PAGE, "OSRELEASE=decoy", 15);
	memcpy(memory + 2 * IMAGE_PAGE + 24, text, sizeof(text));
	memcpy(memory + 3 * IMAGE_PAGE, text, sizeof(text));
	assert_null(image_open_bytes(span_of(memory, sizeof(memory)), &image));
	assert_true(vmcoreinfo_scan(image, &cursor, &info));
	assert_int_equal(info.paddr, 3 * IMAGE_PAGE);
	assert_false(vmcoreinfo_scan(image, &cursor, &info));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_symbols_and_numbers_are_found),
		cmocka_unit_test(a_page_with_other_bytes_is_refused),
		cmocka_unit_test(pages_are_scanned_and_decoys_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
