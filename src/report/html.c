/* SPDX-License-Identifier: MIT */
#include "report/html.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

/* What stands for a byte below 0x80 that must not stand for itself; NULL: it may. */
static const char *reference(uint8_t byte)
{
	switch (byte) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '`':
		return "&#96;";
	case '=':
		return "&#61;";
	case '\n':
		return "\\n";
	case '\t':
		return "\\t";
	default:
		return NULL;
	}
}

void html_text(struct buffer *out, struct span bytes)
{
	while (bytes.size) {
		size_t size = utf8_sequence(bytes);
		const char *known = size == 1 ? reference(bytes.data[0]) : NULL;
		if (known)
			buffer_append_text(out, known);
		else
			term_text(out, span_clip(bytes, 0, size ? size : 1));
		bytes = span_clip(bytes, size ? size : 1, bytes.size);
	}
}

void html_init(struct html *html, struct buffer *out)
{
	*html = (struct html){.out = out};
}

static void finish_tag(struct html *html)
{
	if (html->is_tag_open)
		buffer_append_char(html->out, '>');
	html->is_tag_open = false;
}

void html_open(struct html *html, const char *tag)
{
	finish_tag(html);
	if (html->depth == HTML_DEPTH_MAX)
		abort();
	html->open[html->depth++] = tag;
	buffer_append_char(html->out, '<');
	buffer_append_text(html->out, tag);
	html->is_tag_open = true;
}

void html_attr(struct html *html, const char *name, const char *value)
{
	if (!value)
		return;
	if (!html->is_tag_open)
		abort();
	buffer_append_char(html->out, ' ');
	buffer_append_text(html->out, name);
	buffer_append_text(html->out, "=\"");
	html_text(html->out, span_text(value));
	buffer_append_char(html->out, '"');
}

void html_attr_u64(struct html *html, const char *name, uint64_t value)
{
	html_attr_format(html, name, "%" PRIu64, value);
}

void html_attr_format(struct html *html, const char *name, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	cleanup_free char *text = xvasprintf(format, args);
	va_end(args);
	html_attr(html, name, text);
}

static bool is_void(const char *tag)
{
	static const char *const names[] = {"meta", "input", "br", "hr"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (text_equal(names[i], tag))
			return true;
	return false;
}

/* Elements behind whose end a line feed changes nothing that is seen. */
static bool is_block(const char *tag)
{
	static const char *const names[] = {
		"tr", "li",   "section", "details", "dd",   "p",      "h2",
		"h3", "meta", "style",   "title",   "head", "header", "nav",
		"ul", "ol",   "table",   "thead",   "main", "body",   "html"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (text_equal(names[i], tag))
			return true;
	return false;
}

void html_close(struct html *html)
{
	if (html->depth == 0)
		abort();
	finish_tag(html);
	const char *tag = html->open[--html->depth];
	if (!is_void(tag)) {
		buffer_append_text(html->out, "</");
		buffer_append_text(html->out, tag);
		buffer_append_char(html->out, '>');
	}
	if (is_block(tag))
		buffer_append_char(html->out, '\n');
}

void html_put_span(struct html *html, struct span bytes)
{
	finish_tag(html);
	html_text(html->out, bytes);
}

void html_put(struct html *html, const char *text)
{
	if (text)
		html_put_span(html, span_text(text));
}

void html_format(struct html *html, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	cleanup_free char *text = xvasprintf(format, args);
	va_end(args);
	html_put(html, text);
}

void html_put_style(struct html *html, const char *stylesheet)
{
	finish_tag(html);
	for (const char *end; (end = strstr(stylesheet, "</")); stylesheet = end + 2)
		buffer_append(html->out, stylesheet, (size_t)(end - stylesheet));
	buffer_append_text(html->out, stylesheet);
}

void html_begin(struct html *html, const char *tag, const char *class_name)
{
	html_open(html, tag);
	html_attr(html, "class", class_name);
}

void html_element(struct html *html, const char *tag, const char *class_name, const char *text)
{
	html_begin(html, tag, class_name);
	html_put(html, text);
	html_close(html);
}
