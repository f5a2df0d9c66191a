/* SPDX-License-Identifier: MIT */
/*
 * Plausible bodies. A download of a program or script gets one that ends at once with success, so that
 * a dropper's next steps are seen and nothing else happens.
 */
#include <string.h>
#include <strings.h>

#include "internet/services.h"

/* One load segment of the whole file; exit(0). */
static const uint8_t program_64[] =
	{
		0x7f, 'E',  'L',  'F', 2,    1, 1,    0, 0,    0,  0,    0, 0, 0, 0, 0,
		2,    0,    0x3e, 0,   1,    0, 0,    0, 0x78, 0,  0x40, 0, 0, 0, 0, 0,
		0x40, 0,    0,    0,   0,    0, 0,    0, 0,    0,  0,    0, 0, 0, 0, 0,
		0,    0,    0,    0,   0x40, 0, 0x38, 0, 1,    0,  0,    0, 0, 0, 0, 0,
		1,    0,    0,    0,   5,    0, 0,    0, 0,    0,  0,    0, 0, 0, 0, 0,
		0,    0,    0x40, 0,   0,    0, 0,    0, 0,    0,  0x40, 0, 0, 0, 0, 0,
		0x81, 0,    0,    0,   0,    0, 0,    0, 0x81, 0,  0,    0, 0, 0, 0, 0,
		0,    0x10, 0,    0,   0,    0, 0,    0, 0xb8, 60, 0,    0, 0, /* mov eax, exit */
		0x31, 0xff,                                                    /* xor edi, edi */
		0x0f, 0x05,                                                    /* syscall */
};

static const uint8_t program_32[] = {
	0x7f, 'E',  'L',  'F',  1,    1,    1,    0,    0,    0, 0, 0, 0,    0, 0, 0, 2, 0, 3, 0,
	1,    0,    0,    0,    0x54, 0x80, 0x04, 0x08, 0x34, 0, 0, 0, 0,    0, 0, 0, 0, 0, 0, 0,
	0x34, 0,    0x20, 0,    1,    0,    0,    0,    0,    0, 0, 0, 1,    0, 0, 0, 0, 0, 0, 0,
	0,    0x80, 0x04, 0x08, 0,    0x80, 0x04, 0x08, 0x5d, 0, 0, 0, 0x5d, 0, 0, 0, 5, 0, 0, 0,
	0,    0x10, 0,    0,    0xb8, 1,    0,    0,    0, /* mov eax, exit */
	0x31, 0xdb,                                        /* xor ebx, ebx */
	0xcd, 0x80,                                        /* int 0x80 */
};

static const uint8_t empty_gzip[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3,
				     3,    0,    0, 0, 0, 0, 0, 0, 0, 0};
static const uint8_t empty_zip[22] = {'P', 'K', 5, 6};
static const uint8_t gif[] = {'G', 'I', 'F', '8', '9',  'a',  1,    0,    1, 0, 0x80, 0,
			      0,   0,   0,   0,   0xff, 0xff, 0xff, 0x2c, 0, 0, 0,    0,
			      1,   0,   1,   0,   0,    2,    2,    0x44, 1, 0, 0x3b};
static const char script[] = "#!/bin/sh\nexit 0\n";
static const char page[] =
	"<!DOCTYPE html>\n<html>\n<head><meta charset=\"utf-8\"><title>Welcome</title>"
	"</head>\n<body>\n<h1>It works</h1>\n<p>The web server is running.</p>\n"
	"</body>\n</html>\n";
static const char robots[] = "User-agent: *\nDisallow:\n";

#define TEXT_BODY(text) .body = text, .size = sizeof(text) - 1
#define BYTES_BODY(data) .body = data, .size = sizeof(data)

struct content_row {
	const char *ending; /* of the path */
	const char *type;
	const void *body;
	size_t size;
};

static const struct content_row by_ending[] = {
	{"/robots.txt", "text/plain", TEXT_BODY(robots)},
	{".sh", "text/plain", TEXT_BODY(script)},
	{".txt", "text/plain", TEXT_BODY("ok\n")},
	{".json", "application/json", TEXT_BODY("{}\n")},
	{".xml", "text/xml", TEXT_BODY("<?xml version=\"1.0\"?>\n<r/>\n")},
	{".js", "application/javascript", TEXT_BODY(";\n")},
	{".css", "text/css", TEXT_BODY("\n")},
	{".py", "text/plain", TEXT_BODY("pass\n")},
	{".pl", "text/plain", TEXT_BODY("1;\n")},
	{".gif", "image/gif", BYTES_BODY(gif)},
	{".png", "image/gif", BYTES_BODY(gif)},
	{".jpg", "image/gif", BYTES_BODY(gif)},
	{".jpeg", "image/gif", BYTES_BODY(gif)},
	{".ico", "image/gif", BYTES_BODY(gif)},
	{".gz", "application/gzip", BYTES_BODY(empty_gzip)},
	{".tgz", "application/gzip", BYTES_BODY(empty_gzip)},
	{".zip", "application/zip", BYTES_BODY(empty_zip)},
	{".htm", "text/html", TEXT_BODY(page)},
	{".html", "text/html", TEXT_BODY(page)},
	{".php", "text/html", TEXT_BODY(page)},
	{".asp", "text/html", TEXT_BODY(page)},
	{".aspx", "text/html", TEXT_BODY(page)},
	{"i386", "application/octet-stream", BYTES_BODY(program_32)},
	{"i486", "application/octet-stream", BYTES_BODY(program_32)},
	{"i586", "application/octet-stream", BYTES_BODY(program_32)},
	{"i686", "application/octet-stream", BYTES_BODY(program_32)},
	{"x86", "application/octet-stream", BYTES_BODY(program_32)},
	{"x86_64", "application/octet-stream", BYTES_BODY(program_64)},
	{"/", "text/html", TEXT_BODY(page)},
	/* Any other last part with a dot, or without one, is a program for whoever wants to run it. */
	{"", "application/octet-stream", BYTES_BODY(program_64)},
};

/* Services that tell a client its own public address. */
static const char *const address_hosts[] = {
	"api.ipify.org",         "icanhazip.com",    "ifconfig.me",
	"ifconfig.co",           "ipinfo.io",        "ip.sb",
	"checkip.amazonaws.com", "ident.me",         "ipecho.net",
	"whatismyip.akamai.com", "myexternalip.com", "ip-api.com",
};

static bool ends_with(struct span text, const char *ending)
{
	size_t size = strlen(ending);

	return text.size >= size &&
	       strncasecmp((const char *)span_clip(text, text.size - size, size).data, ending,
			   size) == 0;
}

/* The path of a target in origin form or absolute form, without its query. */
static struct span target_path(struct span target)
{
	if (span_starts_with(target, "http://") || span_starts_with(target, "https://")) {
		size_t host = span_find(target, span_text("://"), 0) + 3;
		size_t slash = span_find(target, span_text("/"), host);
		if (slash == SIZE_MAX)
			return span_text("/");
		target = span_clip(target, slash, target.size);
	}
	size_t query = span_find(target, span_text("?"), 0);
	return span_clip(target, 0, min_of(query, target.size));
}

static bool is_address_host(struct span host)
{
	size_t port = span_find(host, span_text(":"), 0);
	struct span name = span_clip(host, 0, min_of(port, host.size));

	for (size_t i = 0; i < ARRAY_SIZE(address_hosts); i++)
		if (name.size == strlen(address_hosts[i]) && ends_with(name, address_hosts[i]))
			return true;
	return false;
}

void http_content_for(struct span host, struct span target, const struct session_world *world,
		      char text[IP_ADDRESS_TEXT_SIZE], struct http_content *ret)
{
	struct span path = target_path(target);

	*ret = (struct http_content){.status = 200, .reason = "OK", .type = "text/plain"};
	if (ends_with(path, "/generate_204") || ends_with(path, "/gen_204")) {
		ret->status = 204;
		ret->reason = "No Content";
		ret->body = span_empty();
		return;
	}
	if (is_address_host(host)) {
		ip_address_text(&world->public_address, text);
		ret->body = span_text(text);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(by_ending); i++) {
		const struct content_row *row = &by_ending[i];
		if (!ends_with(path, row->ending))
			continue;
		ret->type = row->type;
		ret->body = span_of(row->body, row->size);
		return;
	}
}
