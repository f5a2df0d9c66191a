/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * ClamAV signatures of an analysed file. `name` is the malware's name in ClamAV's style; whatever
 *is not a letter, digit, dot, dash or underscore becomes an underscore.
 *
 *	.hdb	MD5:size:name			matches the whole file
 *	.hsb	SHA256:size:name		the same
 *	.mdb	size:MD5:name			of a section of a PE file
 *
 * The .mdb is made as HaboMalHunter's paper shows it, a line per section. ClamAV reads that format
 *for PE files only (libclamav/pe.c is its one reader): it loads, and never matches an ELF file.
 */
#include "base/buffer.h"
#include "model/model.h"

void signature_write_hdb(struct buffer *out, const struct static_report *report, const char *name);
void signature_write_hsb(struct buffer *out, const struct static_report *report, const char *name);
void signature_write_mdb(struct buffer *out, const struct static_report *report, const char *name);
