/* SPDX-License-Identifier: MIT */
/* Gathers indicators from a report. What was seen at run time comes before what merely stands in the
 * file. */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "report/indicator_set.h"
#include "report/report.h"

static void from_sample(struct indicator_set *set, const struct report *report)
{
	if (report->sample && report->sample->hashes)
		indicator_set_add(set, INDICATOR_SHA256, report->sample->hashes->sha256, "sample",
				  "the sample");
}

static void add_address(struct indicator_set *set, const char *address, const char *source,
			const char *context)
{
	if (address)
		indicator_set_add(set, strchr(address, ':') ? INDICATOR_IPV6 : INDICATOR_IPV4,
				  address, source, context);
}

static void add_endpoint(struct indicator_set *set, const char *host, uint64_t port,
			 const char *source, const char *context)
{
	if (!host || !port)
		return;
	bool is_v6 = strchr(host, ':') != NULL;
	cleanup_free char *text =
		xasprintf("%s%s%s:%" PRIu64, is_v6 ? "[" : "", host, is_v6 ? "]" : "", port);
	indicator_set_add(set, INDICATOR_ENDPOINT, text, source, context);
}

/* Addresses that our own internet made up say nothing about the real one. */
static bool is_simulated(const struct report *report)
{
	return report->analysis && report->analysis->machine &&
	       text_equal(report->analysis->machine->network, "simulated");
}

static void from_dns(struct indicator_set *set, const struct report *report)
{
	list_foreach(&report->network->dns, dns) {
		indicator_set_add(set, INDICATOR_DOMAIN, dns->name, "dns", NULL);
		if (is_simulated(report))
			continue;
		list_foreach(&dns->answers, answer)
			if (text_equal(answer->type, "A") || text_equal(answer->type, "AAAA"))
				add_address(set, answer->value, "dns", dns->name);
	}
}

static void from_flows(struct indicator_set *set, const struct report *report)
{
	list_foreach(&report->network->flows, flow) {
		if (!flow->is_from_guest)
			continue;
		add_endpoint(set, flow->domain ? flow->domain : flow->target, flow->target_port,
			     "flow", flow->service);
		if (!flow->domain)
			add_address(set, flow->target, "flow", flow->service);
	}
}

static void from_network(struct indicator_set *set, const struct report *report)
{
	if (!report->network)
		return;
	from_dns(set, report);
	list_foreach(&report->network->http, http)
		indicator_set_add(set, INDICATOR_URL, http->url, "http", http->user_agent);
	list_foreach(&report->network->tls, tls)
		indicator_set_add(set, INDICATOR_DOMAIN, tls->server_name, "tls", NULL);
	from_flows(set, report);
}

/* The content of a file that is noise is noise, too. */
static void add_content(struct indicator_set *set, const char *sha256, const char *path)
{
	const char *noise = path ? indicator_noise(INDICATOR_PATH, path, false) : NULL;

	indicator_set_add(set, INDICATOR_SHA256, sha256, "file", noise ? noise : path);
}

static void from_files(struct indicator_set *set, const struct report *report)
{
	list_foreach(&report->files, file) {
		if (!file->is_changed || file->is_of_sample)
			continue;
		indicator_set_add(set, INDICATOR_PATH, file->path, "file",
				  file->existed_before ? "changed by the sample" : NULL);
		indicator_set_add(set, INDICATOR_PATH, file->renamed_to, "file", NULL);
		add_content(set, file->sha256, file->path);
	}
	list_foreach(&report->artifacts, artifact)
		if (artifact->guest_path)
			add_content(set, artifact->sha256, artifact->guest_path);
}

/* Kinds of finds that have no type among indicators stay in the static part. */
static bool type_of_find(enum static_find find, enum indicator_type *ret)
{
	switch (find) {
	case FIND_IPV4:
		*ret = INDICATOR_IPV4;
		return true;
	case FIND_IPV6:
		*ret = INDICATOR_IPV6;
		return true;
	case FIND_DOMAIN:
	case FIND_ONION:
		*ret = INDICATOR_DOMAIN;
		return true;
	case FIND_URL:
		*ret = INDICATOR_URL;
		return true;
	case FIND_EMAIL:
		*ret = INDICATOR_EMAIL;
		return true;
	case FIND_PATH:
		*ret = INDICATOR_PATH;
		return true;
	case FIND_COMMAND:
		*ret = INDICATOR_COMMAND;
		return true;
	case FIND_USER_AGENT:
	case FIND_CVE:
	case FIND_WALLET:
	case FIND_KEY:
	case FIND_CREDENTIAL:
	case FIND_SQL:
	case FIND_BOT:
		break;
	}
	return false;
}

static void from_static(struct indicator_set *set, const struct report *report)
{
	if (!report->static_)
		return;
	list_foreach(&report->static_->indicators, find) {
		enum indicator_type type;
		if (!type_of_find(find->type, &type))
			continue;
		cleanup_free char *hidden =
			find->layer ? xasprintf("hidden by %s", find->layer) : NULL;
		const char *context = find->is_common ? "noise: in many programs"
				      : hidden        ? hidden
						      : find->text;
		indicator_set_add(set, type, find->value, "static", context);
		if (type == INDICATOR_IPV4 || type == INDICATOR_IPV6 || type == INDICATOR_DOMAIN)
			add_endpoint(set, find->value, find->port, "static", context);
	}
}

void report_indicators(struct arena *arena, struct report *report)
{
	struct indicator_set set;

	indicator_set_init(&set, arena);
	from_sample(&set, report);
	from_network(&set, report);
	from_files(&set, report);
	from_static(&set, report);
	list_take(arena, &report->indicators, set.data, set.count);
	indicator_set_deinit(&set);
}
