/* SPDX-License-Identifier: MIT */
#include "static/static.h"

#include <string.h>

#include "base/macro.h"
#include "base/text.h"
#include "elf/elf_anomaly.h"
#include "static/work.h"

enum need { NEEDS_NOTHING, NEEDS_ELF };

/* In the order in which they run: strings before what reads them. */
static const struct analyzer {
	const char *name;
	enum need need;
	struct error *(*run)(struct static_work *work);
} analyzers[] = {
	{"identity", NEEDS_NOTHING, identity_analyze},
	{"structure", NEEDS_ELF, structure_analyze},
	{"symbols", NEEDS_ELF, symbols_analyze},
	{"import hashes", NEEDS_ELF, import_hash_analyze},
	{"notes", NEEDS_ELF, notes_analyze},
	{"hardening", NEEDS_ELF, hardening_analyze},
	{"overlay", NEEDS_ELF, overlay_analyze},
	{"script", NEEDS_NOTHING, script_analyze},
	{"strings", NEEDS_NOTHING, strings_analyze},
	{"layers", NEEDS_NOTHING, layers_analyze},
	{"indicators", NEEDS_NOTHING, indicators_analyze},
	{"origin", NEEDS_ELF, origin_analyze},
	{"sources", NEEDS_ELF, sources_analyze},
	{"packers", NEEDS_ELF, packers_analyze},
	{"capabilities", NEEDS_ELF, capabilities_analyze},
	{"listing", NEEDS_ELF, listing_analyze},
	{"embedded", NEEDS_NOTHING, embedded_analyze},
	{"string list", NEEDS_NOTHING, string_list_analyze},
	{"yara", NEEDS_NOTHING, yara_analyze},
};

static void take_elf_anomalies(struct static_work *work)
{
	const struct elf_anomalies *found = &work->elf.anomalies;

	for (size_t i = 0; i < found->count; i++)
		work_anomaly(work, elf_anomaly_name(found->list[i].code), found->list[i].offset,
			     found->list[i].text);
	for (unsigned code = 0; code < ELF_ANOMALY_COUNT; code++) {
		if (found->totals[code] > ELF_MAX_ANOMALIES_OF_CODE)
			work_anomaly(work, elf_anomaly_name(code), 0,
				     arena_printf(work->arena, "met %llu times in all",
						  (unsigned long long)found->totals[code]));
	}
}

struct error *static_analyze(struct span bytes, const struct static_options *options,
			     struct arena *arena, struct static_report *ret)
{
	struct static_work work = {
		.bytes = bytes,
		.options = options,
		.arena = arena,
		.report = ret,
	};
	struct error *err = NULL;

	*ret = (struct static_report){.size = bytes.size};
	work.is_elf = elf_decode(bytes, arena, &work.elf);
	for (size_t i = 0; i < ARRAY_SIZE(analyzers) && !err; i++) {
		if (analyzers[i].need == NEEDS_ELF && !work.is_elf)
			continue;
		err = analyzers[i].run(&work);
		if (err)
			err = error_wrap(err, "static analyser '%s'", analyzers[i].name);
	}
	if (work.is_elf)
		take_elf_anomalies(&work);
	found_strings_deinit(&work.strings);
	return err;
}

const char *work_text(struct static_work *work, struct span bytes)
{
	struct span text = span_clip(bytes, 0, MODEL_TEXT_MAX - 1);

	if (bytes.size == 0)
		return NULL;
	return arena_strndup(work->arena, text.data, text.size);
}

const char *work_hex(struct static_work *work, const void *bytes, size_t size)
{
	char *text = arena_alloc(work->arena, 2 * size + 1);

	text_hex(bytes, size, text);
	return text;
}

const char *work_section_at(struct static_work *work, uint64_t offset)
{
	const struct static_elf *elf = work->report->elf;

	if (!work->is_elf || !elf)
		return NULL;
	const struct elf_section *section = elf_section_at_offset(&work->elf, offset);
	if (!section)
		return NULL;
	/* The report's sections are in the table's order: their text is used again. */
	size_t index = (size_t)(section - work->elf.sections);
	const char *name = index < elf->sections.count ? elf->sections.data[index].name : NULL;
	return name && *name ? name : NULL;
}

void work_anomaly(struct static_work *work, const char *code, uint64_t offset, const char *text)
{
	struct static_report *report = work->report;
	enum { LIMIT = 4096, STEP = 64 };

	if (report->anomalies.count == LIMIT)
		return;
	if (report->anomalies.count % STEP == 0) {
		struct anomaly *grown =
			arena_alloc(work->arena, (report->anomalies.count + STEP) * sizeof(*grown));
		if (report->anomalies.count)
			memcpy(grown, report->anomalies.data,
			       report->anomalies.count * sizeof(*grown));
		report->anomalies.data = grown;
	}
	report->anomalies.data[report->anomalies.count++] =
		(struct anomaly){.code = code, .offset = offset, .text = text};
}
