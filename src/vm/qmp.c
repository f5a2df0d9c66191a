/* SPDX-License-Identifier: MIT */
#include "vm/qmp.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

enum {
	LINE_MAX_BYTES = 256 * 1024,
	LINES_MAX = 4096, /* events before an answer: more is no QEMU */
};

void qmp_init(struct qmp *qmp, int fd)
{
	*qmp = (struct qmp){.fd = fd, .input = {.limit = LINE_MAX_BYTES}};
}

void qmp_deinit(struct qmp *qmp)
{
	buffer_deinit(&qmp->input);
}

static void take_event(struct qmp *qmp, const struct json_value *root, const char *name)
{
	const struct json_value *data = json_get(root, "data");

	if (strcmp(name, "RESUME") == 0) {
		qmp->facts.is_resumed = true;
	} else if (strcmp(name, "GUEST_PANICKED") == 0) {
		qmp->facts.has_panicked = true;
	} else if (strcmp(name, "SHUTDOWN") == 0) {
		const char *reason = json_get_text(json_get(data, "reason"), NULL);
		qmp->facts.is_shut_down = true;
		qmp->facts.is_reset |= text_equal(reason, "guest-reset");
		qmp->facts.has_panicked |= text_equal(reason, "guest-panic");
	}
}

/* The next whole line as a document; NULL when there is none yet. Events are taken in on the way. */
static struct json_document *next_answer(struct qmp *qmp)
{
	for (int lines = 0; lines < LINES_MAX; lines++) {
		const char *end =
			qmp->input.size ? memchr(qmp->input.data, '\n', qmp->input.size) : NULL;
		if (!end)
			return NULL;
		size_t size = (size_t)(end - qmp->input.data);
		struct json_document *document = NULL;
		struct error *err = json_document_parse(span_of(qmp->input.data, size),
							LINE_MAX_BYTES, &document);
		buffer_consume(&qmp->input, size + 1);
		if (err) {
			error_free(err);
			qmp->facts.ignored_bytes += size;
			continue;
		}
		const struct json_value *root = json_root(document);
		const char *event = json_get_text(json_get(root, "event"), NULL);
		if (!event)
			return document;
		take_event(qmp, root, event);
		json_document_free(document);
	}
	return NULL;
}

/* Takes what the socket holds; waits for something at most timeout_ms. False: nothing came. */
static bool receive(struct qmp *qmp, int timeout_ms)
{
	struct pollfd ready = {.fd = qmp->fd, .events = POLLIN};
	char chunk[8192];

	if (qmp->facts.is_closed || poll(&ready, 1, timeout_ms) <= 0)
		return false;
	ssize_t got = recv(qmp->fd, chunk, sizeof(chunk), MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (got <= 0) {
		qmp->facts.is_closed = true;
		return false;
	}
	buffer_append(&qmp->input, chunk, (size_t)got);
	if (qmp->input.overflow) {
		qmp->facts.ignored_bytes += qmp->input.size + (size_t)got;
		buffer_clear(&qmp->input);
		qmp->input.overflow = false;
	}
	return true;
}

static int left_ms(uint64_t deadline_ns)
{
	uint64_t now = clock_monotonic_ns();

	return now >= deadline_ns ? 0 : (int)((deadline_ns - now) / 1000000) + 1;
}

static struct error *wait_answer(struct qmp *qmp, int timeout_ms, struct json_document **ret)
{
	uint64_t deadline = clock_monotonic_ns() + (uint64_t)timeout_ms * 1000000;

	for (;;) {
		*ret = next_answer(qmp);
		if (*ret)
			return NULL;
		if (qmp->facts.is_closed)
			return error_new(ERROR_FAILED, "QEMU ended");
		int left = left_ms(deadline);
		if (left == 0)
			return error_new(ERROR_TIMEOUT, "QEMU gives no answer in %d ms",
					 timeout_ms);
		receive(qmp, left);
	}
}

void qmp_take_events(struct qmp *qmp)
{
	do
		json_document_free(next_answer(qmp)); /* an answer that nobody waits for */
	while (receive(qmp, 0));
}

struct error *qmp_greet(struct qmp *qmp, int timeout_ms)
{
	struct json_document *greeting;

	struct error *err = wait_answer(qmp, timeout_ms, &greeting);
	if (err)
		return error_wrap(err, "QMP greeting");
	json_document_free(greeting);
	return qmp_call(qmp, "qmp_capabilities", NULL, timeout_ms, NULL);
}

struct error *qmp_call(struct qmp *qmp, const char *command, const char *arguments, int timeout_ms,
		       struct json_document **ret)
{
	struct json_document *answer = NULL;
	int64_t id = -1;
	uint32_t wanted = ++qmp->next_id;

	cleanup_free char *line =
		arguments ? xasprintf("{\"execute\":\"%s\",\"id\":%u,\"arguments\":%s}\n", command,
				      wanted, arguments)
			  : xasprintf("{\"execute\":\"%s\",\"id\":%u}\n", command, wanted);
	if (send(qmp->fd, line, strlen(line), MSG_NOSIGNAL) != (ssize_t)strlen(line))
		return error_os(errno, "QMP %s", command);
	struct error *err = wait_answer(qmp, timeout_ms, &answer);
	if (err)
		return error_wrap(err, "QMP %s", command);
	const struct json_value *root = json_root(answer);
	const char *problem = json_get_text(json_get(json_get(root, "error"), "desc"), NULL);
	if (!json_get_i64(json_get(root, "id"), &id) || id != (int64_t)wanted)
		err = error_new(ERROR_FORMAT, "QMP %s: an answer to something else", command);
	else if (problem || !json_get(root, "return"))
		err = error_new(ERROR_FAILED, "QMP %s: %s", command,
				problem ? problem : "no result");
	if (!err && ret)
		*ret = steal(&answer);
	json_document_free(answer);
	return err;
}

struct error *qmp_ignore_shared(struct qmp *qmp, int timeout_ms)
{
	return qmp_call(qmp, "migrate-set-capabilities",
			"{\"capabilities\":[{\"capability\":\"x-ignore-shared\",\"state\":true}]}",
			timeout_ms, NULL);
}

struct error *qmp_wait_migration(struct qmp *qmp, int timeout_ms)
{
	uint64_t deadline = clock_monotonic_ns() + (uint64_t)timeout_ms * 1000000;

	while (left_ms(deadline) > 0) {
		struct json_document *answer = NULL;
		struct error *err = qmp_call(qmp, "query-migrate", NULL, timeout_ms, &answer);
		if (err)
			return err;
		const struct json_value *result = json_get(json_root(answer), "return");
		const char *status = json_get_text(json_get(result, "status"), NULL);
		bool is_done = text_equal(status, "completed");
		bool is_failed = text_equal(status, "failed");
		const char *why = json_get_text(json_get(result, "error-desc"), NULL);
		if (is_failed)
			err = error_new(ERROR_FAILED, "QEMU: %s", why ? why : "migration failed");
		json_document_free(answer);
		if (is_done || err)
			return err;
		poll(NULL, 0, 1);
	}
	return error_new(ERROR_TIMEOUT, "QEMU's device state took over %d ms", timeout_ms);
}
