/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "base/macro.h"
#include "static/wallet.h"

static void addresses_are_checked_by_their_sums(void **state UNUSED)
{
	/* The first block's address; BIP 173's and BIP 350's examples; one digit changed of each. */
	assert_non_null(wallet_kind(span_text("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")));
	assert_non_null(wallet_kind(span_text("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")));
	assert_non_null(wallet_kind(
		span_text("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0")));
	assert_null(wallet_kind(span_text("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb")));
	assert_null(wallet_kind(span_text("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5")));
	assert_null(wallet_kind(span_text("1234567890123456789012345678")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_checked_by_their_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
