/* SPDX-License-Identifier: MIT */
#include "static/hidden.h"

#include <stdbool.h>
#include <string.h>

#include "base/macro.h"

enum { PAIRS = 1 << 16, REGION_MAX = 64 * 1024, SIDE_MAX = 8 * 1024, CASE_KEY = 0x20 };

/* At least eight bytes each, so that chance finds none: 2^-56 a place and word. */
static const char *const words[] = {
	"/dev/watchdog",     "/bin/busybox",   "/proc/net/tcp", "listening tun0",
	"applet not found",  "/proc/self/exe", "/etc/init.d/",  "/etc/rc.d/",
	"/etc/crontab",      "/usr/bin/",      "/bin/bash",     "Mozilla/5.0",
	"User-Agent:",       "Content-Type",   "http://www",    "https://",
	"ncorrect password", "GETLOCALIP",     "/var/run/",     "/etc/resolv.conf",
	"HTTP/1.1",          "Connection: ",   "password",
};

struct pattern {
	uint8_t differences[24];
	size_t size;
};

struct finder {
	struct span bytes;
	struct pattern patterns[ARRAY_SIZE(words)];
	uint8_t pairs[PAIRS / 8]; /* the first two differences of a pattern */
};

static void prepare(struct finder *finder)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct pattern *pattern = &finder->patterns[i];
		pattern->size = strlen(words[i]) - 1;
		for (size_t j = 0; j < pattern->size; j++)
			pattern->differences[j] = (uint8_t)(words[i][j] ^ words[i][j + 1]);
		unsigned pair = (unsigned)pattern->differences[0] << 8 | pattern->differences[1];
		finder->pairs[pair / 8] |= (uint8_t)(1u << pair % 8);
	}
}

static bool is_at(struct span bytes, size_t at, const struct pattern *pattern)
{
	if (bytes.size - at <= pattern->size)
		return false;
	for (size_t i = 0; i < pattern->size; i++) {
		if ((bytes.data[at + i] ^ bytes.data[at + i + 1]) != pattern->differences[i])
			return false;
	}
	return true;
}

/* The key under which a word stands at the offset; 0 for none, and for a plain one. 0x20 only turns
 * capitals and small letters into each other. */
static uint8_t key_at(const struct finder *finder, size_t at)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		uint8_t key = (uint8_t)(finder->bytes.data[at] ^ words[i][0]);
		if (is_at(finder->bytes, at, &finder->patterns[i]))
			return key == CASE_KEY ? 0 : key;
	}
	return 0;
}

static bool is_text(uint8_t c)
{
	return (c >= 0x20 && c < 0x7f) || c == 0 || c == '\t' || c == '\n' || c == '\r';
}

static struct hidden_region widen(struct span bytes, size_t at, uint8_t key, size_t done)
{
	size_t start = at;
	size_t end = at;

	while (start > done && at - start < SIDE_MAX && is_text(bytes.data[start - 1] ^ key))
		start--;
	while (end < bytes.size && end - start < REGION_MAX && is_text(bytes.data[end] ^ key))
		end++;
	return (struct hidden_region){.offset = start, .size = end - start, .key = key};
}

void hidden_find(struct span bytes, hidden_found *found, void *data)
{
	struct finder finder = {.bytes = bytes};
	unsigned pair = 0;

	prepare(&finder);
	for (size_t i = 1; i < bytes.size; i++) {
		/* The differences that end at i - 1 and at i: of a word that starts at i - 2. */
		pair = (pair << 8 & 0xff00) | (bytes.data[i - 1] ^ bytes.data[i]);
		if (i < 2 || !(finder.pairs[pair / 8] & 1u << pair % 8))
			continue;
		uint8_t key = key_at(&finder, i - 2);
		if (key == 0)
			continue;
		struct hidden_region region = widen(bytes, i - 2, key, 0);
		found(&region, data);
		i = max_of(i, region.offset + region.size);
		pair = 0;
	}
}
