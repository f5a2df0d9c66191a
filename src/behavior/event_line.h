/* SPDX-License-Identifier: MIT */
#pragma once
/* An event as a line of evidence, at most EVENT_LINE_MAX bytes. The bytes are as hostile as the
 * event's: whoever prints the line escapes it. */
#include "base/buffer.h"
#include "model/model.h"

enum { EVENT_LINE_MAX = 1024 };

void event_line(struct buffer *out, const struct event *event);
void file_line(struct buffer *out, const struct file_activity *file, const char *name);
