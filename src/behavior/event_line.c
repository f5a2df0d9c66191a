/* SPDX-License-Identifier: MIT */
#include "behavior/event_line.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

static const char *or_unknown(const char *text)
{
	return text ? text : "?";
}

static void exec_line(struct buffer *out, const struct event *event)
{
	buffer_printf(out, "exec %s:", or_unknown(event->path));
	for (size_t i = 0; i < event->arguments.count && out->size < EVENT_LINE_MAX; i++)
		buffer_printf(out, " %s", event->arguments.data[i]);
}

static void endpoint(struct buffer *out, const char *address, uint64_t port)
{
	if (!address)
		return;
	bool is_ipv6 = strchr(address, ':') != NULL && address[0] != '/';
	buffer_printf(out, is_ipv6 ? " [%s]" : " %s", address);
	if (port)
		buffer_printf(out, ":%" PRIu64, port);
}

static void network_line(struct buffer *out, const struct event *event)
{
	buffer_printf(out, "%s %s", model_value_name(&values_event_kind, event->type),
		      or_unknown(event->protocol));
	if (event->type == EVENT_KIND_BIND || event->type == EVENT_KIND_LISTEN)
		endpoint(out, event->local_address, event->local_port);
	else
		endpoint(out, event->address, event->port);
	if (event->result < 0 && event->result != -115)
		buffer_printf(out, " (errno %" PRId64 ")", -event->result);
}

static void path_line(struct buffer *out, const struct event *event)
{
	const char *kind = model_value_name(&values_event_kind, event->type);

	buffer_printf(out, "%s %s", kind, or_unknown(event->path));
	if (event->target)
		buffer_printf(out, " → %s", event->target);
	if (event->type == EVENT_KIND_FILE_WRITE)
		buffer_printf(out, " (%" PRIu64 " bytes)", event->size);
	else if (event->type == EVENT_KIND_FILE_CHMOD)
		buffer_printf(out, " (mode %04" PRIo64 ")", event->mode & 07777);
}

void event_line(struct buffer *out, const struct event *event)
{
	out->limit = EVENT_LINE_MAX;
	if (event->type == EVENT_KIND_EXEC)
		exec_line(out, event);
	else if (event->type >= EVENT_KIND_SOCKET && event->type <= EVENT_KIND_SEND)
		network_line(out, event);
	else if (event->type == EVENT_KIND_DNS)
		buffer_printf(out, "dns %s → %s", or_unknown(event->name),
			      or_unknown(event->address));
	else if (event->type == EVENT_KIND_SYSCALL)
		buffer_printf(out, "syscall %s (%s %" PRIu64 ")", or_unknown(event->name),
			      or_unknown(event->abi), event->number_of);
	else if (event->type == EVENT_KIND_KILL || event->type == EVENT_KIND_PTRACE)
		buffer_printf(out, "%s %s → %s", model_value_name(&values_event_kind, event->type),
			      event->name ? event->name : "", or_unknown(event->other_process));
	else if (event->path)
		path_line(out, event);
	else
		buffer_printf(out, "%s %s", model_value_name(&values_event_kind, event->type),
			      event->name ? event->name : "");
}

void file_line(struct buffer *out, const struct file_activity *file, const char *name)
{
	out->limit = EVENT_LINE_MAX;
	buffer_printf(out, "%s:", or_unknown(name));
	for (size_t i = 0; i < file->operations.count; i++)
		buffer_printf(out, "%s %s", i ? "," : "", file->operations.data[i]);
	if (file->sha256)
		buffer_printf(out, "; SHA-256 %s", file->sha256);
}
