/* SPDX-License-Identifier: MIT */
/* Gathers indicators from a report. What was seen at run time comes before what merely stands in the
 * file. */
#include "report/indicator_set.h"
#include "report/report.h"

static void from_files(struct indicator_set *set, const struct report *report)
{
	list_foreach(&report->files, file) {
		if (!file->is_changed || file->is_of_sample)
			continue;
		indicator_set_add(set, INDICATOR_PATH, file->path, "file",
				  file->existed_before ? "changed by the sample" : NULL);
		indicator_set_add(set, INDICATOR_PATH, file->renamed_to, "file", NULL);
		indicator_set_add(set, INDICATOR_SHA256, file->sha256, "file", file->path);
	}
}

static void from_artifacts(struct indicator_set *set, const struct report *report)
{
	list_foreach(&report->artifacts, artifact)
		if (artifact->guest_path)
			indicator_set_add(set, INDICATOR_SHA256, artifact->sha256, "file",
					  artifact->guest_path);
}

static void from_sample(struct indicator_set *set, const struct report *report)
{
	if (report->sample && report->sample->hashes)
		indicator_set_add(set, INDICATOR_SHA256, report->sample->hashes->sha256, "sample",
				  "the sample");
}

void report_indicators(struct arena *arena, struct report *report)
{
	struct indicator_set set;

	indicator_set_init(&set, arena);
	from_sample(&set, report);
	from_files(&set, report);
	from_artifacts(&set, report);
	list_take(arena, &report->indicators, set.data, set.count);
	indicator_set_deinit(&set);
}
