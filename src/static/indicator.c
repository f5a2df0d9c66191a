/* SPDX-License-Identifier: MIT */
/*
 * One pass over the text. Most bytes only go through a table of pairs; a colon, dot, at sign, slash
 * or the first two letters of a keyword start a closer look, which ends behind what it took.
 */
#include "static/indicator.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/macro.h"
#include "static/host.h"
#include "static/keyword.h"
#include "static/wallet.h"

enum { TOKEN_MAX = HOST_NAME_MAX_SIZE + 8 };

struct finder {
	struct span text;
	indicator_found *found;
	void *data;
	size_t done; /* nothing before this offset is taken twice */
	bool is_string_reported[FIND_BOT + 1];
};

static uint8_t at(const struct finder *finder, size_t offset)
{
	return offset < finder->text.size ? finder->text.data[offset] : 0;
}

static bool is_alnum(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool is_host_char(uint8_t c)
{
	return is_alnum(c) || c == '.' || c == '-' || c == '_';
}

static bool ends_path(uint8_t c)
{
	return c <= ' ' || c >= 0x7f || strchr("\"'<>|;,()&`{}*?$\\", c) != NULL;
}

static bool ends_url(uint8_t c)
{
	return c <= ' ' || c >= 0x7f || strchr("\"'<>`{}|\\^", c) != NULL;
}

/* Start and end of the run of characters of a kind around `from`. */
static struct span token(const struct finder *finder, size_t from, bool (*belongs)(uint8_t),
			 size_t *ret_start)
{
	size_t start = from;
	size_t end = from;

	while (start > finder->done && from - start < TOKEN_MAX &&
	       belongs(finder->text.data[start - 1]))
		start--;
	while (end < finder->text.size && end - start < TOKEN_MAX && belongs(at(finder, end)))
		end++;
	*ret_start = start;
	return span_clip(finder->text, start, end - start);
}

static void report(struct finder *finder, struct indicator_hit hit)
{
	hit.value = span_clip(hit.value, 0, INDICATOR_VALUE_MAX);
	finder->found(&hit, finder->data);
}

/* ":8080" at an offset; 0 for none. */
static uint16_t port_at(const struct finder *finder, size_t offset, size_t *ret_end)
{
	unsigned value = 0;
	size_t i = offset + 1;

	*ret_end = offset;
	if (at(finder, offset) != ':')
		return 0;
	while (at(finder, i) >= '0' && at(finder, i) <= '9' && value < 65536)
		value = value * 10 + at(finder, i++) - '0';
	if (i == offset + 1 || value > 65535)
		return 0;
	*ret_end = i;
	return (uint16_t)value;
}

static void take_ipv4(struct finder *finder, struct span value, size_t start)
{
	uint8_t address[4];
	size_t end;

	if (!host_is_ipv4(value, address))
		return;
	uint16_t port = port_at(finder, start + value.size, &end);
	report(finder, (struct indicator_hit){
			       .type = FIND_IPV4,
			       .value = value,
			       .offset = start,
			       .port = port,
			       .is_common = ipv4_is_common(address) && !port,
			       .note = ipv4_note(address),
		       });
	finder->done = end;
}

static void take_domain(struct finder *finder, struct span value, size_t start,
			enum host_context context)
{
	char name[HOST_NAME_MAX_SIZE + 1];
	size_t end;

	if (!host_is_domain(value, context, name))
		return;
	uint16_t port = port_at(finder, start + value.size, &end);
	bool is_onion = strlen(name) > 6 && strcmp(name + strlen(name) - 6, ".onion") == 0;
	report(finder, (struct indicator_hit){
			       .type = is_onion ? FIND_ONION : FIND_DOMAIN,
			       .value = span_text(name),
			       .offset = start,
			       .port = port,
			       .is_common = host_is_common(name),
		       });
	finder->done = max_of(finder->done, end);
}

/* Dotted words: an IPv4 address or a host name. */
static size_t look_at_dot(struct finder *finder, size_t offset)
{
	size_t start;
	struct span value = token(finder, offset, is_host_char, &start);

	while (value.size && value.data[value.size - 1] == '.')
		value.size--;
	if (value.size >= 4) {
		uint8_t first = value.data[0];
		if (first >= '0' && first <= '9')
			take_ipv4(finder, value, start);
		bool is_part_of_path = start > 0 && (at(finder, start - 1) == '/' ||
						     at(finder, start + value.size) == '/');
		if (start >= finder->done && !is_part_of_path)
			take_domain(finder, value, start, HOST_BARE);
	}
	size_t end = max_of(start + value.size, offset + 1);
	return max_of(finder->done, end);
}

static bool is_mail_char(uint8_t c)
{
	return is_alnum(c) || c == '.' || c == '-' || c == '_' || c == '+' || c == '%';
}

static size_t look_at_sign(struct finder *finder, size_t offset)
{
	size_t start;
	size_t host_start;
	char name[HOST_NAME_MAX_SIZE + 1];

	if (offset == finder->done || !is_alnum(at(finder, offset + 1)))
		return offset + 1;
	struct span local = token(finder, offset - 1, is_mail_char, &start);
	finder->done = offset + 1;
	struct span host = token(finder, offset + 1, is_host_char, &host_start);
	while (host.size && host.data[host.size - 1] == '.')
		host.size--;
	if (local.size == 0 || local.size > 64 || !host_is_domain(host, HOST_NAMED, name))
		return offset + 1;
	report(finder, (struct indicator_hit){
			       .type = FIND_EMAIL,
			       .value = span_clip(finder->text, start, local.size + 1 + host.size),
			       .offset = start,
			       .is_common = host_is_common(name),
		       });
	finder->done = offset + 1 + host.size;
	return finder->done;
}

static void take_url_host(struct finder *finder, size_t offset, size_t end, bool *ret_is_common)
{
	size_t start = offset;
	size_t stop = offset;
	char name[HOST_NAME_MAX_SIZE + 1];

	while (stop < end && !strchr("/?#", at(finder, stop)))
		stop++;
	for (size_t i = start; i < stop; i++)
		start = at(finder, i) == '@' ? i + 1 : start;
	size_t host_end = start;
	while (host_end < stop && is_host_char(at(finder, host_end)))
		host_end++;
	struct span host = span_clip(finder->text, start, host_end - start);
	uint8_t address[4];
	finder->done = start;
	if (host_is_ipv4(host, address)) {
		*ret_is_common = ipv4_is_common(address);
		take_ipv4(finder, host, start);
	} else if (host_is_domain(host, HOST_NAMED, name)) {
		*ret_is_common = host_is_common(name);
		take_domain(finder, host, start, HOST_NAMED);
	}
}

static size_t look_at_url(struct finder *finder, size_t offset)
{
	size_t start = offset;
	size_t end = offset + 3;
	bool is_common = false;

	while (start > finder->done && offset - start < 16 &&
	       (is_alnum(at(finder, start - 1)) || at(finder, start - 1) == '+'))
		start--;
	while (end < finder->text.size && !ends_url(at(finder, end)))
		end++;
	while (end > offset + 3 && strchr(".,;:)]!", at(finder, end - 1)))
		end--;
	if (offset - start < 2 || end < offset + 5)
		return offset + 3;
	size_t before = finder->done;
	bool is_local = span_starts_with(span_clip(finder->text, start, 7), "file://");
	take_url_host(finder, offset + 3, end, &is_common);
	finder->done = before;
	report(finder, (struct indicator_hit){
			       .type = FIND_URL,
			       .value = span_clip(finder->text, start, end - start),
			       .offset = start,
			       .is_common = is_common || is_local,
		       });
	finder->done = end;
	return end;
}

static bool is_ipv6_char(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') || c == ':' ||
	       c == '.';
}

/* inet_pton decides; identifiers as a::b and times as 12:34:56 are not addresses. */
static size_t look_at_colon(struct finder *finder, size_t offset)
{
	size_t start;
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (at(finder, offset + 1) == '/' && at(finder, offset + 2) == '/')
		return look_at_url(finder, offset);
	struct span value = token(finder, offset, is_ipv6_char, &start);
	size_t end = max_of(start + value.size, offset + 1);
	size_t colons = 0;
	size_t digits = 0;
	for (size_t i = 0; i < value.size; i++) {
		colons += value.data[i] == ':';
		digits += value.data[i] >= '0' && value.data[i] <= '9';
	}
	if (colons < 2 || value.size < 6 || value.size >= sizeof(text) || digits < 2 ||
	    (start && is_alnum(at(finder, start - 1))) || is_alnum(at(finder, end)))
		return offset + 1;
	memcpy(text, value.data, value.size);
	text[value.size] = '\0';
	if (inet_pton(AF_INET6, text, &address) != 1)
		return offset + 1;
	report(finder,
	       (struct indicator_hit){
		       .type = FIND_IPV6,
		       .value = value,
		       .offset = start,
		       .is_common =
			       IN6_IS_ADDR_LOOPBACK(&address) || IN6_IS_ADDR_UNSPECIFIED(&address),
		       .note = IN6_IS_ADDR_LINKLOCAL(&address) ? "link-local address" : NULL,
	       });
	finder->done = end;
	return end;
}

static const struct {
	const char *prefix;
	bool is_common;
} folders[] = {
	{"/bin/", false},        {"/boot/", false},     {"/dev/", false},  {"/etc/", false},
	{"/home/", false},       {"/lib/", true},       {"/lib64/", true}, {"/mnt/", false},
	{"/opt/", false},        {"/proc/", false},     {"/root/", false}, {"/run/", false},
	{"/sbin/", false},       {"/srv/", false},      {"/sys/", false},  {"/tmp/", false},
	{"/usr/lib", true},      {"/usr/share/", true}, {"/usr/", false},  {"/var/", false},
	{"/data/local/", false}, {"/build/", true},
};

static size_t look_at_slash(struct finder *finder, size_t offset)
{
	size_t end = offset;
	uint8_t before = offset ? at(finder, offset - 1) : ' ';

	if (offset && !strchr(" \t\"'=:<>(,;|[`", before))
		return offset + 1;
	struct span rest = span_clip(finder->text, offset, 16);
	size_t i = 0;
	while (i < ARRAY_SIZE(folders) && !span_starts_with(rest, folders[i].prefix))
		i++;
	if (i == ARRAY_SIZE(folders))
		return offset + 1;
	while (end < finder->text.size && !ends_path(at(finder, end)))
		end++;
	struct span path = span_clip(finder->text, offset, end - offset);
	if (path.size > strlen(folders[i].prefix)) {
		report(finder, (struct indicator_hit){
				       .type = FIND_PATH,
				       .value = path,
				       .offset = offset,
				       .is_common = folders[i].is_common,
			       });
		finder->done = end;
	}
	return max_of(end, offset + 1);
}

static bool is_cve(struct span word)
{
	if (word.size < 13 || word.data[8] != '-')
		return false;
	for (size_t i = 4; i < 13; i++) {
		if (i != 8 && (word.data[i] < '0' || word.data[i] > '9'))
			return false;
	}
	return true;
}

static void take_keyword(struct finder *finder, const struct keyword *keyword, size_t offset)
{
	struct span value = finder->text;
	size_t start = 0;

	if (keyword->value == KEYWORD_STRING) {
		if (finder->is_string_reported[keyword->type])
			return;
		finder->is_string_reported[keyword->type] = true;
	} else {
		start = offset;
		value = span_clip(finder->text, offset, SIZE_MAX);
	}
	if (keyword->value == KEYWORD_WORD) {
		size_t size = 0;
		while (size < value.size && (is_alnum(value.data[size]) || value.data[size] == '-'))
			size++;
		value.size = size;
	}
	if (keyword->type == FIND_CVE && !is_cve(value))
		return;
	report(finder, (struct indicator_hit){
			       .type = keyword->type,
			       .value = value,
			       .offset = start,
			       .note = keyword->note,
		       });
}

static void look_for_keywords(struct finder *finder, size_t offset)
{
	struct span rest = span_clip(finder->text, offset, 64);

	for (size_t i = 0; i < keyword_count; i++) {
		const char *text = keywords[i].text;
		if (rest.data[0] == (uint8_t)text[0] && span_starts_with(rest, text))
			take_keyword(finder, &keywords[i], offset);
	}
}

static size_t look_for_wallet(struct finder *finder, size_t offset)
{
	size_t end = offset;

	while (end - offset < WALLET_MAX + 1 && is_alnum(at(finder, end)))
		end++;
	struct span word = span_clip(finder->text, offset, end - offset);
	const char *kind =
		word.size >= WALLET_MIN && word.size <= WALLET_MAX ? wallet_kind(word) : NULL;
	if (!kind)
		return offset + 1;
	report(finder, (struct indicator_hit){
			       .type = FIND_WALLET,
			       .value = word,
			       .offset = offset,
			       .note = kind,
		       });
	finder->done = end;
	return end;
}

void keyword_index_init(struct keyword_index *index)
{
	*index = (struct keyword_index){0};
	for (size_t i = 0; i < keyword_count; i++) {
		const uint8_t *text = (const uint8_t *)keywords[i].text;
		unsigned pair = (unsigned)text[0] << 8 | text[1];
		index->pairs[pair / 8] |= (uint8_t)(1u << pair % 8);
	}
}

static size_t look(struct finder *finder, size_t offset)
{
	switch (at(finder, offset)) {
	case '.':
		return look_at_dot(finder, offset);
	case ':':
		return look_at_colon(finder, offset);
	case '@':
		return look_at_sign(finder, offset);
	case '/':
		return look_at_slash(finder, offset);
	case '1':
	case '3':
	case '4':
	case '8':
	case 'b':
		return offset == 0 || !is_alnum(at(finder, offset - 1))
			       ? look_for_wallet(finder, offset)
			       : offset + 1;
	default:
		return offset + 1;
	}
}

void indicators_find(const struct keyword_index *index, struct span text, indicator_found *found,
		     void *data)
{
	struct finder finder = {.text = text, .found = found, .data = data};
	static const char triggers[] = ".:@/1348b";
	size_t next = 0;

	for (size_t i = 0; i < text.size; i++) {
		unsigned pair =
			(unsigned)text.data[i] << 8 | (i + 1 < text.size ? text.data[i + 1] : 0);
		if (index->pairs[pair / 8] & 1u << pair % 8)
			look_for_keywords(&finder, i);
		if (i >= next && memchr(triggers, text.data[i], sizeof(triggers) - 1))
			next = look(&finder, i);
	}
}
