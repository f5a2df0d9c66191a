/* SPDX-License-Identifier: MIT */
#include "elf/elf_anomaly.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
	const char *name;
	unsigned weight;
} codes[] = {
#define X(constant, name, weight) {name, weight},
	ELF_ANOMALIES(X)
#undef X
};

const char *elf_anomaly_name(enum elf_anomaly_code code)
{
	return codes[code].name;
}

unsigned elf_anomaly_weight(enum elf_anomaly_code code)
{
	return codes[code].weight;
}

void elf_anomaly_add(struct elf_anomalies *anomalies, struct arena *arena,
		     enum elf_anomaly_code code, uint64_t offset, const char *format, ...)
{
	char text[160];
	va_list args;

	if (anomalies->totals[code]++ >= ELF_MAX_ANOMALIES_OF_CODE ||
	    anomalies->count == ELF_MAX_ANOMALIES)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	anomalies->list[anomalies->count++] = (struct elf_anomaly){
		.code = code,
		.offset = offset,
		.text = arena_strdup(arena, text),
	};
}
