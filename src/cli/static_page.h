/* SPDX-License-Identifier: MIT */
#pragma once
/* A static report as a page for a terminal. */
#include <stdbool.h>

#include "base/buffer.h"
#include "model/model.h"

void static_page_write(struct buffer *out, const char *path, const struct static_report *report,
		       bool has_color);
