/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Whether a page is made of what we write and of nothing else: tags and attributes of ours, values in
 * double quotes, links to places in the page or to files of the result, no control characters, and
 * well-formed UTF-8. For unit tests and fuzz targets. The stylesheet must be free of < and >.
 */
#include <ctype.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"

static inline bool page_is_one_of(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* Reads the name at *at up to a character that ends it. */
static inline void page_read_name(const char **at, char name[64])
{
	size_t size = 0;

	while ((isalnum((unsigned char)**at) || **at == '-' || **at == '!') && size < 63)
		name[size++] = *(*at)++;
	name[size] = '\0';
}

static inline const char *page_link_problem(const char *value)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_./";

	if (*value != '#' && (*value == '/' || strspn(value, plain) != strcspn(value, "\"")))
		return "a link leaves the page";
	return NULL;
}

/* Reads a tag behind its "<"; *at ends behind its ">". */
static inline const char *page_tag_problem(const char **at)
{
	static const char *const tags[] = {
		"!DOCTYPE", "html",   "head",  "meta",  "title",   "style",   "body",  "input",
		"header",   "p",      "b",     "h1",    "h2",      "h3",      "label", "nav",
		"ul",       "li",     "a",     "main",  "section", "div",     "span",  "small",
		"svg",      "rect",   "ol",    "code",  "details", "summary", "dl",    "dt",
		"dd",       "table",  "thead", "tbody", "tr",      "th",      "td",    "i",
		"strong",   "footer", NULL};
	static const char *const attributes[] = {"lang",        "charset",
						 "http-equiv",  "content",
						 "name",        "type",
						 "id",          "for",
						 "checked",     "class",
						 "href",        "title",
						 "open",        "viewBox",
						 "x",           "y",
						 "width",       "height",
						 "scope",       "colspan",
						 "role",        "style",
						 "html",        "tabindex",
						 "aria-label",  "aria-labelledby",
						 "aria-hidden", "preserveAspectRatio",
						 NULL};
	char name[64];

	if (**at == '/')
		(*at)++;
	page_read_name(at, name);
	if (!page_is_one_of(tags, name))
		return "a tag that is not ours";
	while (**at == ' ') {
		(*at)++;
		page_read_name(at, name);
		if (!page_is_one_of(attributes, name))
			return "an attribute that is not ours";
		if (**at != '=')
			continue;
		if ((*at)[1] != '"')
			return "a value without quotes";
		*at += 2;
		const char *problem = strcmp(name, "href") == 0 ? page_link_problem(*at) : NULL;
		if (strcmp(name, "style") == 0 && strncmp(*at, "--depth:", 8) != 0)
			problem = "a style that is not ours";
		if (problem)
			return problem;
		*at += strcspn(*at, "\"<>");
		if (*(*at)++ != '"')
			return "a value without an end";
	}
	return *(*at)++ == '>' ? NULL : "a tag without an end";
}

/* What is wrong with the page, or NULL. */
static inline const char *page_problem(const struct buffer *page)
{
	static const char *const never[] = {
		"\xe2\x80\xae", "\xe2\x81\xa6", "\xc2\x9b", "\xef\xbb\xbf",
		"<script",      "onerror=",     NULL};

	if (!utf8_valid(buffer_span(page)) || strlen(page->data) != page->size)
		return "not text";
	for (const char *at = page->data; *at;) {
		if (((unsigned char)*at < 0x20 && *at != '\n') || *at == 0x7f)
			return "a control character";
		if (*at == '>')
			return "a bare >";
		const char *problem = NULL;
		if (*at++ == '<')
			problem = page_tag_problem(&at);
		if (problem)
			return problem;
	}
	for (const char *const *text = never; *text; text++)
		if (strstr(page->data, *text))
			return *text;
	return NULL;
}
