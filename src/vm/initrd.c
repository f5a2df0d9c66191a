/* SPDX-License-Identifier: MIT */
#include "vm/initrd.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/file.h"

enum { AGENT_MAX = 64 * 1024 * 1024, INITRD_MAX = 256 * 1024 * 1024 };

static void pad(struct buffer *out)
{
	while (out->size % 4)
		buffer_append_char(out, '\0');
}

/* One entry of the "newc" format: Documentation/driver-api/early-userspace/buffer-format.rst */
static void add(struct buffer *out, unsigned number, const char *name, unsigned mode,
		const char *bytes, size_t size)
{
	buffer_printf(out, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", number,
		      mode, 0U, 0U, 1U, 0U, (unsigned)size, 0U, 0U, 0U, 0U,
		      (unsigned)strlen(name) + 1, 0U);
	buffer_append(out, name, strlen(name) + 1);
	pad(out);
	buffer_append(out, bytes, size);
	pad(out);
}

static struct error *add_file(struct buffer *out, unsigned number, const char *name,
			      const char *path)
{
	cleanup_free char *bytes = NULL;
	size_t size;

	struct error *err = file_read(path, AGENT_MAX, &bytes, &size);
	if (!err)
		add(out, number, name, S_IFREG | 0755, bytes, size);
	return err;
}

struct error *initrd_make(const char *image_initrd, const char *agent, const char *recipes,
			  const char *path)
{
	cleanup_free char *place = xasprintf("%s/agent.place", recipes);
	cleanup_free char *unit = xasprintf("%s/agent.unit", recipes);
	cleanup_buffer struct buffer out = {0};
	cleanup_free char *image = NULL;
	size_t image_size;

	struct error *err = file_read(image_initrd, INITRD_MAX, &image, &image_size);
	if (err)
		return err;
	buffer_append(&out, image, image_size);
	pad(&out);
	add(&out, 1, "agent", S_IFDIR | 0755, "", 0);
	err = add_file(&out, 2, "agent/program", agent);
	if (!err)
		err = add_file(&out, 3, "agent/place", place);
	if (!err)
		err = add_file(&out, 4, "agent/unit", unit);
	if (err)
		return err;
	add(&out, 0, "TRAILER!!!", 0, "", 0);
	return file_write(path, out.data, out.size, 0444);
}
