/* SPDX-License-Identifier: MIT */
#pragma once
/* SHA-256 of files and texts: keys of images and templates, and what manifests record. Private to
 * vm. */
#include "base/buffer.h"
#include "base/error.h"

enum {
	FINGERPRINT_SIZE = 65,       /* hexadecimal digits and NUL */
	FINGERPRINT_KEY_DIGITS = 16, /* of them that name a folder */
};

MUST_USE struct error *fingerprint_file(const char *path, char out[FINGERPRINT_SIZE]);
void fingerprint_text(const struct buffer *text, char out[FINGERPRINT_SIZE]);
/* Appends "<sha256> <name>\n" for folder/name. */
MUST_USE struct error *fingerprint_add(struct buffer *list, const char *folder, const char *name);
