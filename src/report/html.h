/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Streaming HTML. Elements are opened and closed by name, and every text and attribute value passes
 * html_text(), the one place where hostile bytes become HTML: nothing concatenates markup.
 *
 *	html_open(&html, "td");
 *	html_attr(&html, "class", "name");
 *	html_put(&html, process->name);
 *	html_close(&html);
 *
 * Tag and attribute names are literals of ours. The writer remembers what is open.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/span.h"

enum { HTML_DEPTH_MAX = 64 };

struct html {
	struct buffer *out;
	bool is_tag_open; /* "<td" is written, its ">" is not */
	unsigned depth;
	const char *open[HTML_DEPTH_MAX];
};

/*
 * Appends bytes so that they are plain text in any place of an HTML document, attribute values in
 * either quotes included: & < > " ' ` and = become references. Control characters, bidi
 * controls, separators and zero-width characters are made visible (\xNN, \uNNNN; line feed and tab
 * as \n and \t), and so is each byte that is not part of well-formed UTF-8.
 */
void html_text(struct buffer *out, struct span bytes);

void html_init(struct html *html, struct buffer *out);
void html_open(struct html *html, const char *tag);
/* Only between html_open() and whatever is put inside. A NULL value leaves the attribute out. */
void html_attr(struct html *html, const char *name, const char *value);
void html_attr_u64(struct html *html, const char *name, uint64_t value);
void html_attr_format(struct html *html, const char *name, const char *format, ...)
	PRINTF_LIKE(3, 4);
/* Closes the innermost open element; void elements (meta, input, br…) get no end tag. */
void html_close(struct html *html);

void html_put(struct html *html, const char *text); /* NULL: nothing */
void html_put_span(struct html *html, struct span bytes);
void html_format(struct html *html, const char *format, ...) PRINTF_LIKE(2, 3);
/* The content of a <style> element: a stylesheet of ours, never anything of a sample. A "</" in it
 * is left out. */
void html_put_style(struct html *html, const char *stylesheet);

/* html_open() and a class (NULL: none). */
void html_begin(struct html *html, const char *tag, const char *class_name);
/* A whole element with a text. */
void html_element(struct html *html, const char *tag, const char *class_name, const char *text);
