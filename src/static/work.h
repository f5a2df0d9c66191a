/* SPDX-License-Identifier: MIT */
#pragma once
/* What the analysers of one file share. */
#include "base/arena.h"
#include "base/vec.h"
#include "elf/elf.h"
#include "static/static.h"
#include "static/string_scan.h"

struct static_work {
	struct span bytes;
	const struct static_options *options;
	struct arena *arena;
	struct static_report *report;
	bool is_elf;
	struct elf elf;
	struct found_strings strings; /* once strings_analyze() has run */
	struct static_string *hidden; /* once layers_analyze() has run */
	size_t hidden_count;
};

/* Every analyser fills its part of work->report and returns NULL, or fails by our own fault. */
struct error *identity_analyze(struct static_work *work);
struct error *structure_analyze(struct static_work *work);
struct error *symbols_analyze(struct static_work *work);
struct error *import_hash_analyze(struct static_work *work);
struct error *notes_analyze(struct static_work *work);
struct error *hardening_analyze(struct static_work *work);
struct error *overlay_analyze(struct static_work *work);
struct error *strings_analyze(struct static_work *work);
struct error *string_list_analyze(struct static_work *work);
struct error *layers_analyze(struct static_work *work);
struct error *indicators_analyze(struct static_work *work);
struct error *origin_analyze(struct static_work *work);
struct error *sources_analyze(struct static_work *work);
struct error *embedded_analyze(struct static_work *work);
struct error *packers_analyze(struct static_work *work);
struct error *capabilities_analyze(struct static_work *work);
struct error *listing_analyze(struct static_work *work);
struct error *script_analyze(struct static_work *work);
struct error *yara_analyze(struct static_work *work);

/* Bytes as a text of the report, cut before a NUL and at MODEL_TEXT_MAX; NULL for none. */
const char *work_text(struct static_work *work, struct span bytes);
const char *work_hex(struct static_work *work, const void *bytes, size_t size);
/* The name of the section that holds an offset; NULL when there is none. */
const char *work_section_at(struct static_work *work, uint64_t offset);
void work_anomaly(struct static_work *work, const char *code, uint64_t offset, const char *text);
/* libmagic's words on bytes; NULL without libmagic. */
const char *file_type_of(struct file_type *type, struct span bytes);
const char *file_type_of_fd(struct file_type *type, int fd);
const char *file_type_mime(struct file_type *type, struct span bytes);
