/* SPDX-License-Identifier: MIT */
/*
 * What a confined child costs: beside a bare fork and wait of the same process, for a fresh child and
 * for a zygote's, with rules of a real size loaded.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "confine/confine.h"

enum { ROUNDS = 300, RULES_SIZE = 24 << 20 };

static char *rules;

static struct error *load_rules(void *context UNUSED)
{
	rules = xmalloc(RULES_SIZE);
	memset(rules, 1, RULES_SIZE);
	return NULL;
}

static struct error *answer(const struct confine_child *child)
{
	return file_write_fd(child->output, "x", 1);
}

static struct error *load_and_answer(const struct confine_child *child)
{
	struct error *err = load_rules(NULL);

	return err ? err : answer(child);
}

static void fork_and_wait(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
}

static void print(const char *what, uint64_t begin, double peer_us)
{
	double us = (double)(clock_monotonic_ns() - begin) / 1000 / ROUNDS;

	printf("%-40s %8.0f us  %5.1f x\n", what, us, us / peer_us);
}

static struct error *fresh_children(const char *what, confine_main *function, double peer_us)
{
	const struct confine_task task = {.function = function};
	uint64_t begin = clock_monotonic_ns();

	for (int i = 0; i < ROUNDS; i++) {
		cleanup_buffer struct buffer output = {0};
		struct confine_outcome outcome;
		struct error *err = confine_run(NULL, &task, &output, &outcome);
		if (!err)
			err = confine_outcome_error(&outcome);
		if (err)
			return err;
	}
	print(what, begin, peer_us);
	return NULL;
}

static struct error *zygote_children(double peer_us)
{
	const struct confine_zygote_options options = {.prepare = load_rules, .function = answer};
	const struct confine_task task = {.timeout_ms = 5000};
	cleanup_zygote struct confine_zygote *zygote = NULL;

	struct error *err = confine_zygote_new(&options, &zygote);
	if (err)
		return err;
	uint64_t begin = clock_monotonic_ns();
	for (int i = 0; !err && i < ROUNDS; i++) {
		cleanup_buffer struct buffer output = {0};
		struct confine_outcome outcome;
		err = confine_zygote_run(zygote, &task, &output, &outcome);
		if (!err)
			err = confine_outcome_error(&outcome);
	}
	if (!err)
		print("a zygote's child, 24 MiB of rules loaded", begin, peer_us);
	return err;
}

int main(void)
{
	uint64_t begin = clock_monotonic_ns();

	for (int i = 0; i < ROUNDS; i++)
		fork_and_wait();
	double peer_us = (double)(clock_monotonic_ns() - begin) / 1000 / ROUNDS;
	printf("%-40s %8.0f us  %5.1f x\n", "bare fork, exit, wait", peer_us, 1.0);
	struct error *err = fresh_children("a fresh confined child", answer, peer_us);
	if (!err)
		err = fresh_children("a fresh one that fills 24 MiB of rules", load_and_answer,
				     peer_us);
	if (!err)
		err = zygote_children(peer_us);
	if (err) {
		fprintf(stderr, "%s\n", error_message(err));
		error_free(err);
		return 1;
	}
	return 0;
}
