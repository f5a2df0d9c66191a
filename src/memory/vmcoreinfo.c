/* SPDX-License-Identifier: MIT */
#include "memory/vmcoreinfo.h"

#include <stdio.h>

#include "base/text.h"

static const char first_key[] = "OSRELEASE=";

bool vmcoreinfo_parse(struct span text, struct vmcoreinfo *ret)
{
	if (!span_starts_with(text, first_key))
		return false;
	size_t size = 0;
	while (size < text.size && size < VMCOREINFO_MAX && text.data[size]) {
		if (text.data[size] != '\n' && (text.data[size] < ' ' || text.data[size] > '~'))
			return false;
		size++;
	}
	*ret = (struct vmcoreinfo){.size = size};
	memcpy(ret->text, text.data, size);
	uint64_t stext;
	return vmcoreinfo_symbol(ret, "_stext", &stext);
}

/* Offset of the first page at or behind `from` that starts with the key; the window's size if none. */
static size_t find_page(struct span window, size_t from)
{
	for (size_t at = from; at < window.size && window.size - at >= sizeof(first_key);
	     at += IMAGE_PAGE)
		if (memcmp(window.data + at, first_key, sizeof(first_key) - 1) == 0)
			return at;
	return window.size;
}

bool vmcoreinfo_scan(struct image *image, struct image_cursor *cursor, struct vmcoreinfo *ret)
{
	while (image_next(image, cursor)) {
		size_t at = find_page(cursor->window, 0);
		for (; at < cursor->window.size; at = find_page(cursor->window, at + IMAGE_PAGE)) {
			struct span page = span_clip(cursor->window, at, VMCOREINFO_MAX);
			if (!vmcoreinfo_parse(page, ret))
				continue;
			ret->paddr = cursor->paddr + at;
			return true;
		}
	}
	return false;
}

bool vmcoreinfo_get(const struct vmcoreinfo *info, const char *key, struct span *ret)
{
	size_t key_size = strlen(key);
	struct span text = span_of(info->text, info->size);

	while (text.size) {
		const uint8_t *end = memchr(text.data, '\n', text.size);
		size_t size = end ? (size_t)(end - text.data) : text.size;
		struct span line = span_clip(text, 0, size);
		if (span_starts_with(line, key) && span_u8(line, key_size) == '=') {
			*ret = span_clip(line, key_size + 1, line.size);
			return true;
		}
		text = span_clip(text, size + 1, text.size);
	}
	return false;
}

/* The value of "WORD(name)" as text in out (30 bytes); false when absent or too long. */
static bool value_of(const struct vmcoreinfo *info, const char *word, const char *name, char *out)
{
	char key[64];
	struct span value;

	int size = snprintf(key, sizeof(key), "%s(%s)", word, name);
	if (size < 0 || (size_t)size >= sizeof(key) || !vmcoreinfo_get(info, key, &value) ||
	    value.size >= 30)
		return false;
	memcpy(out, value.data, value.size);
	out[value.size] = '\0';
	return true;
}

bool vmcoreinfo_symbol(const struct vmcoreinfo *info, const char *name, uint64_t *ret)
{
	char value[32];

	if (!value_of(info, "SYMBOL", name, value + 2))
		return false;
	value[0] = '0';
	value[1] = 'x';
	return text_to_u64(value, ret);
}

bool vmcoreinfo_number(const struct vmcoreinfo *info, const char *name, int64_t *ret)
{
	char value[32];
	uint64_t number;

	if (!value_of(info, "NUMBER", name, value))
		return false;
	bool is_negative = value[0] == '-';
	if (!text_to_u64(value + is_negative, &number) || number > INT64_MAX)
		return false;
	*ret = is_negative ? -(int64_t)number : (int64_t)number;
	return true;
}
