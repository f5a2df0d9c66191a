/* SPDX-License-Identifier: MIT */
#pragma once
/* Finds what means something in one line of text: addresses, names, paths, commands. */
#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "model/model.h"

enum { INDICATOR_VALUE_MAX = 1024 };

struct indicator_hit {
	enum static_find type;
	struct span value; /* of the text, or of `lower` */
	size_t offset;     /* in the text */
	uint16_t port;     /* 0: none */
	bool is_common;
	const char *note; /* NULL: none */
};

/* Called for every hit, in the order of the text; the value is only valid during the call. */
typedef void indicator_found(const struct indicator_hit *hit, void *data);

/* Which pairs of bytes start a keyword: a bit each. */
struct keyword_index {
	uint8_t pairs[(1 << 16) / 8];
};
void keyword_index_init(struct keyword_index *index);

void indicators_find(const struct keyword_index *index, struct span text, indicator_found *found,
		     void *data);
