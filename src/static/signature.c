/* SPDX-License-Identifier: MIT */
#include "static/signature.h"

#include <inttypes.h>

#include "base/macro.h"

enum { NAME_MAX_SIZE = 128 };

static void put_name(struct buffer *out, const char *name)
{
	for (size_t i = 0; name[i] && i < NAME_MAX_SIZE; i++) {
		char c = name[i];
		bool is_safe = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
			       c == '.' || c == '-' || c == '_';
		buffer_append_char(out, is_safe ? c : '_');
	}
}

/* clamscan takes no hash signature of an empty file. */
static bool has_hashes(const struct static_report *report)
{
	return report->hashes && report->size > 0;
}

void signature_write_hdb(struct buffer *out, const struct static_report *report, const char *name)
{
	if (!has_hashes(report))
		return;
	buffer_printf(out, "%s:%" PRIu64 ":", report->hashes->md5, report->size);
	put_name(out, name);
	buffer_append_char(out, '\n');
}

void signature_write_hsb(struct buffer *out, const struct static_report *report, const char *name)
{
	if (!has_hashes(report))
		return;
	buffer_printf(out, "%s:%" PRIu64 ":", report->hashes->sha256, report->size);
	put_name(out, name);
	buffer_append_char(out, '\n');
}

void signature_write_mdb(struct buffer *out, const struct static_report *report, const char *name)
{
	if (!report->elf)
		return;
	list_foreach (&report->elf->sections, section) {
		if (!section->md5)
			continue;
		buffer_printf(out, "%" PRIu64 ":%s:", section->size, section->md5);
		put_name(out, name);
		put_name(out, section->name[0] == '.' ? "" : ".");
		put_name(out, section->name);
		buffer_append_char(out, '\n');
	}
}
