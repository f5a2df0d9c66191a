/* SPDX-License-Identifier: MIT */
#pragma once
/* Indicators, one for each type and value, with their sources. */
#include "model/model.h"

enum { INDICATORS_MAX = 10000 }; /* as report.def has it */

struct indicator_set {
	struct arena *arena;
	struct indicator *data; /* in order of appearance */
	size_t count;
	size_t capacity;
	size_t *slots; /* open addressing: index + 1, or 0 */
	size_t slot_count;
	uint64_t refused; /* beyond INDICATORS_MAX */
};

void indicator_set_init(struct indicator_set *set, struct arena *arena);
void indicator_set_deinit(struct indicator_set *set);
/* Adds a source to the indicator of this type and value, which is made when it is new. Empty and
 * over-long values are passed over. context may be NULL; the first one stays. source is a literal. */
void indicator_set_add(struct indicator_set *set, enum indicator_type type, const char *value,
		       const char *source, const char *context);

/* Why a value is nothing to look for elsewhere ("noise: loopback"), or NULL. Names and addresses that
 * are kept for documentation are noise where they merely stand in a file: what a sample really
 * talked to (was_used) is its own, whatever its name. */
const char *indicator_noise(enum indicator_type type, const char *value, bool was_used);
