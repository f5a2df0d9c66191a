/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "bytes.h"
#include "memory/btf.h"

/*
 * struct list_head { struct list_head *next; };                                         (3)
 * struct task { int pid; union { long state; long other; }; unsigned flag : 3; char name[16];
 *               struct list_head tasks; };                                               (9)
 */
#define INFO(kind, flag, count) ((uint32_t)(kind) << 24 | (uint32_t)(flag) << 31 | (count))

static const char strings[] = "\0int\0list_head\0next\0task\0pid\0state\0other\0flag\0name\0tasks\0"
			      "long\0char\0color\0RED\0GREEN";

static uint32_t at(const char *name)
{
	for (size_t i = 0; i < sizeof(strings); i++)
		if (strcmp(strings + i, name) == 0 && (i == 0 || strings[i - 1] == '\0'))
			return (uint32_t)i;
	fail();
	return 0;
}

struct maker {
	struct bytes bytes;
	size_t used;
};

static void word(struct maker *maker, uint32_t value)
{
	put(&maker->bytes, maker->used, value, 4);
	maker->used += 4;
}

static void words(struct maker *maker, const uint32_t *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		word(maker, values[i]);
}

static uint8_t memory[8192];

static struct image *make(void)
{
	struct maker maker = {.bytes = {memory, sizeof(memory)}, .used = 24};
	const uint32_t types[] = {
		at("int"),
		INFO(1, 0, 0),
		4,
		1u << 24 | 32, /* 1 int */
		at("long"),
		INFO(1, 0, 0),
		8,
		1u << 24 | 64, /* 2 long */
		at("list_head"),
		INFO(4, 0, 1),
		8,
		at("next"),
		4,
		0, /* 3 */
		0,
		INFO(2, 0, 0),
		3, /* 4 pointer to 3 */
		0,
		INFO(5, 0, 2),
		8,
		at("state"),
		2,
		0,
		at("other"),
		2,
		0, /* 5 union */
		at("char"),
		INFO(1, 0, 0),
		1,
		8, /* 6 char */
		0,
		INFO(3, 0, 0),
		0,
		6,
		1,
		16, /* 7 char[16] */
		0,
		INFO(10, 0, 0),
		1, /* 8 const int */
		at("task"),
		INFO(4, 1, 5),
		48, /* 9 */
		at("pid"),
		8,
		0,
		0,
		5,
		64,
		at("flag"),
		1,
		3u << 24 | 133,
		at("name"),
		7,
		160,
		at("tasks"),
		3,
		320,
		at("color"),
		INFO(6, 0, 2),
		4,
		at("RED"),
		3,
		at("GREEN"),
		(uint32_t)-2, /* 10 */
	};
	struct image *image = NULL;

	memset(memory, 0, sizeof(memory));
	words(&maker, types, ARRAY_SIZE(types));
	put_text(&maker.bytes, maker.used, strings, sizeof(strings));
	put(&maker.bytes, 0, 0x0001eb9f, 4);
	put(&maker.bytes, 4, 24, 4);
	put(&maker.bytes, 12, maker.used - 24, 4);
	put(&maker.bytes, 16, maker.used - 24, 4);
	put(&maker.bytes, 20, sizeof(strings), 4);
	assert_null(image_open_bytes(span_of(memory, sizeof(memory)), &image));
	return image;
}

static void members_are_found_by_name(void **state UNUSED)
{
	cleanup_image struct image *image = make();
	struct member member;
	struct btf btf;

	assert_true(btf_read(image, 0, sizeof(memory), &btf));
	assert_int_equal(btf.count, 10);
	assert_int_equal(btf_struct_size(&btf, "task"), 48);
	assert_true(btf_member(&btf, "task", "pid", &member));
	assert_int_equal(member.offset, 0);
	assert_int_equal(member.size, 4);
	assert_true(member.is_signed);
	assert_true(btf_member(&btf, "task", "other", &member)); /* in an unnamed union */
	assert_int_equal(member.offset, 8);
	assert_true(btf_member(&btf, "task", "name", &member));
	assert_int_equal(member.size, 16);
	assert_true(btf_member(&btf, "task", "tasks.next", &member));
	assert_int_equal(member.offset, 40);
	assert_int_equal(member.size, 8);
	assert_false(btf_member(&btf, "task", "tasks.prev", &member));
	assert_false(btf_member(&btf, "nothing", "pid", &member));
	btf_deinit(&btf);
}

static void bit_fields_have_their_bits(void **state UNUSED)
{
	cleanup_image struct image *image = make();
	struct member member;
	struct btf btf;

	assert_true(btf_read(image, 0, sizeof(memory), &btf));
	assert_true(btf_member(&btf, "task", "flag", &member));
	assert_int_equal(member.offset, 16);
	assert_int_equal(member.bit_offset, 5);
	assert_int_equal(member.bit_size, 3);
	btf_deinit(&btf);
}

static void enumerators_are_found(void **state UNUSED)
{
	cleanup_image struct image *image = make();
	int64_t value = 0;
	struct btf btf;

	assert_true(btf_read(image, 0, sizeof(memory), &btf));
	assert_true(btf_enumerator(&btf, "color", "GREEN", &value));
	assert_int_equal(value, -2);
	assert_false(btf_enumerator(&btf, "color", "BLUE", &value));
	btf_deinit(&btf);
}

static void any_changed_word_is_survived(void **state UNUSED)
{
	static const char *const paths[] = {"pid", "other", "flag", "name", "tasks.next", "none"};
	cleanup_image struct image *image = make();
	struct bytes bytes = {memory, sizeof(memory)};

	for (size_t i = 0; i < 512; i += 4) {
		uint8_t kept[4];
		memcpy(kept, memory + i, 4);
		for (uint64_t value = 0; value < 40; value++) {
			struct btf btf;
			struct member member;
			put(&bytes, i, value == 39 ? UINT32_MAX : value, 4);
			if (!btf_read(image, 0, sizeof(memory), &btf))
				continue;
			for (size_t k = 0; k < ARRAY_SIZE(paths); k++)
				(void)btf_member(&btf, "task", paths[k], &member);
			btf_deinit(&btf);
		}
		memcpy(memory + i, kept, 4);
	}
}

static void a_struct_of_itself_ends(void **state UNUSED)
{
	cleanup_image struct image *image = make();
	struct bytes bytes = {memory, sizeof(memory)};
	struct member member;
	struct btf btf;

	/* The union's members get no names and lead back to the union: type 5 at 24 + 4 * 17. */
	size_t members = 24 + 4 * (4 + 4 + 6 + 3 + 3);
	for (size_t i = 0; i < 2; i++) {
		put(&bytes, members + 12 * i, 0, 4);
		put(&bytes, members + 12 * i + 4, 5, 4);
	}
	assert_true(btf_read(image, 0, sizeof(memory), &btf));
	assert_false(btf_member(&btf, "task", "other", &member));
	btf_deinit(&btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_found_by_name),
		cmocka_unit_test(bit_fields_have_their_bits),
		cmocka_unit_test(enumerators_are_found),
		cmocka_unit_test(any_changed_word_is_survived),
		cmocka_unit_test(a_struct_of_itself_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
