/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * ClamAV signatures of an analysed file, named "Habo." and the sample's name, of which whatever is
 * not a letter, digit, dot, dash or underscore becomes an underscore.
 *
 *	.hdb	MD5:size:name			matches the whole file
 *	.hsb	SHA256:size:name		the same
 *	.mdb	size:MD5:name			of a section of a PE file
 *
 * The .mdb is made as HaboMalHunter's paper shows it, a line per section. ClamAV reads that format for
 * PE files only (libclamav/pe.c is its one reader): it loads, and never matches an ELF file.
 */
#include "base/buffer.h"
#include "model/model.h"

struct signature_format {
	const char *extension; /* without its dot */
	/* Appends lines; nothing when the file gives none. */
	void (*write)(struct buffer *out, const struct sample *sample,
		      const struct static_report *report);
};

extern const struct signature_format signature_formats[];
extern const size_t signature_format_count;
