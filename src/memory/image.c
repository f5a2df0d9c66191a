/* SPDX-License-Identifier: MIT */
#include "memory/image.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory/format.h"
#include "memory/snappy.h"

enum {
	CACHE_PAGES = 4096, /* 16 MiB of single pages */
	CACHE_BLOCKS = 128, /* 8 MiB of decoded blocks */
	CACHE_EMPTY = 0,
};

/* Direct-mapped: a slot holds the page or block whose number + 1 is in its tag. */
struct image_cache {
	uint64_t page_tags[CACHE_PAGES];
	uint8_t *pages;
	uint64_t block_tags[CACHE_BLOCKS];
	uint32_t block_sizes[CACHE_BLOCKS];
	uint8_t *blocks;
};

static struct image *image_new(void)
{
	struct image *image = xcalloc(1, sizeof(*image));

	image->fd = -1;
	image->file = span_empty();
	image->vmcoreinfo = span_empty();
	image->cache = xcalloc(1, sizeof(*image->cache));
	return image;
}

void image_free(struct image *image)
{
	if (!image)
		return;
	if (image->map_address)
		munmap(image->map_address, image->map_size);
	vec_deinit(&image->ranges);
	vec_deinit(&image->cpus);
	if (image->vmcoreinfo.size)
		free((void *)(uintptr_t)image->vmcoreinfo.data);
	free(image->cache->pages);
	free(image->cache->blocks);
	free(image->cache);
	free(image);
}

const char *image_format_name(enum image_format format)
{
	static const char *const names[] = {
		[IMAGE_FORMAT_RAW] = "raw",   [IMAGE_FORMAT_LIME] = "lime",
		[IMAGE_FORMAT_AVML] = "avml", [IMAGE_FORMAT_ELF] = "elf",
		[IMAGE_FORMAT_LIVE] = "live",
	};
	return names[format];
}

uint64_t image_size(const struct image *image)
{
	uint64_t size = 0;

	for (size_t i = 0; i < image->ranges.count; i++)
		size += image->ranges.data[i].size;
	return size;
}

bool image_add_range(struct image *image, struct image_range range)
{
	uint64_t stored = range.kind == RANGE_PLAIN ? range.size : range.stored;

	if (image->ranges.count >= IMAGE_RANGES_MAX)
		return false;
	if (image->format != IMAGE_FORMAT_LIVE) {
		struct span there = span_clip(image->file, range.offset, stored);
		if (there.size < stored) {
			image->cut_ranges++;
			if (range.kind == RANGE_SNAPPY)
				return true;
			range.size = there.size;
		}
	}
	if (range.size > UINT64_MAX - range.paddr)
		range.size = UINT64_MAX - range.paddr;
	if (range.size)
		vec_add(&image->ranges, range);
	return true;
}

static int range_order(const void *a, const void *b)
{
	const struct image_range *left = a, *right = b;

	if (left->paddr != right->paddr)
		return left->paddr < right->paddr ? -1 : 1;
	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

/* Sorts, and takes from each range what an earlier one holds already. */
static void sort_ranges(struct image *image)
{
	size_t kept = 0;
	uint64_t end = 0;

	if (image->ranges.count)
		qsort(image->ranges.data, image->ranges.count, sizeof(*image->ranges.data),
		      range_order);
	for (size_t i = 0; i < image->ranges.count; i++) {
		struct image_range range = image->ranges.data[i];
		if (kept && range.paddr < end) {
			uint64_t over = end - range.paddr;
			if (range.size <= over || range.kind != RANGE_PLAIN)
				continue;
			range.paddr += over;
			range.offset += over;
			range.size -= over;
		}
		end = range.paddr + range.size;
		image->ranges.data[kept++] = range;
	}
	image->ranges.count = kept;
	image->top = end;
}

static struct error *image_finish(struct image **image, struct image **ret)
{
	sort_ranges(*image);
	if ((*image)->ranges.count == 0)
		return error_new(ERROR_FORMAT, "the image holds no memory");
	*ret = *image;
	*image = NULL;
	return NULL;
}

struct error *image_open_bytes(struct span bytes, struct image **ret)
{
	cleanup_image struct image *image = image_new();

	image->file = bytes;
	image->is_mapped = true;
	format_read(image);
	return image_finish(&image, ret);
}

struct error *image_open(int fd, struct image **ret)
{
	cleanup_image struct image *image = image_new();
	struct stat status;

	if (fstat(fd, &status))
		return error_os(errno, "look at the image");
	if (!S_ISREG(status.st_mode))
		return error_new(ERROR_UNSUPPORTED, "the image is no regular file");
	if (status.st_size <= 0)
		return error_new(ERROR_FORMAT, "the image is empty");
	image->map_size = (size_t)status.st_size;
	void *address = mmap(NULL, image->map_size, PROT_READ, MAP_PRIVATE | MAP_NORESERVE, fd, 0);
	if (address == MAP_FAILED)
		return error_os(errno, "map the image");
	image->map_address = address;
	image->file = span_of(address, image->map_size);
	image->is_mapped = true;
	format_read(image);
	return image_finish(&image, ret);
}

struct error *image_open_live(int fd, const struct image_region *regions, size_t count,
			      struct image **ret)
{
	cleanup_image struct image *image = image_new();

	image->format = IMAGE_FORMAT_LIVE;
	image->fd = fd;
	for (size_t i = 0; i < count; i++)
		if (!image_add_range(image, (struct image_range){.paddr = regions[i].paddr,
								 .size = regions[i].size,
								 .offset = regions[i].host_offset}))
			return error_new(ERROR_LIMIT, "%zu regions are too many", count);
	return image_finish(&image, ret);
}

/* The range that holds paddr, or NULL. */
static const struct image_range *range_at(struct image *image, uint64_t paddr)
{
	const struct image_range *ranges = image->ranges.data;
	const struct image_range *last = &ranges[image->last_range];

	if (paddr >= last->paddr && paddr - last->paddr < last->size)
		return last;
	size_t low = 0, high = image->ranges.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (ranges[middle].paddr <= paddr)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || paddr - ranges[low - 1].paddr >= ranges[low - 1].size)
		return NULL;
	image->last_range = low - 1;
	return &ranges[low - 1];
}

/* Reads all of it from the descriptor, or nothing. */
static bool read_live(int fd, uint64_t offset, void *out, size_t size)
{
	uint8_t *to = out;

	while (size) {
		ssize_t n = pread(fd, to, size, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		to += n;
		offset += (uint64_t)n;
		size -= (size_t)n;
	}
	return true;
}

/* A page of a descriptor through the cache; `offset` is page-aligned in the range. */
static const uint8_t *cached_page(struct image *image, const struct image_range *range,
				  uint64_t offset)
{
	struct image_cache *cache = image->cache;
	uint64_t host = range->offset + offset;
	size_t slot = (size_t)(host / IMAGE_PAGE * 0x9e3779b97f4a7c15u >> 52);
	uint64_t size = min_of((uint64_t)IMAGE_PAGE, range->size - offset);

	if (!cache->pages)
		cache->pages = xmalloc((size_t)CACHE_PAGES * IMAGE_PAGE);
	uint8_t *page = cache->pages + slot * IMAGE_PAGE;
	if (cache->page_tags[slot] == host + 1)
		return page;
	cache->page_tags[slot] = CACHE_EMPTY;
	if (!read_live(image->fd, host, page, (size_t)size))
		return NULL;
	cache->page_tags[slot] = host + 1;
	return page;
}

/* A decoded block of a compressed range; NULL when it does not decode to the range's size. */
static const uint8_t *cached_block(struct image *image, const struct image_range *range)
{
	struct image_cache *cache = image->cache;
	size_t slot = (size_t)(range->paddr / SNAPPY_BLOCK_MAX % CACHE_BLOCKS);

	if (!cache->blocks)
		cache->blocks = xmalloc((size_t)CACHE_BLOCKS * SNAPPY_BLOCK_MAX);
	uint8_t *block = cache->blocks + slot * SNAPPY_BLOCK_MAX;
	if (cache->block_tags[slot] == range->offset + 1)
		return block;
	cache->block_tags[slot] = CACHE_EMPTY;
	struct span stored = span_clip(image->file, range->offset, range->stored);
	if (!snappy_decode(stored, block, (size_t)range->size))
		return NULL;
	cache->block_tags[slot] = range->offset + 1;
	return block;
}

/* Copies the part of [paddr, …) that lies in one piece; the bytes copied, 0 when none are there. */
static size_t read_piece(struct image *image, uint64_t paddr, uint8_t *out, size_t size)
{
	const struct image_range *range = range_at(image, paddr);
	if (!range)
		return 0;
	uint64_t offset = paddr - range->paddr;
	size_t part = (size_t)min_of((uint64_t)size, range->size - offset);

	if (range->kind == RANGE_SNAPPY) {
		const uint8_t *block = cached_block(image, range);
		if (!block)
			return 0;
		memcpy(out, block + offset, part);
		return part;
	}
	if (image->is_mapped) {
		memcpy(out, image->file.data + range->offset + offset, part);
		return part;
	}
	if (part >= 2 * IMAGE_PAGE)
		return read_live(image->fd, range->offset + offset, out, part) ? part : 0;
	uint64_t in_page = offset % IMAGE_PAGE;
	const uint8_t *page = cached_page(image, range, offset - in_page);
	if (!page)
		return 0;
	part = min_of(part, (size_t)(IMAGE_PAGE - in_page));
	memcpy(out, page + in_page, part);
	return part;
}

bool image_read(struct image *image, uint64_t paddr, void *out, size_t size)
{
	uint8_t *to = out;

	if (size > UINT64_MAX - paddr)
		return false;
	while (size) {
		size_t part = read_piece(image, paddr, to, size);
		if (part == 0)
			return false;
		to += part;
		paddr += part;
		size -= part;
	}
	return true;
}

bool image_read_u64(struct image *image, uint64_t paddr, uint64_t *ret)
{
	uint8_t bytes[8];

	if (!image_read(image, paddr, bytes, sizeof(bytes)))
		return false;
	*ret = span_u64(span_of(bytes, sizeof(bytes)), 0, BYTE_ORDER_LITTLE);
	return true;
}

bool image_view(const struct image *image, uint64_t paddr, uint64_t size, struct span *ret)
{
	if (!image->is_mapped)
		return false;
	/* A binary search of its own: the image is not changed by a view. */
	size_t low = 0, high = image->ranges.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (image->ranges.data[middle].paddr <= paddr)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return false;
	const struct image_range *range = &image->ranges.data[low - 1];
	uint64_t offset = paddr - range->paddr;
	if (range->kind != RANGE_PLAIN || offset > range->size || size > range->size - offset)
		return false;
	return span_slice(image->file, range->offset + offset, size, ret);
}

uint64_t image_left(struct image *image, uint64_t paddr, uint64_t max)
{
	uint64_t left = 0;

	while (left < max && left <= UINT64_MAX - paddr) {
		const struct image_range *range = range_at(image, paddr + left);
		if (!range)
			break;
		left += range->size - (paddr + left - range->paddr);
	}
	return min_of(left, max);
}

bool image_blob_read(struct image *image, uint64_t paddr, uint64_t size, struct image_blob *ret)
{
	struct image_blob blob = {.bytes = span_empty()};

	if (size > IMAGE_BLOB_MAX)
		return false;
	if (!image_view(image, paddr, size, &blob.bytes)) {
		cleanup_free void *copy = xmalloc((size_t)size + 1);
		if (!image_read(image, paddr, copy, (size_t)size))
			return false;
		blob.bytes = span_of(copy, (size_t)size);
		blob.owned = steal(&copy);
	}
	*ret = blob;
	return true;
}

void image_blob_deinit(struct image_blob *blob)
{
	free(blob->owned);
	*blob = (struct image_blob){.bytes = span_empty()};
}

bool image_next(struct image *image, struct image_cursor *cursor)
{
	while (cursor->range < image->ranges.count) {
		const struct image_range *range = &image->ranges.data[cursor->range];
		uint64_t left = range->size - cursor->offset;
		if (left == 0) {
			cursor->range++;
			cursor->offset = 0;
			continue;
		}
		uint64_t size = min_of(left, (uint64_t)IMAGE_WINDOW);
		cursor->paddr = range->paddr + cursor->offset;
		cursor->offset += size;
		if (image_view(image, cursor->paddr, size, &cursor->window))
			return true;
		if (!cursor->buffer)
			cursor->buffer = xmalloc(IMAGE_WINDOW);
		if (!image_read(image, cursor->paddr, cursor->buffer, (size_t)size))
			continue;
		cursor->window = span_of(cursor->buffer, (size_t)size);
		return true;
	}
	return false;
}

void image_cursor_deinit(struct image_cursor *cursor)
{
	free(cursor->buffer);
	cursor->buffer = NULL;
}
