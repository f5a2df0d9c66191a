/* SPDX-License-Identifier: MIT */
#include "capture/capture.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "wire/event_read.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include "capture_bpf.skel.h"
#pragma GCC diagnostic pop

enum { MAPS_FILE_LIMIT = 1024 * 1024 };

struct capture {
	struct capture_bpf *bpf;
	struct ring_buffer *rings[CAPTURE_RING_COUNT];
	size_t attached;
	struct buffer missing;
	/* The drain under way. */
	capture_sink *sink;
	void *sink_context;
	size_t drained;
	size_t budget;
};

/* libbpf's own messages would go to stderr; errors carry what matters. */
static int be_silent(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static int on_record(void *context, void *data, size_t size)
{
	struct capture *capture = context;

	if (capture->sink)
		capture->sink(capture->sink_context, data, size);
	capture->drained += size;
	return capture->drained >= capture->budget ? -ECANCELED : 0;
}

static void add_missing(struct capture *capture, const char *name, const char *why)
{
	buffer_printf(&capture->missing, "%s: %s", name, why);
	buffer_append_u8(&capture->missing, 0);
}

/* Leaves out programs whose kernel function this kernel does not have. */
static struct error *select_programs(struct capture *capture)
{
	struct btf *btf = btf__load_vmlinux_btf();
	struct bpf_program *program;

	if (!btf)
		return error_os(errno, "read the kernel's BTF");
	bpf_object__for_each_program(program, capture->bpf->obj)
	{
		const char *section = bpf_program__section_name(program);
		const char *function = strchr(section, '/');
		if (!function || section[0] != 'f')
			continue;
		if (btf__find_by_name_kind(btf, function + 1, BTF_KIND_FUNC) > 0)
			continue;
		bpf_program__set_autoload(program, false);
		/* Before Linux 6.2 security_path_truncate() does its work. */
		if (strcmp(function + 1, "security_file_truncate") != 0)
			add_missing(capture, bpf_program__name(program), "no such function");
	}
	btf__free(btf);
	return NULL;
}

static void attach_programs(struct capture *capture)
{
	struct bpf_object_skeleton *skeleton = capture->bpf->skeleton;

	for (int i = 0; i < skeleton->prog_cnt; i++) {
		struct bpf_program *program = *skeleton->progs[i].prog;
		if (!bpf_program__autoload(program))
			continue;
		*skeleton->progs[i].link = bpf_program__attach(program);
		if (*skeleton->progs[i].link)
			capture->attached++;
		else
			add_missing(capture, bpf_program__name(program), strerror(errno));
	}
}

/*
 * Keeps the maps' memory out of children: they have no business with it, and copying the entries of
 * tens of megabytes costs each fork milliseconds. libbpf does not tell where it mapped them.
 */
static void keep_from_children(void)
{
	cleanup_free char *maps = NULL;
	size_t size;
	unsigned long long start;
	unsigned long long end;
	cleanup_error struct error *err =
		file_read("/proc/self/maps", MAPS_FILE_LIMIT, &maps, &size);

	if (err)
		return;
	for (char *rest = maps, *line; (line = strsep(&rest, "\n"));) {
		if (strstr(line, "bpf") && sscanf(line, "%llx-%llx", &start, &end) == 2)
			madvise((void *)(uintptr_t)start, (size_t)(end - start), MADV_DONTFORK);
	}
}

static struct error *open_rings(struct capture *capture)
{
	const struct bpf_map *maps[CAPTURE_RING_COUNT] = {
		[CAPTURE_RING_RARE] = capture->bpf->maps.rare_ring,
		[CAPTURE_RING_FILE] = capture->bpf->maps.file_ring,
		[CAPTURE_RING_HOT] = capture->bpf->maps.hot_ring,
	};

	for (size_t i = 0; i < CAPTURE_RING_COUNT; i++) {
		capture->rings[i] =
			ring_buffer__new(bpf_map__fd(maps[i]), on_record, capture, NULL);
		if (!capture->rings[i])
			return error_os(errno, "map a ring of records");
	}
	keep_from_children();
	return NULL;
}

struct error *capture_new(pid_t own_tgid, struct capture **ret)
{
	struct error *err;
	guard(capture_free) struct capture *capture = xcalloc(1, sizeof(*capture));

	libbpf_set_print(be_silent);
	capture->bpf = capture_bpf__open();
	if (!capture->bpf)
		return error_os(errno, "open the BPF object");
	int processors = libbpf_num_possible_cpus();
	if (processors < 1)
		return error_os(-processors, "count the processors");
	bpf_map__set_max_entries(capture->bpf->maps.scratch, SCRATCH_DEPTH * (uint32_t)processors);
	err = select_programs(capture);
	if (err)
		return err;
	int failure = capture_bpf__load(capture->bpf);
	if (failure)
		return error_os(-failure, "load the BPF programs");
	capture->bpf->bss->agent_tgid = (uint32_t)own_tgid;
	attach_programs(capture);
	err = open_rings(capture);
	if (err)
		return err;
	*ret = steal(&capture);
	return NULL;
}

void capture_free(struct capture *capture)
{
	if (!capture)
		return;
	for (size_t i = 0; i < CAPTURE_RING_COUNT; i++)
		ring_buffer__free(capture->rings[i]);
	capture_bpf__destroy(capture->bpf);
	buffer_deinit(&capture->missing);
	free(capture);
}

size_t capture_attached(const struct capture *capture)
{
	return capture->attached;
}

const struct buffer *capture_missing(const struct capture *capture)
{
	return &capture->missing;
}

/* Deletes every element; used before anything is recorded, so nobody adds meanwhile. */
static void clear_map(const struct bpf_map *map)
{
	cleanup_free char *key = xmalloc(bpf_map__key_size(map));
	int fd = bpf_map__fd(map);

	while (bpf_map_get_next_key(fd, NULL, key) == 0 && bpf_map_delete_elem(fd, key) == 0)
		;
}

void capture_start(struct capture *capture)
{
	struct capture_bpf__bss *bss = capture->bpf->bss;

	__atomic_store_n(&bss->recording, 0, __ATOMIC_SEQ_CST);
	for (size_t i = 0; i < CAPTURE_RING_COUNT; i++)
		capture_drain(capture, (enum capture_ring)i, SIZE_MAX, NULL, NULL);
	clear_map(capture->bpf->maps.planted);
	clear_map(capture->bpf->maps.writes);
	clear_map(capture->bpf->maps.sends);
	memset(bss->happened, 0, sizeof(bss->happened));
	memset(bss->lost, 0, sizeof(bss->lost));
	bss->mark_failures = 0;
	bss->planted_overflow = 0;
	bss->writes_overflow = 0;
	__atomic_store_n(&bss->recording, 1, __ATOMIC_SEQ_CST);
}

void capture_stop(struct capture *capture)
{
	__atomic_store_n(&capture->bpf->bss->recording, 0, __ATOMIC_SEQ_CST);
}

void capture_set_setup(struct capture *capture, bool on)
{
	__atomic_store_n(&capture->bpf->bss->setup_phase, on, __ATOMIC_SEQ_CST);
}

void capture_set_planting(struct capture *capture, bool on)
{
	__atomic_store_n(&capture->bpf->bss->planting, on, __ATOMIC_SEQ_CST);
}

/* Runs an iterator program over all tasks; what it writes goes to ret, at most `size` bytes. */
static struct error *iterate(struct bpf_link *link, void *ret, size_t size, size_t *ret_size)
{
	char nothing[16];
	size_t have = 0;

	if (!link)
		return error_new(ERROR_UNSUPPORTED, "the iterator over tasks is not attached");
	cleanup_close int fd = bpf_iter_create(bpf_link__fd(link));
	if (fd < 0)
		return error_os(errno, "start the iterator over tasks");
	for (;;) {
		bool full = have == size;
		ssize_t got = full ? read(fd, nothing, sizeof(nothing))
				   : read(fd, (char *)ret + have, size - have);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got < 0)
			return error_os(errno, "iterate over tasks");
		if (got == 0)
			break;
		have += full ? 0 : (size_t)got;
	}
	if (ret_size)
		*ret_size = have;
	return NULL;
}

struct error *capture_mark(struct capture *capture, pid_t tid, enum task_kind kind,
			   uint64_t *ret_task)
{
	struct capture_bpf__bss *bss = capture->bpf->bss;
	struct error *err;

	bss->wanted_tid = (uint32_t)tid;
	bss->wanted_kind = kind;
	bss->wanted_task = 0;
	err = iterate(capture->bpf->links.mark_wanted, NULL, 0, NULL);
	if (err)
		return err;
	uint64_t task = __atomic_load_n(&bss->wanted_task, __ATOMIC_SEQ_CST);
	if (!task)
		return error_new(ERROR_NOT_FOUND, "mark task %d: it is not there", (int)tid);
	*ret_task = task;
	return NULL;
}

uint64_t capture_marked_count(const struct capture *capture)
{
	return __atomic_load_n(&capture->bpf->bss->marked_tasks, __ATOMIC_SEQ_CST);
}

struct error *capture_list_marked(struct capture *capture, struct marked_task *ret, size_t capacity,
				  size_t *ret_count)
{
	size_t size = 0;
	struct error *err =
		iterate(capture->bpf->links.list_marked, ret, capacity * sizeof(*ret), &size);
	if (err)
		return err;
	*ret_count = size / sizeof(*ret);
	return NULL;
}

size_t capture_drain(struct capture *capture, enum capture_ring ring, size_t budget,
		     capture_sink *sink, void *context)
{
	capture->sink = sink;
	capture->sink_context = context;
	capture->drained = 0;
	capture->budget = budget;
	ring_buffer__consume(capture->rings[ring]);
	return capture->drained;
}

struct error *capture_flush_runs(struct capture *capture)
{
	return iterate(capture->bpf->links.flush_all_runs, NULL, 0, NULL);
}

static void give_writes(struct capture *capture, uint64_t handle, const struct writes *sum,
			capture_sink *sink, void *context)
{
	cleanup_buffer struct buffer bytes = {0};
	struct event_record record = {
		.header = {.type = EVENT_FILE_WRITTEN,
			   .class = EVENT_CLASS_FILE,
			   .flags = sum->marked ? EVENT_MARKED : 0,
			   .time_ns = clock_monotonic_ns(),
			   .task = sum->writer,
			   .process = sum->writer_process},
		.written = {.file = {.inode = sum->file.inode,
				     .device = sum->file.device,
				     .generation = sum->file.generation},
			    .handle = handle,
			    .bytes = sum->bytes,
			    .writes = sum->count,
			    .first_ns = sum->first_ns,
			    .last_ns = sum->last_ns,
			    .writer = sum->writer,
			    .writer_process = sum->writer_process,
			    .file_flags = sum->file_flags | EVENT_FILE_STILL_OPEN,
			    .marked = sum->marked},
		.runs = span_empty(),
	};

	record.header.sequence = __atomic_fetch_add(&capture->bpf->bss->happened[EVENT_CLASS_FILE],
						    1, __ATOMIC_SEQ_CST);
	event_append(&bytes, &record);
	sink(context, bytes.data, bytes.size);
}

void capture_flush_writes(struct capture *capture, capture_sink *sink, void *context)
{
	int fd = bpf_map__fd(capture->bpf->maps.writes);
	struct writes sum;
	uint64_t handle;
	uint64_t next;

	for (int more = bpf_map_get_next_key(fd, NULL, &handle); more == 0;
	     more = bpf_map_get_next_key(fd, &handle, &next), handle = next) {
		if (bpf_map_lookup_elem(fd, &handle, &sum) == 0)
			give_writes(capture, handle, &sum, sink, context);
	}
}

void capture_counters(const struct capture *capture, struct capture_counters *ret)
{
	const struct capture_bpf__bss *bss = capture->bpf->bss;

	/* Lost first: what is lost in between then shows as missing, never as too many. */
	memcpy(ret->lost, bss->lost, sizeof(ret->lost));
	memcpy(ret->happened, bss->happened, sizeof(ret->happened));
	ret->mark_failures = bss->mark_failures;
	ret->planted_overflow = bss->planted_overflow;
	ret->writes_overflow = bss->writes_overflow;
}
