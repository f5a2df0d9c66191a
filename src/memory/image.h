/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Physical memory of a machine, read from an image or from a stopped QEMU.
 *
 * An image is a sorted table of ranges (guest-physical address, size, place in the descriptor) over
 * one descriptor. A regular file is mapped; anything else (QEMU's /proc/PID/mem) is read through a
 * cache of pages. Blocks that AVML compressed are decoded into a cache of blocks. Nothing here
 * opens a path. All bytes are hostile; a range that leaves the file is cut and noted.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"
#include "base/vec.h"

enum {
	IMAGE_PAGE = 4096,
	IMAGE_RANGES_MAX = 1 << 20, /* ranges of one image; a paging=true core has 65,000 */
	IMAGE_NOTE_MAX = 64 * 1024, /* bytes of VMCOREINFO text */
	IMAGE_CPUS_MAX = 512,       /* CPU states kept */
};

enum image_format {
	IMAGE_FORMAT_RAW,  /* offset = physical address; padded files too */
	IMAGE_FORMAT_LIME, /* LiME v1, and AVML's own version of it with left out zero blocks */
	IMAGE_FORMAT_AVML, /* AVML v2: Snappy-framed blocks */
	IMAGE_FORMAT_ELF,  /* ELF core of QEMU or libvirt */
	IMAGE_FORMAT_LIVE, /* a stopped machine */
};

enum range_kind {
	RANGE_PLAIN,
	RANGE_SNAPPY, /* one compressed chunk: `stored` bytes at `offset` decode to `size` */
};

struct image_range {
	uint64_t paddr;
	uint64_t size;
	uint64_t offset; /* in the descriptor */
	uint32_t stored;
	enum range_kind kind;
};

/* A guest-physical region of a stopped machine, at `host_offset` of the given descriptor. */
struct image_region {
	uint64_t paddr;
	uint64_t size;
	uint64_t host_offset;
};

/* What a QEMU note says of a CPU. */
struct image_cpu {
	uint64_t rip, cr0, cr3, cr4, idt_base, gs_base;
};

struct image_cache;

struct image {
	enum image_format format;
	int fd;           /* borrowed */
	struct span file; /* the whole file when it is mapped, else empty */
	bool is_mapped;
	vec(struct image_range) ranges; /* sorted by paddr, not overlapping */
	size_t last_range;              /* where the last look-up ended */
	vec(struct image_cpu) cpus;
	struct span vmcoreinfo; /* text of the note, owned; empty when there is none */
	uint64_t top;           /* end of the highest range */
	uint64_t cut_ranges;    /* ranges that left the file or overlapped */
	struct image_cache *cache;
	void *map_address;
	size_t map_size;
};

/* Reads the format off the content. fd stays the caller's and must outlive the image. */
MUST_USE struct error *image_open(int fd, struct image **ret);
/* A stopped machine: fd is its process memory, regions say where the guest's RAM is in it. */
MUST_USE struct error *image_open_live(int fd, const struct image_region *regions, size_t count,
				       struct image **ret);
/* An image over bytes of the caller's: for tests and fuzzing. */
MUST_USE struct error *image_open_bytes(struct span bytes, struct image **ret);
void image_free(struct image *image);
DEFINE_CLEANUP(struct image *, image_free)
#define cleanup_image guard(image_free)

const char *image_format_name(enum image_format format);
/* Bytes of all ranges. */
uint64_t image_size(const struct image *image);
/* Copies [paddr, paddr+size); false when a byte of it is in no range. */
bool image_read(struct image *image, uint64_t paddr, void *out, size_t size);
/* Little-endian numbers; false leaves *ret alone. */
bool image_read_u64(struct image *image, uint64_t paddr, uint64_t *ret);
/* A view without a copy, where the bytes lie together in a mapped file; false otherwise. */
bool image_view(const struct image *image, uint64_t paddr, uint64_t size, struct span *ret);

/* Bytes that lie together: a view where that can be had, else a copy. */
struct image_blob {
	struct span bytes;
	void *owned;
};
/* False when a byte is in no range. size is checked against IMAGE_BLOB_MAX. */
enum { IMAGE_BLOB_MAX = 64 << 20 };
bool image_blob_read(struct image *image, uint64_t paddr, uint64_t size, struct image_blob *ret);
void image_blob_deinit(struct image_blob *blob);
#define cleanup_blob __attribute__((cleanup(image_blob_deinit)))
/* Bytes from paddr on that are there without a hole, at most `max`. */
uint64_t image_left(struct image *image, uint64_t paddr, uint64_t max);

/*
 * Goes over all memory in pieces of at most IMAGE_WINDOW bytes that begin at a page. cursor.buffer
 * (IMAGE_WINDOW bytes) is needed where the image is not mapped.
 */
enum { IMAGE_WINDOW = 1 << 20 };
struct image_cursor {
	size_t range;
	uint64_t offset; /* in the range */
	uint64_t paddr;  /* of the window */
	struct span window;
	uint8_t *buffer;
};
bool image_next(struct image *image, struct image_cursor *cursor);
void image_cursor_deinit(struct image_cursor *cursor);
#define cleanup_cursor __attribute__((cleanup(image_cursor_deinit)))

/* For format.c: adds a range, cut to the file. False when there are too many. */
bool image_add_range(struct image *image, struct image_range range);
