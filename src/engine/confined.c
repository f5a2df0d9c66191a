/* SPDX-License-Identifier: MIT */
#include "engine/confined.h"

#include "base/file.h"

enum { ANSWER_LIMIT = 64 * 1024 * 1024 };

struct error *confined_answer(const struct confine_child *child, const struct record *record,
			      const void *value)
{
	cleanup_buffer struct buffer bytes = {0};

	model_encode(&bytes, record, value);
	return file_write_fd(child->output, buffer_text(&bytes), bytes.size);
}

static struct confine_task task_of(const struct confined_call *call)
{
	return (struct confine_task){
		.function = call->function,
		.context = call->context,
		.fds = call->fds,
		.fd_count = call->fd_count,
		.timeout_ms = call->timeout_ms,
	};
}

static struct error *decode_answer(const struct confined_call *call, struct span answer,
				   const struct confine_outcome *outcome, struct arena *arena,
				   void *ret)
{
	struct error *err = confine_outcome_error(outcome);

	if (!err)
		err = model_decode(answer, call->record, arena, ret);
	return error_wrap(err, "%s", call->name);
}

struct error *confined_run(const struct confined_call *call, struct arena *arena, void *ret)
{
	cleanup_buffer struct buffer answer = {.limit = ANSWER_LIMIT};
	struct confine_task task = task_of(call);
	struct confine_outcome outcome;

	struct error *err = confine_run(&call->policy, &task, &answer, &outcome);
	if (err)
		return error_wrap(err, "%s", call->name);
	return decode_answer(call, buffer_span(&answer), &outcome, arena, ret);
}

struct error *confined_start(const struct confined_call *call, struct confine_process *ret)
{
	struct confine_task task = task_of(call);

	return error_wrap(confine_start(&call->policy, &task, ret), "%s", call->name);
}

struct error *confined_finish(const struct confined_call *call, struct confine_process *process,
			      struct arena *arena, void *ret)
{
	cleanup_free char *answer = NULL;
	size_t size = 0;
	struct confine_outcome outcome;

	struct error *err = file_read_fd(process->output, call->name, ANSWER_LIMIT, &answer, &size);
	struct error *end = confine_finish(process, call->timeout_ms, &outcome);
	if (!err)
		err = steal(&end);
	error_free(end);
	if (err)
		return error_wrap(err, "%s", call->name);
	return decode_answer(call, span_of(answer, size), &outcome, arena, ret);
}
