/* SPDX-License-Identifier: MIT */
/* Notes, those of GNU in words; the build id. */
#include <elf.h>

#include "base/macro.h"
#include "static/work.h"

enum { MAX_NOTES = 1024 };

static const char *abi_tag(struct static_work *work, const struct elf_note *note)
{
	static const char *const systems[] = {"Linux", "Hurd", "Solaris", "FreeBSD"};
	enum byte_order order = work->elf.order;

	if (note->description.size < 16)
		return NULL;
	uint32_t system = span_u32(note->description, 0, order);
	return arena_printf(work->arena, "%s %u.%u.%u",
			    system < ARRAY_SIZE(systems) ? systems[system] : "system",
			    span_u32(note->description, 4, order),
			    span_u32(note->description, 8, order),
			    span_u32(note->description, 12, order));
}

/* pr_type u32 | pr_datasz u32 | data, padded to a word; the features are bit masks. */
static const char *properties(struct static_work *work, const struct elf_note *note)
{
	cleanup_buffer struct buffer text = {.limit = 1024};
	struct reader reader = reader_of(note->description, work->elf.order);

	while (reader_left(&reader) >= 8) {
		uint32_t type = reader_u32(&reader);
		uint32_t size = reader_u32(&reader);
		struct span data = reader_bytes(&reader, size);
		if (!reader_ok(&reader))
			break;
		uint32_t bits = span_u32(data, 0, work->elf.order);
		if (type == GNU_PROPERTY_X86_FEATURE_1_AND &&
		    work->elf.header.machine != EM_AARCH64)
			buffer_printf(&text, "%sx86 features:%s%s", text.size ? ", " : "",
				      bits & GNU_PROPERTY_X86_FEATURE_1_IBT ? " IBT" : "",
				      bits & GNU_PROPERTY_X86_FEATURE_1_SHSTK ? " SHSTK" : "");
		else if (type == GNU_PROPERTY_AARCH64_FEATURE_1_AND)
			buffer_printf(&text, "%sAArch64 features:%s%s", text.size ? ", " : "",
				      bits & GNU_PROPERTY_AARCH64_FEATURE_1_BTI ? " BTI" : "",
				      bits & GNU_PROPERTY_AARCH64_FEATURE_1_PAC ? " PAC" : "");
		if (reader_left(&reader))
			reader_align(&reader, work->elf.is_64 ? 8 : 4);
	}
	return text.size ? arena_strdup(work->arena, buffer_text(&text)) : NULL;
}

static const char *gnu_text(struct static_work *work, const struct elf_note *note)
{
	switch (note->type) {
	case NT_GNU_ABI_TAG:
		return abi_tag(work, note);
	case NT_GNU_BUILD_ID:
		return work_hex(work, note->description.data,
				min_of(note->description.size, (size_t)64));
	case NT_GNU_GOLD_VERSION:
		return work_text(work, note->description);
	case NT_GNU_PROPERTY_TYPE_0:
		return properties(work, note);
	default:
		return NULL;
	}
}

struct error *notes_analyze(struct static_work *work)
{
	struct static_elf *report = work->report->elf;
	size_t count = min_of(work->elf.note_count, (size_t)MAX_NOTES);

	report->notes.data = arena_alloc(work->arena, count * sizeof(*report->notes.data));
	report->notes.count = count;
	for (size_t i = 0; i < count; i++) {
		const struct elf_note *note = &work->elf.notes[i];
		bool is_gnu = span_equal_text(note->owner, "GNU");
		const char *text = NULL;
		if (is_gnu)
			text = gnu_text(work, note);
		else if (span_equal_text(note->owner, "Go") ||
			 span_equal_text(note->owner, "FDO") ||
			 span_equal_text(note->owner, "stapsdt"))
			text = work_text(work, span_clip(note->description, 0, 256));
		report->notes.data[i] = (struct static_note){
			.owner = work_text(work, note->owner),
			.type = note->type,
			.offset = note->offset,
			.size = note->description.size,
			.text = text,
		};
		if (is_gnu && note->type == NT_GNU_BUILD_ID && !report->build_id)
			report->build_id = text;
	}
	return NULL;
}
