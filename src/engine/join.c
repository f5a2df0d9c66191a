/* SPDX-License-Identifier: MIT */
/*
 * Joins what the stages found, each from its own side: connections of processes to flows on the wire,
 * files that the trace saw to files that were brought out, processes to memory. Where two views
 * should agree and do not, health says so.
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "engine/job.h"
#include "engine/join.h"

/* Whether a connection of the trace is this flow, seen from either end. */
static bool is_same_conversation(const struct connection *connection,
				 const struct network_flow *flow)
{
	bool is_incoming = text_equal(connection->operation, "accept");
	const char *remote = is_incoming ? flow->source : flow->target;
	uint64_t remote_port = is_incoming ? flow->source_port : flow->target_port;
	uint64_t local_port = is_incoming ? flow->target_port : flow->source_port;

	if (!text_equal(connection->protocol, flow->protocol) ||
	    !text_equal(connection->address, remote) || connection->port != remote_port)
		return false;
	return connection->local_port == 0 || connection->local_port == local_port;
}

/* The process of a flow: the connection that names its local port wins over one that does not. */
static const char *process_of_flow(const struct trace_summary *trace,
				   const struct network_flow *flow)
{
	const char *found = NULL;

	list_foreach(&trace->connections, connection) {
		if (!is_same_conversation(connection, flow))
			continue;
		if (connection->local_port)
			return connection->process;
		if (!found)
			found = connection->process;
	}
	return found;
}

/* The process of a flow by its number; NULL when it is not known. */
static const char *process_by_number(const struct network_report *network, uint64_t number)
{
	list_foreach(&network->flows, flow)
		if (flow->number == number)
			return flow->process;
	return NULL;
}

void join_flows(const struct trace_summary *trace, struct network_report *network)
{
	list_foreach(&network->flows, flow)
		if (!flow->process)
			flow->process = process_of_flow(trace, flow);
	list_foreach(&network->dns, dns)
		dns->process = process_by_number(network, dns->flow);
	list_foreach(&network->http, http)
		http->process = process_by_number(network, http->flow);
	list_foreach(&network->tls, tls)
		tls->process = process_by_number(network, tls->flow);
}

/* Every TCP connection that a process made must have left packets, unless it went to the guest
 * itself. */
static void check_connections(struct job *job)
{
	uint64_t made = 0, seen = 0;
	const struct network_report *network = job->report->network;

	list_foreach(&job->trace.connections, connection) {
		bool is_found = false;
		if (!text_equal(connection->operation, "connect") ||
		    !text_equal(connection->protocol, "tcp") || !connection->address ||
		    text_starts_with(connection->address, "127.") ||
		    text_equal(connection->address, "::1") ||
		    text_equal(connection->address, connection->local_address))
			continue;
		made++;
		list_foreach(&network->flows, flow)
			is_found |= is_same_conversation(connection, flow);
		seen += is_found;
	}
	job_check(job, "connections_on_the_wire", made == seen || network->flow_count > 4096,
		  "%" PRIu64 " TCP connections of the sample in the kernel's record, %" PRIu64
		  " of them among the captured packets",
		  made, seen);
}

/* What was brought out of a file, under any of its names; contents before mere mentions. */
static const struct collected_file *collected_for(const struct collector *collector,
						  const struct file_activity *file)
{
	const struct collected_file *found = NULL;

	vec_foreach(&collector->files, collected) {
		bool is_named = text_equal(collected->guest_path, file->path) ||
				text_equal(collected->guest_path, file->renamed_to);
		bool is_other = file->inode && collected->inode && file->inode != collected->inode;
		if (is_named && !is_other && (!found || collected->sha256))
			found = collected;
	}
	return found;
}

void join_collected(struct trace_summary *trace, const struct collector *collector,
		    struct arena *arena)
{
	list_foreach(&trace->files, file) {
		const struct collected_file *collected = collected_for(collector, file);
		if (!collected)
			continue;
		file->exists_at_end = !collected->is_gone;
		file->sha256 = collected->sha256;
		if (collected->sha256)
			file->artifact = arena_printf(arena, "files/%s", collected->sha256);
	}
}

static bool has_operation(const struct file_activity *file, const char *name)
{
	for (size_t i = 0; i < file->operations.count; i++)
		if (text_equal(file->operations.data[i], name))
			return true;
	return false;
}

/* Device nodes and the kernel's own file systems have no content to bring out; a file without a name
 * (O_TMPFILE, which ext4 calls #INODE) is gone with its last descriptor. */
static bool is_not_to_be_found(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return !slash || text_starts_with(path, "/dev/") || text_starts_with(path, "/proc/") ||
	       text_starts_with(path, "/sys/") || path[0] != '/' || slash[1] == '#';
}

/* A file that was written and not removed must have been found. */
static void check_files(struct job *job)
{
	uint64_t written = 0, found = 0;

	list_foreach(&job->trace.files, file) {
		if (!file->bytes_written || has_operation(file, "deleted") ||
		    has_operation(file, "replaced") || is_not_to_be_found(file->path))
			continue;
		written++;
		found += file->exists_at_end;
	}
	if (job->session.has_collected)
		job_check(job, "written_files_found", written == found,
			  "%" PRIu64 " files were written and not removed, %" PRIu64
			  " of them were found at the end",
			  written, found);
}

static const char *memory_name(const struct memory_process *process)
{
	return process->name ? process->name : "";
}

/* Processes of the sample that had not ended must be in memory, under their pid and name. */
static void check_memory(struct job *job)
{
	uint64_t alive = 0, found = 0;
	const struct memory_report *memory = job->report->memory;

	list_foreach(&job->trace.processes, process) {
		if (!process->is_sample || process->end)
			continue;
		alive++;
		list_foreach(&memory->processes, seen)
			if (seen->pid == process->pid &&
			    text_equal(memory_name(seen), process->name)) {
				found++;
				break;
			}
	}
	job_check(job, "processes_in_memory", alive == found,
		  "%" PRIu64
		  " processes of the sample were alive at the stop by the record, %" PRIu64
		  " of them are in memory",
		  alive, found);
}

static void explain_disagreement(struct job *job)
{
	vec_foreach(&job->cross_checks, check)
		if (!check->agrees)
			job_problem(job, HEALTH_DEGRADED, "views_disagree",
				    "one of the two views is not whole, or was tampered with",
				    "%s: %s", check->name, check->text);
}

struct error *stage_join(struct job *job)
{
	struct report *report = job->report;

	if (job->has_run) {
		check_files(job);
		if (report->network) {
			join_flows(&job->trace, report->network);
			check_connections(job);
		}
		if (report->memory)
			check_memory(job);
		explain_disagreement(job);
		outcome_judge(job);
	}
	return NULL;
}
