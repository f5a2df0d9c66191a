/* SPDX-License-Identifier: MIT */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "behavior/pattern.h"

#include <arpa/inet.h>
#include <pcre2.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/text.h"

enum {
	GLOB_ANY = 0,
	GLOB_ONE = 1,
	REGEX_MATCH_LIMIT = 200000, /* steps: some milliseconds */
	REGEX_HEAP_KIB = 4096,
};

struct pattern_limits {
	pcre2_match_context *context;
	pcre2_match_data *data;
	uint64_t hit;
};

struct pattern_limits *pattern_limits_new(void)
{
	struct pattern_limits *limits = xcalloc(1, sizeof(*limits));

	limits->context = pcre2_match_context_create(NULL);
	limits->data = pcre2_match_data_create(1, NULL);
	if (!limits->context || !limits->data)
		abort();
	pcre2_set_match_limit(limits->context, REGEX_MATCH_LIMIT);
	pcre2_set_heap_limit(limits->context, REGEX_HEAP_KIB);
	return limits;
}

void pattern_limits_free(struct pattern_limits *limits)
{
	if (!limits)
		return;
	pcre2_match_context_free(limits->context);
	pcre2_match_data_free(limits->data);
	free(limits);
}

uint64_t pattern_limits_hit(const struct pattern_limits *limits)
{
	return limits->hit;
}

static const struct {
	const char *name;
	enum pattern_op op;
} op_names[] = {
	{"contains", PATTERN_CONTAINS}, {"startswith", PATTERN_STARTS},
	{"endswith", PATTERN_ENDS},     {"re", PATTERN_REGEX},
	{"cidr", PATTERN_CIDR},         {"lt", PATTERN_LESS},
	{"lte", PATTERN_LESS_EQUAL},    {"gt", PATTERN_GREATER},
	{"gte", PATTERN_GREATER_EQUAL}, {"exists", PATTERN_EXISTS},
};

static bool set_flag(struct modifiers *modifiers, const char *name)
{
	const struct {
		const char *name;
		bool *flag;
	} flags[] = {
		{"all", &modifiers->all},         {"cased", &modifiers->cased},
		{"base64", &modifiers->base64},   {"base64offset", &modifiers->base64_offset},
		{"wide", &modifiers->wide},       {"utf16le", &modifiers->wide},
		{"windash", &modifiers->windash}, {"fieldref", &modifiers->field_reference},
	};

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (text_equal(flags[i].name, name)) {
			*flags[i].flag = true;
			return true;
		}
	return false;
}

static struct error *take_modifier(struct modifiers *modifiers, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(op_names); i++) {
		if (!text_equal(op_names[i].name, name))
			continue;
		if (modifiers->op != PATTERN_EQUAL)
			return error_new(ERROR_FORMAT, "modifier '%s' does not go with another one",
					 name);
		modifiers->op = op_names[i].op;
		return NULL;
	}
	if (modifiers->op == PATTERN_REGEX && strlen(name) == 1 && strchr("ims", name[0])) {
		modifiers->regex_options |= name[0] == 'i'   ? PCRE2_CASELESS
					    : name[0] == 'm' ? PCRE2_MULTILINE
							     : PCRE2_DOTALL;
		return NULL;
	}
	if (set_flag(modifiers, name))
		return NULL;
	if (text_equal(name, "expand"))
		return error_new(ERROR_UNSUPPORTED,
				 "modifier 'expand' needs values of a site that are not there");
	return error_new(ERROR_UNSUPPORTED, "there is no modifier '%s'", name);
}

struct error *modifiers_parse(const char *text, struct modifiers *ret)
{
	struct modifiers modifiers = {.op = PATTERN_EQUAL};

	while (*text) {
		char name[32];
		size_t size = strcspn(text, "|");
		snprintf(name, sizeof(name), "%.*s", (int)min_of(size, sizeof(name) - 1), text);
		struct error *err = take_modifier(&modifiers, name);
		if (err)
			return err;
		text += size + (text[size] == '|');
	}
	*ret = modifiers;
	return NULL;
}

static void lower(uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i] >= 'A' && bytes[i] <= 'Z')
			bytes[i] = (uint8_t)(bytes[i] + 32);
}

/* Turns Sigma's escapes into a glob: \* \? and \\ are plain, * and ? are wildcards. */
static void append_glob(struct buffer *out, const char *text)
{
	for (const char *c = text; *c; c++) {
		if (*c == '\\' && (c[1] == '*' || c[1] == '?' || c[1] == '\\'))
			buffer_append_char(out, *++c);
		else if (*c == '*')
			buffer_append_char(out, GLOB_ANY);
		else if (*c == '?')
			buffer_append_char(out, GLOB_ONE);
		else
			buffer_append_char(out, *c);
	}
}

/* The cheapest operation for a glob: stars at its ends become starts, ends or contains. */
static void classify(struct pattern *pattern, struct span glob)
{
	bool star_before = false, star_behind = false;

	while (glob.size && glob.data[0] == GLOB_ANY) {
		star_before = true;
		glob = span_clip(glob, 1, SIZE_MAX);
	}
	while (glob.size && glob.data[glob.size - 1] == GLOB_ANY) {
		star_behind = true;
		glob = span_clip(glob, 0, glob.size - 1);
	}
	pattern->literal = glob;
	pattern->op = star_before ? star_behind ? PATTERN_CONTAINS : PATTERN_ENDS
				  : (star_behind ? PATTERN_STARTS : PATTERN_EQUAL);
	bool has_wildcard = false;
	for (size_t i = 0; i < glob.size; i++)
		has_wildcard |= glob.data[i] <= GLOB_ONE;
	if (!has_wildcard)
		return;
	/* The stars at the ends are told by reference_op, which globs have no other use for. */
	pattern->reference_op = pattern->op;
	pattern->op = PATTERN_GLOB;
}

static void take_literal(struct pattern *pattern, struct buffer *bytes, enum pattern_op op,
			 struct arena *arena)
{
	struct buffer glob = {0};

	if (op == PATTERN_CONTAINS || op == PATTERN_ENDS)
		buffer_append_char(&glob, GLOB_ANY);
	buffer_append(&glob, bytes->data, bytes->size);
	if (op == PATTERN_CONTAINS || op == PATTERN_STARTS)
		buffer_append_char(&glob, GLOB_ANY);
	if (!pattern->cased && glob.size)
		lower((uint8_t *)glob.data, glob.size);
	classify(pattern, arena_copy(arena, buffer_span(&glob)));
	buffer_deinit(&glob);
}

static void widen(struct buffer *bytes)
{
	struct buffer wide = {0};

	for (size_t i = 0; i < bytes->size; i++) {
		buffer_append_char(&wide, bytes->data[i]);
		buffer_append_char(&wide, '\0');
	}
	buffer_deinit(bytes);
	*bytes = wide;
}

/* Base64 of the bytes as they look inside a longer text that they begin `offset` bytes into: the
 * characters that depend on neighbours are left out. */
static void encode_base64(const struct buffer *bytes, size_t offset, struct buffer *out)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t first_bit = offset * 8;
	size_t end_bit = first_bit + bytes->size * 8;

	for (size_t bit = (first_bit + 5) / 6 * 6; bit + 6 <= end_bit; bit += 6) {
		unsigned value = 0;
		for (size_t i = 0; i < 6; i++) {
			size_t at = bit + i - first_bit;
			value = value << 1 |
				((unsigned char)bytes->data[at / 8] >> (7 - at % 8) & 1);
		}
		buffer_append_char(out, alphabet[value]);
	}
}

static struct error *compile_regex(const char *text, const struct modifiers *modifiers,
				   struct pattern *pattern)
{
	PCRE2_SIZE offset;
	int code;

	pattern->op = PATTERN_REGEX;
	pattern->regex = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
				       modifiers->regex_options, &code, &offset, NULL);
	if (pattern->regex)
		return NULL;
	PCRE2_UCHAR message[120];
	pcre2_get_error_message(code, message, sizeof(message));
	return error_new(ERROR_FORMAT, "regular expression '%s': %s at %zu", text,
			 (const char *)message, (size_t)offset);
}

static struct error *compile_cidr(const char *text, struct pattern *pattern)
{
	char address[64];
	uint64_t prefix;
	size_t size = strcspn(text, "/");

	snprintf(address, sizeof(address), "%.*s", (int)min_of(size, sizeof(address) - 1), text);
	pattern->op = PATTERN_CIDR;
	if (inet_pton(AF_INET, address, pattern->address) == 1)
		pattern->address_size = 4;
	else if (inet_pton(AF_INET6, address, pattern->address) == 1)
		pattern->address_size = 16;
	else
		return error_new(ERROR_FORMAT, "'%s' is no network", text);
	prefix = 8ULL * pattern->address_size;
	if (text[size] == '/' &&
	    (!text_to_u64(text + size + 1, &prefix) || prefix > 8ULL * pattern->address_size))
		return error_new(ERROR_FORMAT, "'%s' is no network", text);
	pattern->prefix = (unsigned)prefix;
	return NULL;
}

static struct error *compile_number(const char *text, enum pattern_op op, struct pattern *pattern)
{
	char *end;

	pattern->op = op;
	pattern->number = strtod(text, &end);
	if (end == text || *end)
		return error_new(ERROR_FORMAT, "'%s' is no number", text);
	return NULL;
}

static size_t compile_base64_offsets(struct buffer *bytes, struct arena *arena, struct pattern *ret)
{
	for (size_t offset = 0; offset < 3; offset++) {
		struct buffer text = {0};
		encode_base64(bytes, offset, &text);
		ret[offset] = (struct pattern){.cased = true};
		take_literal(&ret[offset], &text, PATTERN_CONTAINS, arena);
		buffer_deinit(&text);
	}
	return 3;
}

/* "-x" also with the other dashes and the slash, where the dash begins a word. */
static size_t compile_windash(const char *text, const struct modifiers *modifiers,
			      struct arena *arena, struct pattern *ret)
{
	static const char *const dashes[] = {"-", "/", "\xe2\x80\x93", "\xe2\x80\x94",
					     "\xe2\x80\x95"};

	for (size_t i = 0; i < ARRAY_SIZE(dashes); i++) {
		struct buffer changed = {0}, glob = {0};
		for (const char *c = text; *c; c++) {
			bool begins = c == text || c[-1] == ' ';
			if (begins && (*c == '-' || *c == '/'))
				buffer_append_text(&changed, dashes[i]);
			else
				buffer_append_char(&changed, *c);
		}
		append_glob(&glob, buffer_text(&changed));
		ret[i] = (struct pattern){.cased = modifiers->cased};
		take_literal(&ret[i], &glob, modifiers->op, arena);
		buffer_deinit(&changed);
		buffer_deinit(&glob);
	}
	return ARRAY_SIZE(dashes);
}

static struct error *compile_text(const char *text, const struct modifiers *modifiers,
				  struct arena *arena, struct pattern *ret, size_t *ret_count)
{
	cleanup_buffer struct buffer bytes = {0};

	*ret_count = 1;
	if (modifiers->windash) {
		*ret_count = compile_windash(text, modifiers, arena, ret);
		return NULL;
	}
	if (!modifiers->base64 && !modifiers->base64_offset && !modifiers->wide) {
		append_glob(&bytes, text);
		take_literal(ret, &bytes, modifiers->op, arena);
		return NULL;
	}
	buffer_append_text(&bytes, text);
	if (modifiers->wide)
		widen(&bytes);
	if (modifiers->base64_offset) {
		*ret_count = compile_base64_offsets(&bytes, arena, ret);
		return NULL;
	}
	if (modifiers->base64) {
		struct buffer encoded = {0};
		encode_base64(&bytes, 0, &encoded);
		buffer_deinit(&bytes);
		bytes = encoded;
		ret->cased = true;
	}
	take_literal(ret, &bytes, modifiers->op, arena);
	return NULL;
}

struct error *pattern_compile(const struct yaml_node *value, const struct modifiers *modifiers,
			      struct arena *arena, struct pattern *ret, size_t *ret_count)
{
	*ret = (struct pattern){.op = modifiers->op, .cased = modifiers->cased};
	*ret_count = 1;
	if (value->kind != YAML_SCALAR)
		return error_new(ERROR_FORMAT, "line %zu: a value is a list or a map", value->line);
	if (yaml_is_null(value) && modifiers->op == PATTERN_EQUAL) {
		ret->op = PATTERN_NULL;
		return NULL;
	}
	if (modifiers->field_reference) {
		ret->op = PATTERN_FIELD;
		ret->reference_op = modifiers->op;
		ret->reference = field_find(value->text);
		return NULL;
	}
	switch (modifiers->op) {
	case PATTERN_REGEX:
		return compile_regex(value->text, modifiers, ret);
	case PATTERN_CIDR:
		return compile_cidr(value->text, ret);
	case PATTERN_LESS:
	case PATTERN_LESS_EQUAL:
	case PATTERN_GREATER:
	case PATTERN_GREATER_EQUAL:
		return compile_number(value->text, modifiers->op, ret);
	case PATTERN_EXISTS:
		ret->number = text_equal(value->text, "true") || text_equal(value->text, "yes");
		return NULL;
	case PATTERN_EQUAL:
	case PATTERN_STARTS:
	case PATTERN_ENDS:
	case PATTERN_CONTAINS:
	case PATTERN_GLOB:
	case PATTERN_NULL:
	case PATTERN_FIELD:
		break;
	}
	return compile_text(value->text, modifiers, arena, ret, ret_count);
}

void pattern_deinit(struct pattern *pattern)
{
	pcre2_code_free(pattern->regex);
	pattern->regex = NULL;
}

bool pattern_compare(enum pattern_op op, struct span value, struct span literal)
{
	if (literal.size > value.size)
		return false;
	if (op == PATTERN_EQUAL)
		return span_equal(value, literal);
	if (op == PATTERN_STARTS)
		return memcmp(value.data, literal.data, literal.size) == 0;
	if (op == PATTERN_ENDS)
		return memcmp(value.data + (value.size - literal.size), literal.data,
			      literal.size) == 0;
	return literal.size == 0 ||
	       memmem(value.data, value.size, literal.data, literal.size) != NULL;
}

/* Whether glob matches at some place: stars at its ends are in `ends`. Backtracks to the last star
 * only, so the work is at most size × size. */
static bool glob_match(struct span glob, enum pattern_op ends, struct span value)
{
	bool star_before = ends == PATTERN_ENDS || ends == PATTERN_CONTAINS;
	bool star_behind = ends == PATTERN_STARTS || ends == PATTERN_CONTAINS;
	size_t at = 0, v = 0;
	size_t star = star_before ? 0 : SIZE_MAX, star_v = 0;

	for (;;) {
		if (at == glob.size && (star_behind || v == value.size))
			return true;
		if (at < glob.size && glob.data[at] == GLOB_ANY) {
			star = ++at;
			star_v = v;
			continue;
		}
		if (at < glob.size && v < value.size &&
		    (glob.data[at] == GLOB_ONE || glob.data[at] == value.data[v])) {
			at++;
			v++;
			continue;
		}
		if (star == SIZE_MAX || star_v >= value.size)
			return false;
		at = star;
		v = ++star_v;
	}
}

static bool regex_match(const struct pattern *pattern, struct span text,
			struct pattern_limits *limits)
{
	int result = pcre2_match(pattern->regex, text.data, text.size, 0, 0, limits->data,
				 limits->context);

	if (result == PCRE2_ERROR_MATCHLIMIT || result == PCRE2_ERROR_HEAPLIMIT ||
	    result == PCRE2_ERROR_DEPTHLIMIT)
		limits->hit++;
	return result >= 0;
}

static bool cidr_match(const struct pattern *pattern, struct span text)
{
	char address[64];
	uint8_t bytes[16];

	snprintf(address, sizeof(address), "%.*s", (int)min_of(text.size, sizeof(address) - 1),
		 (const char *)text.data);
	if (inet_pton(pattern->address_size == 4 ? AF_INET : AF_INET6, address, bytes) != 1)
		return false;
	for (unsigned bit = 0; bit < pattern->prefix; bit++)
		if ((bytes[bit / 8] ^ pattern->address[bit / 8]) >> (7 - bit % 8) & 1)
			return false;
	return true;
}

static bool number_match(const struct pattern *pattern, struct span text)
{
	char number[64];
	char *end;

	if (text.size == 0 || text.size >= sizeof(number))
		return false;
	memcpy(number, text.data, text.size);
	number[text.size] = '\0';
	double value = strtod(number, &end);
	if (*end)
		return false;
	if (pattern->op == PATTERN_LESS)
		return value < pattern->number;
	if (pattern->op == PATTERN_LESS_EQUAL)
		return value <= pattern->number;
	return pattern->op == PATTERN_GREATER ? value > pattern->number : value >= pattern->number;
}

bool pattern_match(const struct pattern *pattern, const struct value *value,
		   struct pattern_limits *limits)
{
	struct span text = pattern->cased ? value->text : value->lower;

	switch (pattern->op) {
	case PATTERN_EQUAL:
	case PATTERN_STARTS:
	case PATTERN_ENDS:
	case PATTERN_CONTAINS:
		return pattern_compare(pattern->op, text, pattern->literal);
	case PATTERN_GLOB:
		return glob_match(pattern->literal, pattern->reference_op, text);
	case PATTERN_REGEX:
		return regex_match(pattern, value->text, limits);
	case PATTERN_CIDR:
		return cidr_match(pattern, value->text);
	case PATTERN_LESS:
	case PATTERN_LESS_EQUAL:
	case PATTERN_GREATER:
	case PATTERN_GREATER_EQUAL:
		return number_match(pattern, value->text);
	case PATTERN_EXISTS:
	case PATTERN_NULL:
	case PATTERN_FIELD:
		break;
	}
	return false;
}

unsigned pattern_cost(const struct pattern *pattern)
{
	static const unsigned costs[] = {
		[PATTERN_EQUAL] = 1,    [PATTERN_STARTS] = 1,         [PATTERN_ENDS] = 1,
		[PATTERN_CONTAINS] = 8, [PATTERN_GLOB] = 20,          [PATTERN_REGEX] = 100,
		[PATTERN_CIDR] = 30,    [PATTERN_LESS] = 10,          [PATTERN_LESS_EQUAL] = 10,
		[PATTERN_GREATER] = 10, [PATTERN_GREATER_EQUAL] = 10, [PATTERN_EXISTS] = 1,
		[PATTERN_NULL] = 1,     [PATTERN_FIELD] = 10,
	};

	return costs[pattern->op];
}
