/* SPDX-License-Identifier: MIT */
/* Any bytes as a settings file: taken or refused with a message. */
#include <stdint.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/config.h"
#include "base/file.h"
#include "base/macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct setting settings[] = {
		{.name = "timeout", .argument = "TIME", .fallback = "30s", .doc = ""},
		{.name = "static-only", .doc = ""},
		{.name = "args", .argument = "ARG", .doc = "", .is_list = true},
	};
	cleanup_config struct config config;
	cleanup_close int fd = memfd_create("config", MFD_CLOEXEC);
	cleanup_free char *path = xasprintf("/proc/self/fd/%d", fd);
	cleanup_error struct error *written = file_write_fd(fd, data, size);

	config_init(&config, "analyze", settings, ARRAY_SIZE(settings));
	cleanup_error struct error *err = config_load_file(&config, path, true);
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		(void)config_get(&config, settings[i].name);
	if (err && !*error_message(err))
		abort();
	return written ? -1 : 0;
}
