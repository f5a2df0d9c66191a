/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * What the internet box saw, one JSON object a line on a pipe:
 *
 *	{"event":"dns","time_ns":…,"transport":"udp","name":"a.b","type":"A","result":0,"answer":"…"}
 *	{"event":"tcp","time_ns":…,"local":"192.0.2.1","port":21351,"peer_port":…,"service":"http",
 *	 "received":…,"sent":…,"end":"closed|reset|idle|evicted|limit|stopped","first":"GET / …"}
 *	{"event":"udp","time_ns":…,"local":…,"port":…,"peer_port":…,"size":…,"first":…,"answer":"ntp"}
 *	{"event":"summary", counters…}
 *
 * The packets are the record; this is what only the box knows. Never blocks: what the reader does not
 * take in time, and what is over LOG_MAX_SIZE, is dropped and counted in the summary.
 */
#include "internet/session.h"

enum { LOG_MAX_SIZE = 16 * 1024 * 1024, LOG_MAX_PENDING = 256 * 1024, LOG_FIRST_BYTES = 256 };

struct log {
	int fd;
	struct buffer pending;
	uint64_t written;
	uint64_t dropped; /* lines */
};

struct log_peer {
	struct ip_address local;
	uint16_t local_port;
	uint16_t peer_port;
};

struct log_summary {
	uint64_t connections;
	uint64_t evicted; /* closed to make room for others */
	uint64_t datagrams;
	uint64_t queries;
	uint64_t unanswered; /* answers that could not be sent */
	uint64_t names;
	uint64_t shared_names;
};

/* Sets the descriptor to O_NONBLOCK. fd -1: nothing is written. */
MUST_USE struct error *log_init(struct log *log, int fd);
void log_deinit(struct log *log);
void log_dns(struct log *log, const char *transport, const struct dns_answer *answer);
void log_session(struct log *log, const struct log_peer *peer, const struct session *session,
		 uint64_t sent, const char *end);
void log_datagram(struct log *log, const struct log_peer *peer, struct span payload,
		  const char *answer);
/* Goes through whatever the limits are. */
void log_summary(struct log *log, const struct log_summary *summary);
/* Writes what the pipe takes. */
void log_flush(struct log *log);
