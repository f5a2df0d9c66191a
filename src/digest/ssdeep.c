/* SPDX-License-Identifier: MIT */
#include "digest/fuzzy_hash.h"

#include <fuzzy.h>

#include "base/macro.h"

_Static_assert(SSDEEP_TEXT_SIZE >= FUZZY_MAX_RESULT, "room for libfuzzy's longest text");

bool ssdeep_compute(struct span bytes, char out[SSDEEP_TEXT_SIZE])
{
	struct fuzzy_state *state = fuzzy_new();

	if (!state)
		return false;
	/* The final length told first lets libfuzzy skip block sizes that cannot be chosen. */
	bool ok = fuzzy_set_total_input_length(state, bytes.size) == 0 &&
		  fuzzy_update(state, bytes.data, bytes.size) == 0 &&
		  fuzzy_digest(state, out, 0) == 0;
	fuzzy_free(state);
	return ok;
}
