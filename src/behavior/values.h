/* SPDX-License-Identifier: MIT */
#pragma once
/* The values of fields for one event in one view, worked out when first asked for. */
#include "behavior/actors.h"
#include "behavior/field.h"
#include "behavior/pattern.h"
#include "behavior/view.h"

/* What an analysis knows beyond its events. */
struct analysis_facts {
	const char *sample_sha256; /* lower-case hexadecimal; NULL: not known */
	struct span
		package_files; /* paths that packages of the image own: sorted lines, "" for none */
};

/* Where values come from. */
struct values_source {
	enum view view;
	const struct event *event;        /* NULL in VIEW_FILE_SUMMARY */
	const struct file_activity *file; /* only in VIEW_FILE_SUMMARY */
	const char *file_name;            /* the name of the file that is meant there */
	const struct actor *actor;        /* may be NULL */
	const struct actor *parent;       /* may be NULL */
	const struct actor *other;        /* may be NULL */
	const struct actors *actors;
	const struct analysis_facts *facts;
};

struct values;
struct values *values_new(void);
void values_free(struct values *values);
/* Begins an event's view; what the source points to must last until the next call. */
void values_begin(struct values *values, const struct values_source *source);
/* The values of a field: none when the event has none. They last until values_begin. */
size_t values_get(struct values *values, struct field_name name, const struct value **ret);
/* Whether a package of the image owns the path (/bin, /sbin and /lib are taken as /usr/…). */
bool path_is_packaged(const struct analysis_facts *facts, const char *path);
