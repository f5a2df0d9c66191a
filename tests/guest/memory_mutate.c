/* SPDX-License-Identifier: MIT */
/*
 * Damages an image and reads it, over and over: memory_mutate IMAGE ROUNDS [SEED]
 *
 * The image is mapped privately. Each round changes a few words where the kernel keeps what the
 * plugins read (tasks, modules, sockets, page tables), analyses, and puts the words back. It fails
 * when a round takes longer than a limit, or when the undamaged image gives other rows at the end
 * than at the start; a crash fails it too. Build with sanitizers to see more.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "memory/kernel.h"
#include "memory/memory.h"

enum { WORDS_MAX = 16, ROUND_LIMIT_MS = 20000, PLACES_MAX = 8192 };

struct subject {
	uint8_t *bytes;
	size_t size;
	uint64_t places[PLACES_MAX]; /* offsets in the file of objects that plugins read */
	size_t place_count;
	uint64_t rows; /* of the undamaged image */
};

static uint64_t random_state = 1;

/* xorshift64*: the same rounds for the same seed on every machine. */
static uint64_t random_u64(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545f4914f6cdd1du;
}

static uint64_t count_rows(const struct memory_report *report)
{
	uint64_t rows = 0;

	for (size_t i = 0; i < report->runs.count; i++)
		rows += report->runs.data[i].rows;
	return rows;
}

/* The rows that the image gives; an image without a kernel gives none. */
static uint64_t analyze(const struct subject *subject)
{
	static const struct memory_options options = {.scan = MEMORY_SCAN_SLABS};
	cleanup_arena struct arena *arena = arena_new(MEMORY_ARENA_MAX);
	cleanup_image struct image *image = NULL;
	struct memory_report report = {0};

	struct error *err = image_open_bytes(span_of(subject->bytes, subject->size), &image);
	if (!err)
		err = memory_analyze(image, &options, arena, &report);
	error_free(err);
	return count_rows(&report);
}

static void add_place(struct subject *subject, struct kernel *kernel, uint64_t vaddr)
{
	struct translation found;
	struct span view;

	if (subject->place_count < PLACES_MAX && space_translate(&kernel->space, vaddr, &found) &&
	    image_view(kernel->image, found.paddr, 8, &view))
		subject->places[subject->place_count++] = (uint64_t)(view.data - subject->bytes);
}

/* Where the rows of the undamaged image come from, and the tables that map them. */
static void find_places(struct subject *subject)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_image struct image *image = NULL;
	cleanup_kernel struct kernel *kernel = NULL;
	struct memory_report report = {0};
	struct span view;

	struct error *err = image_open_bytes(span_of(subject->bytes, subject->size), &image);
	if (!err)
		err = memory_analyze(image, NULL, arena, &report);
	if (!err)
		err = kernel_open(image, arena, NULL, &kernel);
	if (err) {
		fprintf(stderr, "%s\n", error_message(err));
		exit(1);
	}
	for (size_t i = 0; i < report.processes.count; i++)
		add_place(subject, kernel, report.processes.data[i].address);
	for (size_t i = 0; i < report.modules.count; i++)
		add_place(subject, kernel, report.modules.data[i].address);
	for (size_t i = 0; i < report.sockets.count; i++)
		add_place(subject, kernel, report.sockets.data[i].address);
	for (size_t i = 0; i < report.bpf_programs.count; i++)
		add_place(subject, kernel, report.bpf_programs.data[i].address);
	for (size_t i = 0; i < report.kernel_log.count; i += 64)
		add_place(subject, kernel, report.kernel_log.data[i].address);
	add_place(subject, kernel, kernel->init_task);
	if (image_view(image, kernel->space.root, 8, &view))
		subject->places[subject->place_count++] = (uint64_t)(view.data - subject->bytes);
}

static uint64_t damaged(const struct subject *subject, size_t at, uint64_t value)
{
	uint64_t other;

	switch (random_u64() % 6) {
	case 0:
		return 0;
	case 1:
		return value ^ (uint64_t)1 << random_u64() % 64;
	case 2:
		return UINT64_MAX >> random_u64() % 64;
	case 3:
		return value + 8 * (random_u64() % 512);
	case 4:
		memcpy(&other, subject->bytes + (at & ~(size_t)4095) + 8 * (random_u64() % 512), 8);
		return other;
	default:
		return random_u64();
	}
}

static bool run_round(struct subject *subject)
{
	uint64_t kept[WORDS_MAX];
	size_t places[WORDS_MAX], count = 1 + random_u64() % WORDS_MAX;

	for (size_t i = 0; i < count; i++) {
		uint64_t object = subject->places[random_u64() % subject->place_count];
		size_t at = (size_t)(object & ~(uint64_t)7) + 8 * (random_u64() % 1024);
		places[i] = at < subject->size - 4096 ? at : 4096;
		memcpy(&kept[i], subject->bytes + places[i], 8);
		uint64_t value = damaged(subject, places[i], kept[i]);
		memcpy(subject->bytes + places[i], &value, 8);
	}
	uint64_t start = clock_monotonic_ns();
	(void)analyze(subject);
	uint64_t took_ms = (clock_monotonic_ns() - start) / 1000000;
	for (size_t i = count; i-- > 0;)
		memcpy(subject->bytes + places[i], &kept[i], 8);
	if (took_ms > ROUND_LIMIT_MS)
		printf("a round took %llu ms\n", (unsigned long long)took_ms);
	return took_ms <= ROUND_LIMIT_MS;
}

int main(int argc, char **argv)
{
	struct subject subject = {0};
	struct stat status;

	if (argc < 3)
		return 2;
	cleanup_close int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status))
		return 1;
	subject.size = (size_t)status.st_size;
	subject.bytes = mmap(NULL, subject.size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (subject.bytes == MAP_FAILED)
		return 1;
	random_state = argc > 3 ? strtoull(argv[3], NULL, 0) | 1 : 1;
	find_places(&subject);
	subject.rows = analyze(&subject);
	long rounds = strtol(argv[2], NULL, 0);
	for (long i = 0; i < rounds; i++)
		if (!run_round(&subject))
			return 1;
	uint64_t rows = analyze(&subject);
	printf("%ld rounds over %zu places; %llu rows before, %llu after\n", rounds,
	       subject.place_count, (unsigned long long)subject.rows, (unsigned long long)rows);
	return rows == subject.rows && rows > 0 ? 0 : 1;
}
