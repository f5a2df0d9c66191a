/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * What the findings add up to. Each finding takes a share of what is still missing to 100, by its
 * level, the heaviest first; so many weak findings never make a strong one, but they count:
 *
 *	critical 70 %, high 40 %, medium 15 %, low 4 %, informational 0
 *
 * malicious from 70, suspicious from 30, unknown below; benign only where the run was healthy and
 * the score is under 5.
 */
#include "model/model.h"

enum { VERDICT_MALICIOUS_FROM = 70, VERDICT_SUSPICIOUS_FROM = 30, VERDICT_BENIGN_BELOW = 5 };

/* Findings in any order. is_healthy: the sample ran and its record is whole. */
void verdict_of(const struct behavior *findings, size_t count, bool is_healthy, struct arena *arena,
		struct verdict *ret);
