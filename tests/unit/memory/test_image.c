/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bytes.h"
#include "memory/image.h"
#include "memory/snappy.h"

static uint64_t read_at(struct image *image, uint64_t paddr)
{
	uint64_t value = 0xdead;

	(void)image_read_u64(image, paddr, &value);
	return value;
}

static void put_lime(struct bytes *bytes, size_t at, uint64_t magic, uint64_t start, uint64_t end)
{
	put(bytes, at, magic, 4);
	put(bytes, at + 4, magic == 0x4c694d45 ? 1 : 2, 4);
	put(bytes, at + 8, start, 8);
	put(bytes, at + 16, end, 8);
}

static void unknown_bytes_are_raw_memory(void **state UNUSED)
{
	uint8_t data[8192] = {0};
	struct bytes bytes = {data, sizeof(data)};
	cleanup_image struct image *image = NULL;

	put(&bytes, 4096, 0x1122334455667788u, 8);
	assert_null(image_open_bytes(span_of(data, sizeof(data)), &image));
	assert_int_equal(image->format, IMAGE_FORMAT_RAW);
	assert_int_equal(read_at(image, 4096), 0x1122334455667788u);
	assert_int_equal(read_at(image, 8190), 0xdead);
	assert_int_equal(read_at(image, UINT64_MAX - 3), 0xdead);
}

static void lime_records_need_not_touch(void **state UNUSED)
{
	uint8_t data[2 * (32 + 16)] = {0};
	struct bytes bytes = {data, sizeof(data)};
	cleanup_image struct image *image = NULL;

	put_lime(&bytes, 0, 0x4c694d45, 0x1000, 0x100f);
	put(&bytes, 32, 1, 8);
	put_lime(&bytes, 48, 0x4c694d45, 0x100000000, 0x10000000f);
	put(&bytes, 80 + 8, 2, 8);
	assert_null(image_open_bytes(span_of(data, sizeof(data)), &image));
	assert_int_equal(image->format, IMAGE_FORMAT_LIME);
	assert_int_equal(image->ranges.count, 2);
	assert_int_equal(read_at(image, 0x1000), 1);
	assert_int_equal(read_at(image, 0x100000008), 2);
	assert_int_equal(read_at(image, 0x1009), 0xdead); /* its end is in no range */
	assert_int_equal(image->cut_ranges, 0);
}

static void a_cut_lime_record_gives_what_is_there(void **state UNUSED)
{
	uint8_t data[32 + 16] = {0};
	struct bytes bytes = {data, sizeof(data)};
	cleanup_image struct image *image = NULL;

	put_lime(&bytes, 0, 0x4c694d45, 0x1000, 0x1fff);
	put(&bytes, 32, 7, 8);
	assert_null(image_open_bytes(span_of(data, sizeof(data)), &image));
	assert_int_equal(read_at(image, 0x1000), 7);
	assert_int_equal(image_size(image), 16);
	assert_true(image->cut_ranges > 0);
}

static void avml_chunks_are_decoded(void **state UNUSED)
{
	static const uint8_t stream[] = {
		0xff, 6,      0,   0,           's', 'N', 'a', 'P', 'p', 'Y', /* stream identifier */
		0x00, 4 + 6,  0,   0,           0,   0,   0,   0, /* compressed, checksum */
		15,   0 << 2, 'z', 2 | 13 << 2, 1,   0,           /* 15 times z */
		0x01, 4 + 8,  0,   0,           0,   0,   0,   0,   1,   2,   3,
		4,    5,      6,   7,           8, /* plain */
	};
	uint8_t data[32 + sizeof(stream) + 8] = {0};
	struct bytes bytes = {data, sizeof(data)};
	cleanup_image struct image *image = NULL;

	put_lime(&bytes, 0, 0x4c4d5641, 0x2000, 0x2000 + 23 - 1);
	put_text(&bytes, 32, stream, sizeof(stream));
	assert_null(image_open_bytes(span_of(data, sizeof(data)), &image));
	assert_int_equal(image->format, IMAGE_FORMAT_AVML);
	assert_int_equal(image->cut_ranges, 0);
	assert_int_equal(read_at(image, 0x2000), 0x7a7a7a7a7a7a7a7au);
	assert_int_equal(read_at(image, 0x200f), 0x0807060504030201u);
	assert_int_equal(read_at(image, 0x200b), 0x040302017a7a7a7au); /* across two chunks */
}

enum { CORE_PHDRS = 64, CORE_NOTES = 64 + 3 * 56, CORE_DATA = 1024 };

static void put_segment(struct bytes *bytes, unsigned i, uint32_t type, uint64_t offset,
			uint64_t paddr, uint64_t size)
{
	size_t at = CORE_PHDRS + i * 56;

	put(bytes, at, type, 4);
	put(bytes, at + 8, offset, 8);
	put(bytes, at + 24, paddr, 8);
	put(bytes, at + 32, size, 8);
}

static void put_core(struct bytes *bytes, unsigned count)
{
	put_text(bytes, 0, ELFMAG "\x02\x01\x01", 7);
	put(bytes, 16, ET_CORE, 2);
	put(bytes, 32, CORE_PHDRS, 8);
	put(bytes, 56, count, 2);
}

static size_t put_note(struct bytes *bytes, size_t at, const char *name, uint32_t size)
{
	size_t name_size = strlen(name) + 1;

	put(bytes, at, name_size, 4);
	put(bytes, at + 4, size, 4);
	put_text(bytes, at + 12, name, name_size);
	return at + 12 + ((name_size + 3) & ~(size_t)3);
}

static void cores_give_segments_cpus_and_vmcoreinfo(void **state UNUSED)
{
	uint8_t data[2048] = {0};
	struct bytes bytes = {data, sizeof(data)};
	cleanup_image struct image *image = NULL;

	put_core(&bytes, 3);
	size_t at = put_note(&bytes, CORE_NOTES, "QEMU", 440);
	put(&bytes, at, 1, 4);
	put(&bytes, at + 416, 0x12345000, 8);
	put(&bytes, at + 424, 0x1000, 8);
	at = put_note(&bytes, at + 440, "VMCOREINFO", 12);
	put_text(&bytes, at, "OSRELEASE=6\n", 12);
	put_segment(&bytes, 0, PT_NOTE, CORE_NOTES, 0, at + 12 - CORE_NOTES);
	put_segment(&bytes, 1, PT_LOAD, CORE_DATA, 0x5000, 512);
	/* Overlaps the former by half. */
	put_segment(&bytes, 2, PT_LOAD, CORE_DATA + 512, 0x5100, 512);
	put(&bytes, CORE_DATA + 0x100, 1, 8);
	put(&bytes, CORE_DATA + 512 + 0x100, 2, 8);
	assert_null(image_open_bytes(span_of(data, sizeof(data)), &image));
	assert_int_equal(image->format, IMAGE_FORMAT_ELF);
	assert_int_equal(image->cpus.count, 1);
	assert_int_equal(image->cpus.data[0].cr3, 0x12345000);
	assert_int_equal(image->cpus.data[0].cr4, 0x1000);
	assert_true(span_equal_text(image->vmcoreinfo, "OSRELEASE=6\n"));
	assert_int_equal(read_at(image, 0x5100), 1);
	assert_int_equal(read_at(image, 0x5200), 2);
	assert_int_equal(image_size(image), 0x300);
}

static void the_count_of_many_segments_stands_in_the_first_section(void **state UNUSED)
{
	uint8_t data[2048] = {0};
	struct bytes bytes = {data, sizeof(data)};
	cleanup_image struct image *image = NULL;

	put_core(&bytes, PN_XNUM);
	put(&bytes, 40, CORE_NOTES, 8);
	put(&bytes, CORE_NOTES + 44, 2, 4);
	put_segment(&bytes, 0, PT_LOAD, CORE_DATA, 0, 16);
	put_segment(&bytes, 1, PT_LOAD, CORE_DATA, 0x1000, 16);
	put_segment(&bytes, 2, PT_LOAD, CORE_DATA, 0x2000, 16);
	assert_null(image_open_bytes(span_of(data, sizeof(data)), &image));
	assert_int_equal(image->ranges.count, 2);
}

static void an_image_without_memory_is_an_error(void **state UNUSED)
{
	uint8_t data[64] = {0};
	struct bytes bytes = {data, sizeof(data)};
	struct image *image = NULL;

	put_core(&bytes, 0);
	struct error *err = image_open_bytes(span_of(data, sizeof(data)), &image);
	assert_non_null(err);
	assert_int_equal(error_code(err), ERROR_FORMAT);
	error_free(err);
	assert_null(image);
}

static void a_live_machine_is_read_through_its_regions(void **state UNUSED)
{
	cleanup_image struct image *image = NULL;
	cleanup_close int fd = memfd_create("machine", MFD_CLOEXEC);
	struct image_region regions[] = {{0x100000, 8192, 4096}, {0, 4096, 0}};
	uint64_t value = 42;

	assert_int_equal(ftruncate(fd, 12288), 0);
	assert_int_equal(pwrite(fd, &value, 8, 4096 + 4096), 8);
	assert_int_equal(pwrite(fd, &value, 4, 4092), 4);
	assert_null(image_open_live(fd, regions, 2, &image));
	assert_int_equal(image->format, IMAGE_FORMAT_LIVE);
	assert_int_equal(read_at(image, 0x101000), 42);
	assert_int_equal(read_at(image, 0x100ffc), (uint64_t)42 << 32); /* across two pages */
	assert_int_equal(read_at(image, 4092), 0xdead);                 /* no memory follows */
	struct span view;
	assert_false(image_view(image, 0, 8, &view));

	cleanup_cursor struct image_cursor cursor = {0};
	size_t seen = 0;
	while (image_next(image, &cursor))
		seen += cursor.window.size;
	assert_int_equal(seen, 12288);
}

static void every_truncation_of_a_core_is_survived(void **state UNUSED)
{
	uint8_t data[2048] = {0};
	struct bytes bytes = {data, sizeof(data)};

	put_core(&bytes, 3);
	put_segment(&bytes, 0, PT_NOTE, CORE_NOTES, 0, 512);
	put_note(&bytes, CORE_NOTES, "VMCOREINFO", 100);
	put_segment(&bytes, 1, PT_LOAD, CORE_DATA, UINT64_MAX - 8, 512);
	put_segment(&bytes, 2, PT_LOAD, UINT64_MAX - 8, 0, UINT64_MAX);
	for (size_t size = 1; size < sizeof(data); size += 7) {
		struct image *image = NULL;
		cleanup_error struct error *err = image_open_bytes(span_of(data, size), &image);
		if (!err)
			(void)read_at(image, 0);
		image_free(image);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_bytes_are_raw_memory),
		cmocka_unit_test(lime_records_need_not_touch),
		cmocka_unit_test(a_cut_lime_record_gives_what_is_there),
		cmocka_unit_test(avml_chunks_are_decoded),
		cmocka_unit_test(cores_give_segments_cpus_and_vmcoreinfo),
		cmocka_unit_test(the_count_of_many_segments_stands_in_the_first_section),
		cmocka_unit_test(an_image_without_memory_is_an_error),
		cmocka_unit_test(a_live_machine_is_read_through_its_regions),
		cmocka_unit_test(every_truncation_of_a_core_is_survived),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
