/* SPDX-License-Identifier: MIT */
/* Which fields of a record its tables show, where all of them would be too many or in another
 * order. A record without a row here shows all its fields. */
#include "base/text.h"
#include "report/page/page.h"

static const struct column behaviors[] = {{"level", CELL_BADGE},
					  {"title", CELL_PROSE},
					  {"process", CELL_PROCESS},
					  {"matches", CELL_NUMBER},
					  {NULL, CELL_AUTO}};

static const struct column indicators[] = {{"type", CELL_BADGE},
					   {"value", CELL_HASH},
					   {"sources", CELL_PROSE},
					   {"context", CELL_PROSE},
					   {NULL, CELL_AUTO}};

static const struct column file_activities[] = {
	{"path", CELL_CODE},          {"operations", CELL_PROSE},  {"renamed_to", CELL_CODE},
	{"processes", CELL_PROCESS},  {"first_event", CELL_EVENT}, {"events", CELL_NUMBER},
	{"bytes_written", CELL_SIZE}, {"mode", CELL_MODE},         {"existed_before", CELL_AUTO},
	{"exists_at_end", CELL_AUTO}, {"artifact", CELL_ARTIFACT}, {NULL, CELL_AUTO}};

static const struct column syscall_counts[] = {{"abi", CELL_CODE},
					       {"number", CELL_NUMBER},
					       {"name", CELL_CODE},
					       {"count", CELL_NUMBER},
					       {NULL, CELL_AUTO}};

static const struct column artifacts[] = {
	{"path", CELL_ARTIFACT},   {"kind", CELL_PROSE},  {"guest_path", CELL_CODE},
	{"size", CELL_SIZE},       {"type", CELL_PROSE},  {"mode", CELL_MODE},
	{"process", CELL_PROCESS}, {"sha256", CELL_HASH}, {"not_kept", CELL_PROSE},
	{"analysis", CELL_AUTO},   {NULL, CELL_AUTO}};

static const struct column events[] = {
	{"time_ns", CELL_TIME},   {"number", CELL_EVENT}, {"process", CELL_PROCESS},
	{"type", CELL_BADGE},     {"path", CELL_CODE},    {"target", CELL_CODE},
	{"arguments", CELL_CODE}, {"address", CELL_CODE}, {"port", CELL_NUMBER},
	{"name", CELL_CODE},      {"size", CELL_SIZE},    {"result", CELL_NUMBER},
	{NULL, CELL_AUTO}};

const struct column *columns_of(const struct record *record)
{
	static const struct {
		const struct record *record;
		const struct column *columns;
	} rows[] = {
		{&record_behavior, behaviors},
		{&record_indicator, indicators},
		{&record_file_activity, file_activities},
		{&record_syscall_count, syscall_counts},
		{&record_artifact, artifacts},
		{&record_event, events},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].record == record)
			return rows[i].columns;
	return NULL;
}
