/* SPDX-License-Identifier: MIT */
#include "vm/guest_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/text.h"

/*
 * The q35 machine: memory from 0, all of it below the PCI hole when it is at most 2 GiB. Between 640
 * KiB and 1 MiB stand video memory and firmware; what RAM lies behind them is of no use to a guest
 * and is left out (hw/i386/pc.c).
 */
enum { LOW_END = 0xa0000, HIGH_START = 0x100000 };
#define BELOW_HOLE_MAX ((uint64_t)2 << 30)

/* Finds the mapping of the memory file: one line, or several that follow each other. */
static struct error *find_mapping(FILE *maps, const char *path_end, uint64_t size, uint64_t *ret)
{
	char line[4096 + 256];
	uint64_t first = 0, last = 0;

	while (fgets(line, sizeof(line), maps)) {
		uint64_t start, end, offset;
		line[strcspn(line, "\n")] = '\0';
		if (!text_ends_with(line, path_end) ||
		    sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64, &start, &end, &offset) !=
			    3)
			continue;
		if (offset == 0)
			first = start;
		else if (start != last || first == 0)
			continue;
		last = end;
	}
	if (first == 0 || last - first != size)
		return error_new(ERROR_FORMAT, "QEMU does not map the guest's memory as it should");
	*ret = first;
	return NULL;
}

struct error *guest_memory_open(pid_t qemu, const char *path_end, uint64_t size,
				struct guest_memory *ret)
{
	cleanup_free char *maps_path = xasprintf("/proc/%d/maps", qemu);
	cleanup_free char *mem_path = xasprintf("/proc/%d/mem", qemu);
	cleanup_close int fd = -1;
	uint64_t base = 0;

	if (size > BELOW_HOLE_MAX || size <= HIGH_START)
		return error_new(ERROR_UNSUPPORTED, "a guest of %" PRIu64 " MiB", size >> 20);
	FILE *maps = fopen(maps_path, "re");
	if (!maps)
		return error_os(errno, "open '%s'", maps_path);
	struct error *err = find_mapping(maps, path_end, size, &base);
	fclose(maps);
	if (!err)
		err = file_open(mem_path, O_RDONLY, 0, &fd);
	if (err)
		return error_wrap(err, "read the guest's memory");
	*ret = (struct guest_memory){
		.fd = steal(&fd),
		.regions = {{0, LOW_END, base}, {HIGH_START, size - HIGH_START, base + HIGH_START}},
		.region_count = 2};
	return NULL;
}

void guest_memory_deinit(struct guest_memory *memory)
{
	if (memory->fd >= 0)
		close(steal(&memory->fd));
	memory->region_count = 0;
}
