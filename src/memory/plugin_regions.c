/* SPDX-License-Identifier: MIT */
/*
 * Injected code: memory that can be executed and is not simply a file's text. Anonymous memory that
 * is or became executable; text of a file of which a page is a changed private copy; programs that
 * come from a memfd or a deleted file; executable stack or heap.
 */
#include <math.h>

#include "memory/path.h"
#include "memory/process.h"
#include "memory/vma.h"

enum { ROWS_MAX = 16384, START_SIZE = 64, PAGES_MAX = 1 << 20, PAGE_IS_ANONYMOUS = 1 };

struct build {
	struct memory_context *context;
	vec(struct memory_region) rows;
	struct space space; /* of the process that is looked at */
	uint64_t mm, pid;
	const char *process;
	uint64_t pages_left; /* pages of file text that may still be looked at */
	uint64_t page_array; /* vmemmap: the kernel's struct page of every page; 0: not known */
	struct member page_mapping, page_head, vdso;
	uint32_t page_bytes;
};

/* Whether the page was copied for this process: page->mapping has bit 0 set for anonymous ones. */
static bool is_private_copy(struct build *build, uint64_t paddr)
{
	struct kernel *kernel = build->context->kernel;
	uint64_t page = build->page_array + paddr / IMAGE_PAGE * build->page_bytes;
	uint64_t head = kernel_get(kernel, page, build->page_head);

	if (head & 1) /* a later page of a large one */
		page = head - 1;
	return kernel_get(kernel, page, build->page_mapping) & PAGE_IS_ANONYMOUS;
}

/* The first page that is there, or, with only_copies, the first private copy. */
static bool first_page(struct build *build, const struct vma *vma, bool only_copies, uint64_t *ret)
{
	struct translation found;
	uint64_t at = vma->start;

	while (build->pages_left && space_next(&build->space, &at, vma->end, &found)) {
		build->pages_left--;
		if (!only_copies || is_private_copy(build, found.paddr)) {
			*ret = at;
			return true;
		}
		at = (at | (IMAGE_PAGE - 1)) + 1;
	}
	return false;
}

static double entropy_of(struct span bytes)
{
	uint32_t counts[256] = {0};
	double entropy = 0;

	for (size_t i = 0; i < bytes.size; i++)
		counts[bytes.data[i]]++;
	for (size_t i = 0; i < 256; i++) {
		double part = (double)counts[i] / (double)bytes.size;
		if (counts[i])
			entropy -= part * log2(part);
	}
	return entropy;
}

static void read_content(struct build *build, uint64_t at, struct memory_region *row)
{
	uint8_t bytes[IMAGE_PAGE] = {0};
	struct span page = span_of(bytes, sizeof(bytes));

	row->start = span_empty();
	row->content = "absent";
	if (!space_read(&build->space, at, bytes, sizeof(bytes)))
		return;
	row->at = at;
	row->entropy = entropy_of(page);
	row->start = arena_copy(build->context->arena, span_clip(page, 0, START_SIZE));
	if (row->entropy <= 0 && bytes[0] == 0)
		row->content = "zero";
	else
		row->content = span_starts_with(page, "\x7f"
						      "ELF")
				       ? "elf"
				       : "data";
}

static bool overlaps(const struct vma *vma, uint64_t start, uint64_t end)
{
	return start < vma->end && end > vma->start;
}

/* What is odd about an executable mapping; NULL: nothing. */
static const char *kind_of(struct build *build, const struct vma *vma,
			   const struct file_facts *file, uint64_t *ret_at)
{
	struct kernel *kernel = build->context->kernel;
	const struct layout *layout = &kernel->layout;
	uint64_t stack = kernel_get(kernel, build->mm, layout->mm_struct_start_stack);
	uint64_t heap = kernel_get(kernel, build->mm, layout->mm_struct_start_brk);

	if (vma->start == kernel_get(kernel, build->mm, build->vdso))
		return NULL;
	if (!first_page(build, vma, false, ret_at))
		*ret_at = vma->start;
	if (!vma->file) {
		if (overlaps(vma, stack, stack + 1))
			return "stack_code";
		if (overlaps(vma, heap, kernel_get(kernel, build->mm, layout->mm_struct_brk)))
			return "heap_code";
		return vma->flags & VMA_WRITE ? "writable_code" : "anonymous_code";
	}
	if (file->is_memfd)
		return "memfd_code";
	if (file->is_deleted)
		return "deleted_code";
	if (vma->flags & VMA_WRITE)
		return "writable_code";
	if (build->page_array && !(vma->flags & VMA_SHARED) && first_page(build, vma, true, ret_at))
		return "changed_code";
	return NULL;
}

static bool visit(void *visitor, const struct vma *vma)
{
	struct build *build = visitor;
	struct arena *arena = build->context->arena;
	struct file_facts file = {0};
	uint64_t at;

	if (!(vma->flags & VMA_EXEC))
		return true;
	if (vma->file)
		(void)path_file(build->context->kernel, vma->file, &file);
	const char *kind = kind_of(build, vma, &file, &at);
	if (!kind)
		return true;
	struct memory_region row = {
		.address = vma->start,
		.size = vma->end - vma->start,
		.pid = build->pid,
		.process = build->process,
		.access = arena_printf(arena, "%c%cx", vma->flags & VMA_READ ? 'r' : '-',
				       vma->flags & VMA_WRITE ? 'w' : '-'),
		.file = file.path,
		.kind = kind,
	};
	read_content(build, at, &row);
	vec_add(&build->rows, row);
	return build->rows.count < ROWS_MAX;
}

static void find_pages(struct build *build)
{
	struct kernel *kernel = build->context->kernel;
	uint64_t base;

	(void)btf_member(&kernel->btf, "mm_struct", "context.vdso", &build->vdso);
	build->page_bytes = btf_struct_size(&kernel->btf, "page");
	if (build->page_bytes && kernel_symbol(kernel, "vmemmap_base", &base) &&
	    btf_member(&kernel->btf, "page", "mapping", &build->page_mapping) &&
	    btf_member(&kernel->btf, "page", "compound_head", &build->page_head))
		build->page_array = kernel_u64(kernel, base);
}

const char *plugin_regions(struct memory_context *context)
{
	struct kernel *kernel = context->kernel;
	struct build build = {.context = context, .pages_left = PAGES_MAX};
	cleanup_map struct address_map seen = {0};

	if (!kernel->has_types || !kernel->init_task)
		return "needs the kernel's types and its first task";
	struct task_set *tasks = context_tasks(context);
	find_pages(&build);
	for (size_t i = 0; i < tasks->tasks.count; i++) {
		uint64_t task = tasks->tasks.data[i].address;
		build.mm = kernel_get(kernel, task, kernel->layout.task_struct_mm);
		if (!(tasks->tasks.data[i].views & ~(unsigned)TASK_VIEW_SCAN) ||
		    !process_space(kernel, task, &build.space) ||
		    !address_map_add(&seen, build.mm, 0, NULL))
			continue;
		build.pid = kernel_get(kernel, task, kernel->layout.task_struct_tgid);
		build.process = kernel_array_text(kernel, task, kernel->layout.task_struct_comm);
		if (!vma_walk(kernel, build.mm, visit, &build))
			context_anomaly(context, "mappings", build.mm,
					"the mappings of process %llu are malformed",
					(unsigned long long)build.pid);
	}
	if (build.pages_left == 0)
		context_anomaly(
			context, "regions_cut", 0,
			"too much program text: not all of it was looked at for changed pages");
	list_take(context->arena, &context->report->regions, build.rows.data, build.rows.count);
	vec_deinit(&build.rows);
	return NULL;
}
