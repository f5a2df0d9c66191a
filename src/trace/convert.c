/* SPDX-License-Identifier: MIT */
#include "trace/convert.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "trace/syscall_name.h"

enum {
	GUEST_O_TRUNC = 01000, /* asm-generic/fcntl.h */
	PERMISSION_BITS = 07777,
	TYPE_BITS = 0170000,    /* S_IFMT */
	TYPE_FOLDER = 0040000,  /* S_IFDIR */
	TYPE_REGULAR = 0100000, /* S_IFREG */
};

static const char *path_text(const struct event_record *record, enum event_text tag,
			     char out[EVENT_PATH_TEXT_SIZE])
{
	bool complete;

	if (!event_has_text(record, tag))
		return NULL;
	event_path(record->texts[tag], out, &complete);
	return out;
}

/* A text that is no path, cut at the size of out and at a NUL. */
static const char *plain_text(const struct event_record *record, enum event_text tag, char *out,
			      size_t size)
{
	if (!event_has_text(record, tag))
		return NULL;
	struct span text = record->texts[tag];
	size_t n = min_of(text.size, size - 1);
	memcpy(out, text.data, n);
	out[n] = '\0';
	return out;
}

/* NUL-terminated strings, the last of which may have been cut. */
static size_t strings(struct span list, char bytes[EVENT_MAX_SIZE],
		      const char *out[CONVERT_STRINGS_MAX])
{
	size_t size = min_of(list.size, (size_t)EVENT_MAX_SIZE - 1);
	size_t count = 0;

	memcpy(bytes, list.data, size);
	bytes[size] = '\0';
	for (size_t at = 0; at < size && count < CONVERT_STRINGS_MAX; at += strlen(bytes + at) + 1)
		out[count++] = bytes + at;
	return count;
}

static bool is_memfd_path(const char *path)
{
	return path && strstr(path, "/memfd:") != NULL;
}

static void convert_exec(struct convert *convert, const struct event_record *record,
			 struct event *ret)
{
	ret->type = EVENT_KIND_EXEC;
	ret->path = path_text(record, EVENT_TEXT_PATH, convert->path);
	ret->cwd = path_text(record, EVENT_TEXT_CWD, convert->cwd);
	ret->requested = plain_text(record, EVENT_TEXT_FILENAME, convert->filename,
				    sizeof(convert->filename));
	ret->arguments.data = convert->arguments;
	ret->arguments.count = strings(record->texts[EVENT_TEXT_ARGV], convert->argument_bytes,
				       convert->arguments);
	ret->environment.data = convert->environment;
	ret->environment.count = strings(record->texts[EVENT_TEXT_ENVP], convert->environment_bytes,
					 convert->environment);
	ret->inode = record->exec.file.inode;
	ret->mode = record->exec.file_mode;
	ret->size = record->exec.file_size;
	ret->is_memfd = record->exec.exec_flags & EVENT_EXEC_MEMORY;
	ret->is_planted = record->exec.exec_flags & EVENT_EXEC_PLANTED;
	ret->abi = record->exec.exec_flags & EVENT_EXEC_COMPAT ? "i386" : NULL;
}

static const char *signal_text(int number, char *out, size_t size)
{
	const char *name = sigabbrev_np(number);

	if (number <= 0)
		return NULL;
	if (name)
		snprintf(out, size, "SIG%s", name);
	else
		snprintf(out, size, "signal %d", number);
	return out;
}

static bool convert_process(struct convert *convert, const struct event_record *record,
			    struct event *ret)
{
	switch (record->header.type) {
	case EVENT_PROCESS_FORK:
		ret->type = EVENT_KIND_FORK;
		return true;
	case EVENT_PROCESS_EXEC:
		convert_exec(convert, record, ret);
		return true;
	case EVENT_PROCESS_EXEC_FAILED:
		ret->type = EVENT_KIND_EXEC_FAILED;
		ret->path = plain_text(record, EVENT_TEXT_FILENAME, convert->filename,
				       sizeof(convert->filename));
		ret->is_unverified = true;
		ret->result = -(int64_t)record->exec_failed.error;
		return true;
	case EVENT_PROCESS_EXIT:
		ret->type = EVENT_KIND_EXIT;
		ret->result = record->exit.code;
		ret->name = signal_text((int)(record->exit.code & 0x7f), convert->name,
					sizeof(convert->name));
		return record->exit.last != 0;
	case EVENT_SIGNAL_SENT:
	case EVENT_SIGNAL_FATAL:
		ret->type = record->header.type == EVENT_SIGNAL_SENT ? EVENT_KIND_KILL
								     : EVENT_KIND_SIGNAL;
		ret->number_of = (uint32_t)record->signal.signal;
		ret->name =
			signal_text(record->signal.signal, convert->name, sizeof(convert->name));
		/* si_code > 0: from the kernel, where si_addr is one. */
		if (ret->type == EVENT_KIND_SIGNAL && record->signal.code > 0) {
			snprintf(convert->address, sizeof(convert->address), "0x%llx",
				 (unsigned long long)record->signal.address);
			ret->address = convert->address;
		}
		return true;
	default:
		ret->type = EVENT_KIND_ATTRIBUTE;
		ret->path = path_text(record, EVENT_TEXT_PATH, convert->path);
		ret->inode = record->mark.file.inode;
		ret->name = record->mark.reason == EVENT_MARK_EXECUTED
				    ? "executes a file that it wrote"
			    : record->mark.reason == EVENT_MARK_MAPPED ? "maps a file that it wrote"
								       : "started";
		return true;
	}
}

static const enum event_kind file_kinds[] = {
	[EVENT_FILE_OPEN] = EVENT_KIND_FILE_OPEN,
	[EVENT_FILE_WRITTEN] = EVENT_KIND_FILE_WRITE,
	[EVENT_FILE_UNLINK] = EVENT_KIND_FILE_DELETE,
	[EVENT_FILE_RMDIR] = EVENT_KIND_FOLDER_DELETE,
	[EVENT_FILE_RENAME] = EVENT_KIND_FILE_RENAME,
	[EVENT_FILE_LINK] = EVENT_KIND_FILE_LINK,
	[EVENT_FILE_SYMLINK] = EVENT_KIND_FILE_SYMLINK,
	[EVENT_FILE_MKDIR] = EVENT_KIND_FOLDER_CREATE,
	[EVENT_FILE_MKNOD] = EVENT_KIND_NODE_CREATE,
	[EVENT_FILE_CHMOD] = EVENT_KIND_FILE_CHMOD,
	[EVENT_FILE_CHOWN] = EVENT_KIND_FILE_CHOWN,
	[EVENT_FILE_TRUNCATE] = EVENT_KIND_FILE_TRUNCATE,
	[EVENT_FILE_TIMES] = EVENT_KIND_FILE_TIMES,
	[EVENT_FILE_XATTR] = EVENT_KIND_FILE_XATTR,
};

static void convert_written(struct convert *convert, const struct event_record *record,
			    struct event *ret)
{
	ret->type = EVENT_KIND_FILE_WRITE;
	ret->path = path_text(record, EVENT_TEXT_PATH, convert->path);
	ret->inode = record->written.file.inode;
	ret->size = record->written.bytes;
	ret->count = record->written.writes;
	ret->mode = record->written.mode;
	ret->is_planted = record->written.file_flags & EVENT_FILE_PLANTED;
	ret->is_writable = true;
	ret->is_memfd = is_memfd_path(ret->path);
}

/* O_TRUNC means nothing to a device or a pipe. */
static bool can_be_emptied(uint32_t mode)
{
	return (mode & TYPE_BITS) == TYPE_REGULAR || (mode & TYPE_BITS) == 0;
}

static void convert_file(struct convert *convert, const struct event_record *record,
			 struct event *ret)
{
	const struct event_file *file = &record->file;

	ret->type = file_kinds[record->header.type];
	ret->path = path_text(record, EVENT_TEXT_PATH, convert->path);
	ret->target = path_text(record, EVENT_TEXT_PATH2, convert->path2);
	ret->name = plain_text(record, EVENT_TEXT_NAME, convert->name, sizeof(convert->name));
	ret->inode = file->file.inode;
	ret->size = file->size;
	ret->mode = file->mode;
	ret->result = file->result;
	ret->is_planted = file->file_flags & EVENT_FILE_PLANTED;
	ret->is_writable = file->file_flags & EVENT_FILE_WRITABLE;
	ret->is_memfd = file->file_flags & EVENT_FILE_TMPFILE || is_memfd_path(ret->path);
	if (record->header.type == EVENT_FILE_OPEN) {
		if (file->file_flags & EVENT_FILE_CREATED)
			ret->type = EVENT_KIND_FILE_CREATE;
		else if (file->open_flags & GUEST_O_TRUNC && ret->is_writable &&
			 can_be_emptied(file->mode))
			ret->type = EVENT_KIND_FILE_TRUNCATE;
	} else if (ret->type == EVENT_KIND_FILE_SYMLINK) {
		ret->target = plain_text(record, EVENT_TEXT_TARGET, convert->path2,
					 sizeof(convert->path2));
	} else if (ret->type == EVENT_KIND_FILE_CHMOD) {
		ret->mode =
			(file->mode & ~(uint64_t)PERMISSION_BITS) | (file->value & PERMISSION_BITS);
	} else if (ret->type == EVENT_KIND_FOLDER_CREATE) {
		ret->mode = TYPE_FOLDER | (file->value & PERMISSION_BITS);
	} else if (ret->type == EVENT_KIND_NODE_CREATE) {
		ret->mode = file->value;
	} else if (ret->type == EVENT_KIND_FILE_RENAME) {
		ret->is_replacing = file->other.inode != 0;
	} else if (ret->type == EVENT_KIND_FILE_CHOWN) {
		ret->number_of = file->value;
	} else if (ret->type == EVENT_KIND_FILE_TIMES) {
		ret->number_of = file->value2 / 1000000000;
	}
}

/* Returns NULL for an address that is not known. */
static const char *address_text(const struct event_address *address, char *out, size_t size)
{
	if (address->family != AF_INET && address->family != AF_INET6)
		return NULL;
	return inet_ntop(address->family, address->bytes, out, (socklen_t)size);
}

/* sockaddr_un: an abstract name is written as by ss(8), with an @. */
static const char *unix_text(struct span address, char *out, size_t size)
{
	if (address.size <= 2 || span_u16(address, 0, BYTE_ORDER_LITTLE) != AF_UNIX)
		return NULL;
	size_t n = min_of(address.size - 2, size - 1);
	memcpy(out, address.data + 2, n);
	out[n] = '\0';
	if (out[0] == '\0')
		out[0] = '@';
	return out;
}

static const char *protocol_text(const struct event_socket *socket, char *out, size_t size)
{
	static const struct {
		uint16_t family;
		const char *name;
	} families[] = {
		{AF_UNIX, "unix"},   {AF_NETLINK, "netlink"}, {AF_PACKET, "packet"},
		{AF_VSOCK, "vsock"}, {AF_ALG, "alg"},         {AF_BLUETOOTH, "bluetooth"},
		{AF_CAN, "can"},     {AF_XDP, "xdp"},
	};

	if (socket->family == AF_INET || socket->family == AF_INET6) {
		switch (socket->socket_type) {
		case SOCK_STREAM:
			return "tcp";
		case SOCK_DGRAM:
			return socket->protocol == IPPROTO_ICMP ||
					       socket->protocol == IPPROTO_ICMPV6
				       ? "icmp"
				       : "udp";
		case SOCK_RAW:
			return "raw";
		default:
			return "ip";
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (families[i].family == socket->family)
			return families[i].name;
	snprintf(out, size, "family-%u", socket->family);
	return out;
}

static void convert_socket(struct convert *convert, const struct event_record *record,
			   struct event *ret)
{
	static const enum event_kind kinds[] = {
		[EVENT_SOCKET_CREATE] = EVENT_KIND_SOCKET,
		[EVENT_SOCKET_CONNECT] = EVENT_KIND_CONNECT,
		[EVENT_SOCKET_CONNECTED] = EVENT_KIND_CONNECTED,
		[EVENT_SOCKET_BIND] = EVENT_KIND_BIND,
		[EVENT_SOCKET_LISTEN] = EVENT_KIND_LISTEN,
		[EVENT_SOCKET_ACCEPT] = EVENT_KIND_ACCEPT,
		[EVENT_SOCKET_SEND] = EVENT_KIND_SEND,
	};
	const struct event_socket *socket = &record->socket;

	ret->type = kinds[record->header.type];
	ret->protocol = protocol_text(socket, convert->protocol, sizeof(convert->protocol));
	ret->address = address_text(&socket->remote, convert->address, sizeof(convert->address));
	ret->port = ret->address ? socket->remote.port : 0;
	ret->local_address = address_text(&socket->local, convert->local_address,
					  sizeof(convert->local_address));
	ret->local_port = ret->local_address ? socket->local.port : 0;
	if (socket->family == AF_UNIX)
		ret->address = unix_text(record->texts[EVENT_TEXT_ADDRESS], convert->address,
					 sizeof(convert->address));
	ret->result = socket->result;
	if (ret->type == EVENT_KIND_SEND) {
		ret->count = socket->value;
		ret->size = socket->value2;
	} else if (ret->type == EVENT_KIND_SOCKET) {
		ret->number_of = socket->protocol;
	}
}

static void convert_system(struct convert *convert, const struct event_record *record,
			   struct event *ret)
{
	static const enum event_kind kinds[] = {
		[EVENT_MODULE_LOAD] = EVENT_KIND_MODULE_LOAD,
		[EVENT_MODULE_REQUEST] = EVENT_KIND_MODULE_REQUEST,
		[EVENT_BPF] = EVENT_KIND_BPF,
		[EVENT_PTRACE] = EVENT_KIND_PTRACE,
		[EVENT_MOUNT] = EVENT_KIND_MOUNT,
		[EVENT_UMOUNT] = EVENT_KIND_UMOUNT,
	};

	ret->type = kinds[record->header.type];
	ret->path = path_text(record, EVENT_TEXT_PATH, convert->path);
	ret->name = plain_text(record, EVENT_TEXT_NAME, convert->name, sizeof(convert->name));
	ret->target = plain_text(record, EVENT_TEXT_TARGET, convert->path2, sizeof(convert->path2));
	ret->number_of = record->system.value;
	ret->result = record->system.result;
}

bool convert_record(struct convert *convert, const struct event_record *record, struct event *ret)
{
	const struct event_header *header = &record->header;

	*ret = (struct event){
		.phase = header->flags & EVENT_SETUP ? PHASE_SETUP : PHASE_RUN,
		.is_sample = header->flags & EVENT_MARKED,
		.tid = header->tid,
		.uid = header->uid,
		.count = 1,
	};
	if (header->type <= EVENT_PROCESS_MARK)
		return convert_process(convert, record, ret);
	if (header->type == EVENT_FILE_WRITTEN)
		convert_written(convert, record, ret);
	else if (header->type <= EVENT_FILE_XATTR)
		convert_file(convert, record, ret);
	else if (header->type <= EVENT_SOCKET_SEND)
		convert_socket(convert, record, ret);
	else if (header->type <= EVENT_UMOUNT)
		convert_system(convert, record, ret);
	else
		return false;
	return true;
}
