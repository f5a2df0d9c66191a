/* SPDX-License-Identifier: MIT */
#include "static/signature.h"

#include <inttypes.h>

#include "base/macro.h"

enum { NAME_MAX_SIZE = 100 };

static void put_safe(struct buffer *out, const char *text)
{
	for (size_t i = 0; text[i] && i < NAME_MAX_SIZE; i++) {
		char c = text[i];
		bool is_safe = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
			       c == '.' || c == '-' || c == '_';
		buffer_append_char(out, is_safe ? c : '_');
	}
}

static void put_name(struct buffer *out, const struct sample *sample)
{
	buffer_append_text(out, "Habo.");
	put_safe(out, sample->name && *sample->name ? sample->name : "sample");
}

/* clamscan takes no signature of an empty file. */
static bool has_hashes(const struct static_report *report)
{
	return report->hashes && report->size > 0;
}

static void write_hash(struct buffer *out, const struct sample *sample,
		       const struct static_report *report, const char *hash)
{
	buffer_printf(out, "%s:%" PRIu64 ":", hash, report->size);
	put_name(out, sample);
	buffer_append_char(out, '\n');
}

static void write_hdb(struct buffer *out, const struct sample *sample,
		      const struct static_report *report)
{
	if (has_hashes(report))
		write_hash(out, sample, report, report->hashes->md5);
}

static void write_hsb(struct buffer *out, const struct sample *sample,
		      const struct static_report *report)
{
	if (has_hashes(report))
		write_hash(out, sample, report, report->hashes->sha256);
}

static void write_mdb(struct buffer *out, const struct sample *sample,
		      const struct static_report *report)
{
	if (!report->elf)
		return;
	list_foreach(&report->elf->sections, section) {
		if (!section->md5)
			continue;
		buffer_printf(out, "%" PRIu64 ":%s:", section->size, section->md5);
		put_name(out, sample);
		buffer_append_text(out, section->name[0] == '.' ? "" : ".");
		put_safe(out, section->name);
		buffer_append_char(out, '\n');
	}
}

const struct signature_format signature_formats[] = {
	{"hdb", write_hdb},
	{"hsb", write_hsb},
	{"mdb", write_mdb},
};

const size_t signature_format_count = ARRAY_SIZE(signature_formats);
