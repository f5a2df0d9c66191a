/* SPDX-License-Identifier: MIT */
#include "report/report.h"

void report_write_json(struct json_writer *writer, const struct report *report)
{
	model_write_json(writer, &record_report, report);
}
