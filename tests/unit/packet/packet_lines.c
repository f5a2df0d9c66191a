/* SPDX-License-Identifier: MIT */
/*
 * packet_lines [--report] CAPTURE: prints a line for each packet as `tshark -r` does without number and time, or
 * the network report as JSON. For the comparison with tshark, and to look at captures.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "packet/analyze.h"
#include "packet/flow.h"

static bool print_line(void *context, const struct packet *packet)
{
	struct flow_table *table = context;
	cleanup_buffer struct buffer line = {0};
	cleanup_buffer struct buffer safe = {0};

	if (packet->source.family)
		flow_table_add(table, packet);
	flow_table_detail(table, packet, &line);
	term_text(&safe, buffer_span(&line));
	puts(buffer_text(&safe));
	return true;
}

static struct error *print_lines(int fd)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct gather gather;
	struct flow_table table;
	bool is_cut;

	gather_init(&gather, arena);
	flow_table_init(&table, &gather);
	struct error *err = packet_iterate(fd, print_line, &table, &is_cut);
	flow_table_deinit(&table);
	gather_deinit(&gather);
	return err;
}

static struct error *print_report(int fd)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct network_report report;
	struct json_writer writer;

	struct error *err = packet_analyze(fd, arena, &report);
	if (err)
		return err;
	json_writer_init_fd(&writer, STDOUT_FILENO, true);
	model_write_json(&writer, &record_network_report, &report);
	return json_writer_finish(&writer);
}

int main(int argc, char **argv)
{
	bool is_report = argc == 3 && strcmp(argv[1], "--report") == 0;
	cleanup_close int fd = -1;

	if (argc != 2 && !is_report)
		return 2;
	struct error *err = file_open(argv[argc - 1], O_RDONLY, 0, &fd);
	if (!err)
		err = is_report ? print_report(fd) : print_lines(fd);
	if (err) {
		fprintf(stderr, "%s\n", error_message(err));
		error_free(err);
		return 1;
	}
	return 0;
}
