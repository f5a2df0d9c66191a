/* SPDX-License-Identifier: MIT */
#include "trace/store.h"

#include <string.h>

const char *store_text(struct store *store, const char *text)
{
	if (!text)
		return NULL;
	size_t size = strlen(text) + 1;
	if (size > store->left) {
		store->is_cut = true;
		return NULL;
	}
	store->left -= size;
	return arena_strdup(store->arena, text);
}

size_t store_texts(struct store *store, const char *const *texts, size_t count, const char ***ret)
{
	size_t bytes = count * sizeof(*texts);

	*ret = NULL;
	if (count == 0)
		return 0;
	if (bytes > store->left) {
		store->is_cut = true;
		return 0;
	}
	store->left -= bytes;
	const char **copies = arena_alloc(store->arena, bytes);
	size_t done = 0;
	while (done < count && (copies[done] = store_text(store, texts[done])))
		done++;
	*ret = copies;
	return done;
}
