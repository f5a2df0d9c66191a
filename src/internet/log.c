/* SPDX-License-Identifier: MIT */
#include "internet/log.h"

#include <errno.h>
#include <fcntl.h>

#include "base/clock.h"
#include "base/json_writer.h"

struct error *log_init(struct log *log, int fd)
{
	*log = (struct log){.fd = fd};
	if (fd < 0)
		return NULL;
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK))
		return error_os(errno, "set up the log's descriptor");
	return NULL;
}

void log_deinit(struct log *log)
{
	buffer_deinit(&log->pending);
}

void log_flush(struct log *log)
{
	while (log->pending.size) {
		ssize_t done = write(log->fd, log->pending.data, log->pending.size);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		log->written += (uint64_t)done;
		buffer_consume(&log->pending, (size_t)done);
	}
}

static void begin(struct json_writer *writer, struct buffer *line, const char *event)
{
	json_writer_init_buffer(writer, line, false);
	json_object_begin(writer);
	json_member_text(writer, "event", event);
	json_member_u64(writer, "time_ns", clock_realtime_ns());
}

static void end(struct log *log, struct json_writer *writer, struct buffer *line, bool is_needed)
{
	json_object_end(writer);
	error_free(json_writer_finish(writer)); /* writing to memory does not fail */
	buffer_append_char(line, '\n');
	if (log->fd < 0)
		return;
	if (!is_needed && (log->written + log->pending.size + line->size > LOG_MAX_SIZE ||
			   log->pending.size + line->size > LOG_MAX_PENDING)) {
		log->dropped++;
		return;
	}
	buffer_append(&log->pending, line->data, line->size);
	log_flush(log);
}

static void put_peer(struct json_writer *writer, const struct log_peer *peer)
{
	char text[IP_ADDRESS_TEXT_SIZE];

	ip_address_text(&peer->local, text);
	json_member_text(writer, "local", text);
	json_member_u64(writer, "port", peer->local_port);
	json_member_u64(writer, "peer_port", peer->peer_port);
}

static void put_first(struct json_writer *writer, struct span bytes)
{
	json_key(writer, "first");
	json_put_string(writer, span_clip(bytes, 0, LOG_FIRST_BYTES));
}

void log_dns(struct log *log, const char *transport, const struct dns_answer *answer)
{
	cleanup_buffer struct buffer line = {0};
	struct json_writer writer;
	char type[16];

	begin(&writer, &line, "dns");
	json_member_text(&writer, "transport", transport);
	json_member_text(&writer, "name", answer->question.name);
	json_member_text(&writer, "type", dns_type_text(answer->question.type, type));
	json_member_u64(&writer, "result", answer->result);
	json_member_text(&writer, "answer", answer->value);
	end(log, &writer, &line, false);
}

void log_session(struct log *log, const struct log_peer *peer, const struct session *session,
		 uint64_t sent, const char *how)
{
	cleanup_buffer struct buffer line = {0};
	struct json_writer writer;

	begin(&writer, &line, "tcp");
	put_peer(&writer, peer);
	json_member_text(&writer, "service", session_service_name(session));
	json_member_u64(&writer, "received", session->received);
	json_member_u64(&writer, "sent", sent);
	json_member_text(&writer, "end", how);
	put_first(&writer, buffer_span(&session->first));
	end(log, &writer, &line, false);
}

void log_datagram(struct log *log, const struct log_peer *peer, struct span payload,
		  const char *answer)
{
	cleanup_buffer struct buffer line = {0};
	struct json_writer writer;

	begin(&writer, &line, "udp");
	put_peer(&writer, peer);
	json_member_u64(&writer, "size", payload.size);
	json_member_text(&writer, "answer", answer);
	put_first(&writer, payload);
	end(log, &writer, &line, false);
}

void log_summary(struct log *log, const struct log_summary *summary)
{
	cleanup_buffer struct buffer line = {0};
	struct json_writer writer;

	begin(&writer, &line, "summary");
	json_member_u64(&writer, "connections", summary->connections);
	json_member_u64(&writer, "evicted", summary->evicted);
	json_member_u64(&writer, "datagrams", summary->datagrams);
	json_member_u64(&writer, "queries", summary->queries);
	json_member_u64(&writer, "unanswered", summary->unanswered);
	json_member_u64(&writer, "names", summary->names);
	json_member_u64(&writer, "shared_names", summary->shared_names);
	json_member_u64(&writer, "dropped_lines", log->dropped);
	end(log, &writer, &line, true);
}
