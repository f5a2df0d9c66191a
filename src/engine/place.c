/* SPDX-License-Identifier: MIT */
#include "engine/place.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

const char *place_rules(struct arena *arena, const char *kind)
{
	const char *named = getenv("HABO_RULES");
	char self[4096];

	if (named && *named)
		return arena_printf(arena, "%s/%s", named, kind);
	ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (size <= 0)
		return NULL;
	self[size] = '\0';
	char *slash = strrchr(self, '/');
	*slash = '\0';
	const char *const candidates[] = {
		arena_printf(arena, "%s/../rules/%s", self, kind),
		arena_printf(arena, "%s/../share/habo/rules/%s", self, kind),
	};
	for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++)
		if (file_exists(candidates[i]))
			return candidates[i];
	return NULL;
}
