/* SPDX-License-Identifier: MIT */
/* Which fields of a record its tables show, where all of them would be too many or in another
 * order. A record without a row here shows all its fields. */
#include "base/text.h"
#include "report/page/page.h"

enum { COLUMNS_MAX = 16 };

struct record_columns {
	const char *record;
	struct column columns[COLUMNS_MAX];
};

/* clang-format off */
static const struct record_columns rows[] = {
	{"behavior",
	 {{"level", CELL_BADGE}, {"title", CELL_PROSE}, {"process", CELL_PROCESS},
	  {"matches", CELL_NUMBER}, {NULL, CELL_AUTO}}},
	{"indicator",
	 {{"type", CELL_BADGE}, {"value", CELL_HASH}, {"sources", CELL_PROSE},
	  {"context", CELL_PROSE}, {NULL, CELL_AUTO}}},
	{"file_activity",
	 {{"path", CELL_CODE}, {"operations", CELL_PROSE}, {"renamed_to", CELL_CODE},
	  {"processes", CELL_PROCESS}, {"first_event", CELL_EVENT}, {"events", CELL_NUMBER},
	  {"bytes_written", CELL_SIZE}, {"mode", CELL_MODE}, {"exists_at_end", CELL_AUTO},
	  {"artifact", CELL_ARTIFACT}, {NULL, CELL_AUTO}}},
	{"syscall_count",
	 {{"abi", CELL_CODE}, {"number", CELL_NUMBER}, {"name", CELL_CODE},
	  {"count", CELL_NUMBER}, {NULL, CELL_AUTO}}},
	{"artifact",
	 {{"path", CELL_ARTIFACT}, {"kind", CELL_PROSE}, {"guest_path", CELL_CODE},
	  {"size", CELL_SIZE}, {"type", CELL_PROSE}, {"mode", CELL_MODE},
	  {"process", CELL_PROCESS}, {"not_kept", CELL_PROSE}, {"analysis", CELL_AUTO},
	  {NULL, CELL_AUTO}}},
	{"event",
	 {{"time_ns", CELL_TIME}, {"number", CELL_EVENT}, {"process", CELL_PROCESS},
	  {"type", CELL_BADGE}, {"path", CELL_CODE}, {"target", CELL_CODE},
	  {"arguments", CELL_CODE}, {"address", CELL_CODE}, {"port", CELL_NUMBER},
	  {"name", CELL_CODE}, {"size", CELL_SIZE}, {"result", CELL_NUMBER}, {NULL, CELL_AUTO}}},
	{"network_flow",
	 {{"first_time_ns", CELL_TIME}, {"process", CELL_PROCESS}, {"protocol", CELL_CODE},
	  {"source", CELL_ENDPOINT}, {"target", CELL_ENDPOINT},
	  {"domain", CELL_CODE}, {"service", CELL_CODE},
	  {"state", CELL_BADGE}, {"packets_sent", CELL_NUMBER},
	  {"packets_received", CELL_NUMBER}, {"bytes_sent", CELL_SIZE},
	  {"bytes_received", CELL_SIZE}, {"detail", CELL_DETAIL}, {NULL, CELL_AUTO}}},
	{"network_group",
	 {{"protocol", CELL_CODE}, {"target_port", CELL_NUMBER}, {"state", CELL_BADGE},
	  {"flows", CELL_NUMBER}, {"targets", CELL_NUMBER}, {"packets", CELL_NUMBER},
	  {NULL, CELL_AUTO}}},
	{"dns_exchange",
	 {{"time_ns", CELL_TIME}, {"process", CELL_PROCESS}, {"name", CELL_CODE},
	  {"type", CELL_CODE}, {"answers", CELL_INLINE}, {"result", CELL_PROSE},
	  {"server", CELL_CODE}, {"detail", CELL_DETAIL}, {"answer_detail", CELL_DETAIL},
	  {NULL, CELL_AUTO}}},
	{"http_exchange",
	 {{"time_ns", CELL_TIME}, {"process", CELL_PROCESS}, {"method", CELL_CODE},
	  {"url", CELL_CODE}, {"user_agent", CELL_CODE}, {"status", CELL_NUMBER},
	  {"response_size", CELL_SIZE}, {"body_size", CELL_SIZE}, {"detail", CELL_DETAIL},
	  {NULL, CELL_AUTO}}},
	{"tls_session",
	 {{"time_ns", CELL_TIME}, {"process", CELL_PROCESS}, {"server_name", CELL_CODE},
	  {"version", CELL_CODE}, {"protocols", CELL_CODE}, {"ja3", CELL_HASH},
	  {"ja3s", CELL_HASH}, {"detail", CELL_DETAIL}, {NULL, CELL_AUTO}}},
	{"memory_process",
	 {{"standing", CELL_BADGE}, {"pid", CELL_NUMBER}, {"ppid", CELL_NUMBER},
	  {"name", CELL_CODE}, {"exe", CELL_CODE}, {"argv", CELL_CODE}, {"uid", CELL_NUMBER},
	  {"state", CELL_PROSE}, {"start_ns", CELL_TIME}, {"exe_deleted", CELL_AUTO},
	  {"exe_memfd", CELL_AUTO}, {"address", CELL_HEX}, {"notes", CELL_DETAIL},
	  {NULL, CELL_AUTO}}},
	{"static_segment",
	 {{"type", CELL_CODE}, {"flags", CELL_CODE}, {"offset", CELL_HEX}, {"vaddr", CELL_HEX},
	  {"file_size", CELL_SIZE}, {"memory_size", CELL_SIZE}, {"alignment", CELL_HEX},
	  {"entropy", CELL_ENTROPY}, {"sections", CELL_CODE}, {NULL, CELL_AUTO}}},
	{"static_section",
	 {{"index", CELL_NUMBER}, {"name", CELL_CODE}, {"type", CELL_CODE},
	  {"flags", CELL_CODE}, {"vaddr", CELL_HEX}, {"offset", CELL_HEX}, {"size", CELL_SIZE},
	  {"entropy", CELL_ENTROPY}, {"md5", CELL_HASH}, {NULL, CELL_AUTO}}},
	{"static_string",
	 {{"offset", CELL_HEX}, {"section", CELL_CODE}, {"encoding", CELL_BADGE},
	  {"layer", CELL_CODE}, {"text", CELL_CODE}, {NULL, CELL_AUTO}}},
	{"static_indicator",
	 {{"type", CELL_BADGE}, {"value", CELL_CODE}, {"port", CELL_NUMBER},
	  {"count", CELL_NUMBER}, {"section", CELL_CODE}, {"layer", CELL_CODE},
	  {"offset", CELL_HEX}, {"text", CELL_PROSE}, {NULL, CELL_AUTO}}},
	{"static_capability",
	 {{"title", CELL_PROSE}, {"attack", CELL_CODE}, {"evidence", CELL_CODE},
	  {NULL, CELL_AUTO}}},
	{"yara_match",
	 {{"rule", CELL_CODE}, {"namespace_", CELL_CODE}, {"tags", CELL_CODE},
	  {"meta", CELL_INLINE}, {"string_count", CELL_NUMBER}, {"strings", CELL_AUTO},
	  {NULL, CELL_AUTO}}},
	{"static_instruction",
	 {{"vaddr", CELL_HEX}, {"bytes", CELL_CODE}, {"text", CELL_CODE}, {NULL, CELL_AUTO}}},
};
/* clang-format on */

const struct column *columns_of(const struct record *record)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (text_equal(rows[i].record, record->name))
			return rows[i].columns;
	return NULL;
}
