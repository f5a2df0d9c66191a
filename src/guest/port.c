/* SPDX-License-Identifier: MIT */
#include "guest/port.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"

enum {
	PATH_SIZE = 512,
	READ_SIZE = 64 * 1024,
	/* The driver copies at most 32 KiB at a time into a buffer of its own. */
	WRITE_SIZE = 32 * 1024,
	NAME_LIMIT = 256,
};

/* Finds the device of the port called `name`, for guests whose udev makes no links. */
static struct error *find_port(const char *name, char path[PATH_SIZE])
{
	static const char folder[] = "/sys/class/virtio-ports";
	DIR *ports = opendir(folder);

	if (!ports)
		return error_os(errno, "open '%s'", folder);
	bool found = false;
	for (struct dirent *entry; !found && (entry = readdir(ports));) {
		char file[PATH_SIZE];
		cleanup_free char *text = NULL;
		size_t size;
		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s/name", folder, entry->d_name);
		cleanup_error struct error *err = file_read(file, NAME_LIMIT, &text, &size);
		if (err)
			continue;
		text[strcspn(text, "\n")] = '\0';
		if (!text_equal(text, name))
			continue;
		snprintf(path, PATH_SIZE, "/dev/%s", entry->d_name);
		found = true;
	}
	closedir(ports);
	if (!found)
		return error_new(ERROR_NOT_FOUND, "no virtio port is called '%s'", name);
	return NULL;
}

struct error *port_open(const char *name, struct port *ret)
{
	char path[PATH_SIZE];
	int fd;

	snprintf(path, sizeof(path), "/dev/virtio-ports/%s", name);
	if (!file_exists(path)) {
		struct error *err = find_port(name, path);
		if (err)
			return err;
	}
	struct error *err = file_open(path, O_RDWR | O_NONBLOCK, 0, &fd);
	if (err)
		return err;
	*ret = (struct port){.fd = fd};
	frame_reader_init(&ret->in);
	return NULL;
}

void port_close(struct port *port)
{
	if (port->fd >= 0)
		close(port->fd);
	port->fd = -1;
	buffer_deinit(&port->out);
	frame_reader_deinit(&port->in);
}

void port_restart(struct port *port, uint64_t key)
{
	port->key = key;
	port->sequence = 0;
	port->frames = 0;
}

void port_send_bytes(struct port *port, uint16_t type, struct span payload)
{
	frame_append(&port->out, type, port->sequence++, port->key, payload.data, payload.size);
	port->frames++;
}

void port_send(struct port *port, const struct control_message *message)
{
	control_append(&port->out, port->sequence++, port->key, message);
	port->frames++;
}

size_t port_pending(const struct port *port)
{
	return port->out.size - port->sent;
}

void port_flush(struct port *port)
{
	while (port_pending(port)) {
		ssize_t wrote = write(port->fd, port->out.data + port->sent,
				      min_of(port_pending(port), (size_t)WRITE_SIZE));
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			break;
		port->sent += (size_t)wrote;
	}
	/* Moving the rest down costs no more than what was sent. */
	if (port->sent >= port->out.size / 2) {
		buffer_consume(&port->out, port->sent);
		port->sent = 0;
	}
}

bool port_read(struct port *port)
{
	static char bytes[READ_SIZE];

	for (;;) {
		ssize_t got = read(port->fd, bytes, sizeof(bytes));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == EAGAIN;
		if (got == 0)
			return false;
		frame_reader_feed(&port->in, bytes, (size_t)got);
		if ((size_t)got < sizeof(bytes))
			return true;
	}
}
