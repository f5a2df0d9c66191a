/* SPDX-License-Identifier: MIT */
/* Strings of any bytes and the indicators in them, each within its text. */
#include <stdint.h>
#include <stdlib.h>

#include "static/indicator.h"
#include "static/string_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct indicator_hit *hit, void *data)
{
	const struct span *text = data;

	if (hit->value.size == 0 || hit->offset > text->size)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct found_strings strings = {0};
	struct keyword_index index;
	struct span bytes = span_of(data, size);
	char text[STRING_TEXT_MAX];

	keyword_index_init(&index);
	indicators_find(&index, bytes, check, &bytes);
	strings_find(bytes, &strings);
	vec_foreach(&strings.list, string) {
		if (string->offset > size || string->size > size - string->offset)
			abort();
		struct span copy =
			span_of(text, found_string_text(bytes, string, text, sizeof(text)));
		indicators_find(&index, copy, check, &copy);
	}
	found_strings_deinit(&strings);
	return 0;
}
