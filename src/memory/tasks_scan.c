/* SPDX-License-Identifier: MIT */
/*
 * Finds task_structs in physical memory: each points to a scheduling class, one of half a dozen
 * objects of the kernel image. Tasks are aligned to 64 bytes, so that pointer stands at one of
 * 64 places: one comparison per cache line, which runs at memory speed.
 */
#include "memory/tasks.h"

enum { TASK_ALIGN = 64, CLASSES_MAX = 16, PID_MAX = 4194304 };

struct classes {
	uint64_t values[CLASSES_MAX];
	size_t count;
	uint64_t low, span; /* all lie in [low, low + span] */
};

static void add_class(struct classes *classes, uint64_t value)
{
	for (size_t i = 0; i < classes->count; i++)
		if (classes->values[i] == value)
			return;
	if (classes->count < CLASSES_MAX && value)
		classes->values[classes->count++] = value;
}

/* The classes by their symbols, else those that known tasks point to. */
static void find_classes(struct kernel *kernel, const struct task_set *set, struct classes *ret)
{
	static const char *const names[] = {"stop_sched_class", "dl_sched_class",
					    "rt_sched_class",   "fair_sched_class",
					    "idle_sched_class", "ext_sched_class"};
	uint64_t value, high = 0;

	*ret = (struct classes){.low = UINT64_MAX};
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (kernel_symbol(kernel, names[i], &value))
			add_class(ret, value);
	if (ret->count == 0)
		for (size_t i = 0; i < set->tasks.count; i++)
			add_class(ret, kernel_get(kernel, set->tasks.data[i].address,
						  kernel->layout.task_struct_sched_class));
	for (size_t i = 0; i < ret->count; i++) {
		ret->low = min_of(ret->low, ret->values[i]);
		high = max_of(high, ret->values[i]);
	}
	ret->span = ret->count ? high - ret->low : 0;
}

static bool is_class(const struct classes *classes, uint64_t value)
{
	for (size_t i = 0; i < classes->count; i++)
		if (classes->values[i] == value)
			return true;
	return false;
}

static bool is_name(struct kernel *kernel, uint64_t task)
{
	char comm[16] = {0};

	if (!kernel_read(kernel, task + kernel->layout.task_struct_comm.offset, comm,
			 sizeof(comm)) ||
	    comm[0] == '\0' || !memchr(comm, '\0', sizeof(comm)))
		return false;
	for (size_t i = 0; comm[i]; i++)
		if ((unsigned char)comm[i] < ' ' || comm[i] == 0x7f)
			return false;
	return true;
}

static bool looks_like_task(struct kernel *kernel, uint64_t task)
{
	const struct layout *layout = &kernel->layout;
	uint64_t pid = kernel_get(kernel, task, layout->task_struct_pid);
	uint64_t tgid = kernel_get(kernel, task, layout->task_struct_tgid);

	return pid >= 1 && pid <= PID_MAX && tgid >= 1 && tgid <= PID_MAX &&
	       is_name(kernel, task) &&
	       kernel_is_address(kernel,
				 kernel_get(kernel, task, layout->task_struct_real_parent)) &&
	       kernel_is_address(kernel,
				 kernel_get(kernel, task, layout->task_struct_group_leader)) &&
	       kernel_is_address(kernel,
				 kernel_u64(kernel, task + layout->task_struct_tasks.offset));
}

/* Direct map: virtual minus physical address, from a task that is known to lie in it. */
static bool direct_map(struct kernel *kernel, const struct task_set *set, uint64_t *ret)
{
	struct translation found;

	for (size_t i = 0; i < set->tasks.count; i++) {
		uint64_t task = set->tasks.data[i].address;
		if (!space_translate(&kernel->space, task, &found))
			continue;
		*ret = task - found.paddr;
		return true;
	}
	return false;
}

/* Next place at or behind `at`, in steps of TASK_ALIGN, whose u64 lies in the classes' range. The
 * bytes are there: at < end, end + 8 <= window.size. */
static size_t next_hit(const uint8_t *data, size_t at, size_t end, uint64_t low, uint64_t span)
{
	for (; at < end; at += TASK_ALIGN) {
		uint64_t value;
		memcpy(&value, data + at, sizeof(value));
		if (value - low <= span)
			return at;
	}
	return at;
}

/* What both scans look for. */
struct scan {
	struct kernel *kernel;
	struct task_set *set;
	struct classes classes;
	uint64_t delta;  /* of the direct map */
	uint32_t offset; /* of the pointer in a task */
};

static bool scan_init(struct scan *scan, struct kernel *kernel, struct task_set *set)
{
	*scan = (struct scan){.kernel = kernel,
			      .set = set,
			      .offset = kernel->layout.task_struct_sched_class.offset};
	find_classes(kernel, set, &scan->classes);
	return kernel->layout.task_struct_sched_class.found && scan->classes.count &&
	       direct_map(kernel, set, &scan->delta);
}

/* Looks at memory that begins at paddr. */
static void scan_window(struct scan *scan, struct span window, uint64_t paddr)
{
	const struct classes *classes = &scan->classes;

	if (window.size < 8)
		return;
	size_t end = window.size - 7;
	size_t at = (size_t)((scan->offset - paddr) % TASK_ALIGN);
	while ((at = next_hit(window.data, at, end, classes->low, classes->span)) < end) {
		uint64_t value = span_u64(window, at, BYTE_ORDER_LITTLE);
		uint64_t task = paddr + at - scan->offset + scan->delta;
		if (is_class(classes, value) && looks_like_task(scan->kernel, task))
			(void)task_set_add(scan->set, task, TASK_VIEW_SCAN);
		at += TASK_ALIGN;
	}
}

/* The slab whose first page is at paddr. */
static void scan_slab(struct scan *scan, uint64_t paddr, uint64_t size)
{
	cleanup_blob struct image_blob blob = {0};

	if (image_blob_read(scan->kernel->image, paddr, size, &blob))
		scan_window(scan, blob.bytes, paddr);
}

/* Goes over struct page of every page of a range of memory; slabs of tasks name their cache. */
static void scan_pages(struct scan *scan, uint64_t array, uint64_t cache, struct image_range range)
{
	enum { PAGES_AT_ONCE = 1024, SLAB_ORDER_MAX = 8 };
	struct kernel *kernel = scan->kernel;
	const struct layout *layout = &kernel->layout;
	uint64_t order = kernel_get(kernel, cache, layout->kmem_cache_order) >> 16;
	uint64_t page = range.paddr / IMAGE_PAGE, last = (range.paddr + range.size) / IMAGE_PAGE;
	size_t bytes_at_once = (size_t)PAGES_AT_ONCE * layout->page_bytes;
	cleanup_free uint8_t *bytes = xmalloc(bytes_at_once);

	if (order > SLAB_ORDER_MAX)
		return;
	for (; page < last; page += PAGES_AT_ONCE) {
		uint64_t vaddr = array + page * layout->page_bytes;
		size_t there = space_read_some(&kernel->space, vaddr, bytes, bytes_at_once);
		struct span pages = span_of(bytes, there);
		for (uint64_t i = 0; i < PAGES_AT_ONCE && page + i < last; i++)
			if (span_u64(pages, i * layout->page_bytes + layout->slab_slab_cache.offset,
				     BYTE_ORDER_LITTLE) == cache)
				scan_slab(scan, (page + i) * IMAGE_PAGE,
					  (uint64_t)IMAGE_PAGE << order);
	}
}

bool tasks_scan_slabs(struct kernel *kernel, struct task_set *set)
{
	enum { PAGE_BYTES_MAX = 256 };
	const struct layout *layout = &kernel->layout;
	const struct image *image = kernel->image;
	uint64_t array, cache;
	struct scan scan;

	if (!layout->slab_slab_cache.found || !layout->kmem_cache_order.found ||
	    layout->page_bytes == 0 || layout->page_bytes > PAGE_BYTES_MAX ||
	    !kernel_symbol(kernel, "vmemmap_base", &array) ||
	    !kernel_symbol(kernel, "task_struct_cachep", &cache) || !scan_init(&scan, kernel, set))
		return false;
	array = kernel_u64(kernel, array);
	cache = kernel_u64(kernel, cache);
	if (!kernel_is_address(kernel, array) || !kernel_is_address(kernel, cache))
		return false;
	for (size_t i = 0; i < image->ranges.count; i++)
		scan_pages(&scan, array, cache, image->ranges.data[i]);
	return true;
}

void tasks_scan(struct kernel *kernel, struct task_set *set)
{
	cleanup_cursor struct image_cursor cursor = {0};
	struct scan scan;

	if (!scan_init(&scan, kernel, set))
		return;
	while (image_next(kernel->image, &cursor))
		scan_window(&scan, cursor.window, cursor.paddr);
}
