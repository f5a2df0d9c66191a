/* SPDX-License-Identifier: MIT */
#include "cli/words.h"

#include <ctype.h>

#include "base/buffer.h"

/* Reads one word; *text moves behind it. */
static struct error *read_word(const char **text, struct buffer *word)
{
	char quote = '\0';
	const char *at = *text;

	for (; *at && (quote || !isspace((unsigned char)*at)); at++) {
		if (quote ? *at == quote : *at == '\'' || *at == '"') {
			quote = quote ? '\0' : *at;
			continue;
		}
		if (*at == '\\' && quote != '\'' && at[1])
			at++;
		buffer_append_char(word, *at);
	}
	if (quote)
		return error_new(ERROR_USAGE, "a quote (%c) is not closed", quote);
	*text = at;
	return NULL;
}

struct error *words_split(const char *text, struct arena *arena, struct words *words)
{
	for (;;) {
		cleanup_buffer struct buffer word = {0};
		while (isspace((unsigned char)*text))
			text++;
		if (!*text)
			return NULL;
		struct error *err = read_word(&text, &word);
		if (err)
			return err;
		vec_add(words, arena_strndup(arena, buffer_text(&word), word.size));
	}
}
