/* SPDX-License-Identifier: MIT */
#include "guest/schedule.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"

enum { CRONTAB_LIMIT = 256 * 1024 };

enum schedule schedule_of(const char *path)
{
	static const struct {
		const char *prefix;
		const char *suffix;
		enum schedule schedule;
	} places[] = {
		{"/etc/crontab", "", SCHEDULE_CRONTAB},
		{"/etc/cron.d/", "", SCHEDULE_CRONTAB},
		{"/var/spool/cron/", "", SCHEDULE_CRONTAB},
		{"/var/spool/at/", "", SCHEDULE_ALWAYS},
		{"/etc/systemd/", ".timer", SCHEDULE_ALWAYS},
		{"/etc/systemd/", ".path", SCHEDULE_ALWAYS},
		{"/run/systemd/", ".timer", SCHEDULE_ALWAYS},
		{"/run/systemd/", ".path", SCHEDULE_ALWAYS},
		{"/lib/systemd/", ".timer", SCHEDULE_ALWAYS},
		{"/usr/lib/systemd/", ".timer", SCHEDULE_ALWAYS},
		{"/usr/local/lib/systemd/", ".timer", SCHEDULE_ALWAYS},
	};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (text_starts_with(path, places[i].prefix) &&
		    text_ends_with(path, places[i].suffix))
			return places[i].schedule;
	}
	if (strstr(path, "/.config/systemd/user/") && text_ends_with(path, ".timer"))
		return SCHEDULE_ALWAYS;
	return SCHEDULE_NONE;
}

static bool line_is_due(struct span line)
{
	static const char *const far[] = {"@reboot", "@yearly", "@annually", "@monthly",
					  "@weekly", "@daily",  "@midnight", "@hourly"};
	size_t at = 0;

	while (at < line.size && strchr(" \t\r", line.data[at]))
		at++;
	line = span_clip(line, at, SIZE_MAX);
	/* A line of times begins with a number, a star or an @. */
	if (line.size == 0 || !strchr("0123456789*@", line.data[0]))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(far); i++) {
		if (span_starts_with(line, far[i]))
			return false;
	}
	return true;
}

bool crontab_is_due(struct span text)
{
	while (text.size) {
		size_t end = min_of(span_find(text, span_text("\n"), 0), text.size);
		if (line_is_due(span_clip(text, 0, end)))
			return true;
		text = span_clip(text, end + 1, SIZE_MAX);
	}
	return false;
}

bool schedule_file_due(const char *path)
{
	enum schedule schedule = schedule_of(path);
	cleanup_free char *text = NULL;
	size_t size;

	if (schedule == SCHEDULE_NONE || !file_exists(path))
		return false;
	if (schedule == SCHEDULE_ALWAYS)
		return true;
	cleanup_error struct error *err = file_read(path, CRONTAB_LIMIT, &text, &size);
	/* One that can't be read may hold anything. */
	return err ? true : crontab_is_due(span_of(text, size));
}
