/* SPDX-License-Identifier: MIT */
/*
 * habo-agent [CONTROL-PORT [STREAM-PORT]]: the program inside the guest. It is started at boot of
 * the template and lives until the machine is switched off.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "guest/agent.h"

/* Descriptors 0, 1, 2 are taken by something, so that none of ours becomes them. */
static void fill_standard_fds(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = dup(fd);
	if (fd > STDERR_FILENO)
		close(fd);
}

int main(int argc, char **argv)
{
	static struct agent agent;

	fill_standard_fds();
	struct error *err = agent_init(&agent, argc > 1 ? argv[1] : CONTROL_PORT_NAME,
				       argc > 2 ? argv[2] : STREAM_PORT_NAME);
	if (!err)
		err = agent_loop(&agent);
	if (err)
		fprintf(stderr, "habo-agent: %s\n", error_message(err));
	agent_deinit(&agent);
	error_free(err);
	return err ? 1 : 0;
}
