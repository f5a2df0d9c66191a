/* SPDX-License-Identifier: MIT */
#include "behavior/verdict.h"

#include "base/vec.h"

enum { REASONS_MAX = 256 };

static double share_of(enum severity level)
{
	static const double shares[] = {
		[SEVERITY_INFORMATIONAL] = 0, [SEVERITY_LOW] = 0.04,     [SEVERITY_MEDIUM] = 0.15,
		[SEVERITY_HIGH] = 0.4,        [SEVERITY_CRITICAL] = 0.7,
	};

	return shares[level];
}

void verdict_of(const struct behavior *findings, size_t count, bool is_healthy, struct arena *arena,
		struct verdict *ret)
{
	vec(struct reason) reasons = {0};
	double missing = 100;

	*ret = (struct verdict){0};
	for (int level = SEVERITY_CRITICAL; level > SEVERITY_INFORMATIONAL; level--)
		for (size_t i = 0; i < count; i++) {
			if (findings[i].level != (enum severity)level)
				continue;
			double points = missing * share_of(findings[i].level);
			missing -= points;
			if (reasons.count == REASONS_MAX)
				continue;
			struct reason *reason = vec_push(&reasons);
			reason->score = (uint64_t)(points + 0.5);
			reason->behavior = findings[i].rule;
			reason->text = findings[i].title;
		}
	ret->score = (uint64_t)(100 - missing + 0.5);
	if (ret->score >= VERDICT_MALICIOUS_FROM)
		ret->level = VERDICT_MALICIOUS;
	else if (ret->score >= VERDICT_SUSPICIOUS_FROM)
		ret->level = VERDICT_SUSPICIOUS;
	else if (ret->score < VERDICT_BENIGN_BELOW && is_healthy)
		ret->level = VERDICT_BENIGN;
	else
		ret->level = VERDICT_UNKNOWN;
	list_take(arena, &ret->reasons, reasons.data, reasons.count);
	vec_deinit(&reasons);
}
