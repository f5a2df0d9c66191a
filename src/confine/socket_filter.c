/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "confine/confine.h"

static void release(scmp_filter_ctx *context)
{
	if (*context)
		seccomp_release(*context);
}

struct error *confine_make_socket_filter(int *ret_fd)
{
	__attribute__((cleanup(release))) scmp_filter_ctx context = seccomp_init(SCMP_ACT_ALLOW);
	cleanup_close int fd = memfd_create("socket-filter", MFD_CLOEXEC);

	if (!context || fd < 0)
		return error_os(errno, "make a filter of sockets");
	int status = seccomp_rule_add(context, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
				      SCMP_A0(SCMP_CMP_NE, AF_UNIX));
	if (status == 0)
		status = seccomp_export_bpf(context, fd);
	if (status != 0)
		return error_os(-status, "make a filter of sockets");
	if (lseek(fd, 0, SEEK_SET) != 0)
		return error_os(errno, "rewind a filter of sockets");
	*ret_fd = steal(&fd);
	return NULL;
}
