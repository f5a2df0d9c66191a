/* SPDX-License-Identifier: MIT */
#include "behavior/view.h"

#include "base/text.h"

static const struct {
	const char *category;
	uint32_t views;
} categories[] = {
	{"process_creation", VIEW_BIT(VIEW_PROCESS_CREATION)},
	{"process_termination", VIEW_BIT(VIEW_PROCESS_TERMINATION)},
	{"process_access", VIEW_BIT(VIEW_PROCESS_ACCESS)},
	{"file_event", VIEW_BIT(VIEW_FILE_EVENT)},
	{"file_delete", VIEW_BIT(VIEW_FILE_DELETE)},
	{"file_rename", VIEW_BIT(VIEW_FILE_RENAME)},
	{"file_access", VIEW_BIT(VIEW_FILE_ACCESS)},
	{"file_change", VIEW_BIT(VIEW_FILE_CHANGE)},
	{"file_summary", VIEW_BIT(VIEW_FILE_SUMMARY)},
	{"network_connection", VIEW_BIT(VIEW_NETWORK)},
	{"dns_query", VIEW_BIT(VIEW_DNS)},
	{"dns", VIEW_BIT(VIEW_DNS)},
	{"driver_load", VIEW_BIT(VIEW_MODULE)},
	{"socket", VIEW_BIT(VIEW_SOCKET)},
	{"signal", VIEW_BIT(VIEW_SIGNAL)},
	{"system", VIEW_BIT(VIEW_SYSTEM)},
	{"syscall", VIEW_BIT(VIEW_SYSCALL)},
};

static const char *const names[VIEW_COUNT] = {
	[VIEW_PROCESS_CREATION] = "process_creation",
	[VIEW_PROCESS_TERMINATION] = "process_termination",
	[VIEW_PROCESS_ACCESS] = "process_access",
	[VIEW_FILE_EVENT] = "file_event",
	[VIEW_FILE_DELETE] = "file_delete",
	[VIEW_FILE_RENAME] = "file_rename",
	[VIEW_FILE_ACCESS] = "file_access",
	[VIEW_FILE_CHANGE] = "file_change",
	[VIEW_FILE_SUMMARY] = "file_summary",
	[VIEW_NETWORK] = "network_connection",
	[VIEW_DNS] = "dns_query",
	[VIEW_MODULE] = "driver_load",
	[VIEW_SOCKET] = "socket",
	[VIEW_SIGNAL] = "signal",
	[VIEW_SYSTEM] = "system",
	[VIEW_SYSCALL] = "syscall",
	[VIEW_AUDIT_EXECVE] = "auditd EXECVE",
	[VIEW_AUDIT_PATH] = "auditd PATH",
	[VIEW_AUDIT_SYSCALL] = "auditd SYSCALL",
	[VIEW_LOG] = "log",
};

const char *view_name(enum view view)
{
	return view < VIEW_COUNT ? names[view] : "?";
}

struct error *view_of_source(const char *category, const char *product, const char *service,
			     uint32_t *ret)
{
	if (product && !text_equal(product, "linux"))
		return error_new(ERROR_UNSUPPORTED,
				 "rules for product '%s' have nothing to read here", product);
	*ret = 0;
	if (category) {
		for (size_t i = 0; i < ARRAY_SIZE(categories); i++)
			if (text_equal(categories[i].category, category))
				*ret = categories[i].views;
	} else if (text_equal(service, "auditd")) {
		*ret = VIEW_BIT(VIEW_AUDIT_EXECVE) | VIEW_BIT(VIEW_AUDIT_PATH) |
		       VIEW_BIT(VIEW_AUDIT_SYSCALL);
	} else if (!service && product) {
		*ret = VIEW_BIT(VIEW_LOG);
	}
	return NULL;
}

uint32_t view_of_event(const struct event *event)
{
	static const uint32_t of_kind[] = {
		[EVENT_KIND_EXEC] = VIEW_BIT(VIEW_PROCESS_CREATION) | VIEW_BIT(VIEW_AUDIT_EXECVE) |
				    VIEW_BIT(VIEW_AUDIT_SYSCALL) | VIEW_BIT(VIEW_LOG),
		[EVENT_KIND_EXIT] = VIEW_BIT(VIEW_PROCESS_TERMINATION),
		[EVENT_KIND_FILE_OPEN] = VIEW_BIT(VIEW_FILE_ACCESS) | VIEW_BIT(VIEW_AUDIT_PATH),
		[EVENT_KIND_FILE_CREATE] = VIEW_BIT(VIEW_FILE_EVENT) | VIEW_BIT(VIEW_AUDIT_PATH),
		[EVENT_KIND_FILE_WRITE] = VIEW_BIT(VIEW_FILE_EVENT),
		[EVENT_KIND_FILE_TRUNCATE] = VIEW_BIT(VIEW_FILE_EVENT) |
					     VIEW_BIT(VIEW_FILE_ACCESS) | VIEW_BIT(VIEW_AUDIT_PATH),
		[EVENT_KIND_FILE_DELETE] = VIEW_BIT(VIEW_FILE_DELETE) | VIEW_BIT(VIEW_AUDIT_PATH),
		[EVENT_KIND_FILE_RENAME] = VIEW_BIT(VIEW_FILE_RENAME) | VIEW_BIT(VIEW_FILE_EVENT) |
					   VIEW_BIT(VIEW_AUDIT_PATH),
		[EVENT_KIND_FILE_LINK] = VIEW_BIT(VIEW_FILE_EVENT) | VIEW_BIT(VIEW_AUDIT_PATH),
		[EVENT_KIND_FILE_SYMLINK] = VIEW_BIT(VIEW_FILE_EVENT) | VIEW_BIT(VIEW_AUDIT_PATH),
		[EVENT_KIND_FOLDER_CREATE] = VIEW_BIT(VIEW_FILE_EVENT) | VIEW_BIT(VIEW_AUDIT_PATH),
		[EVENT_KIND_FOLDER_DELETE] = VIEW_BIT(VIEW_FILE_DELETE) | VIEW_BIT(VIEW_AUDIT_PATH),
		[EVENT_KIND_NODE_CREATE] = VIEW_BIT(VIEW_FILE_EVENT) | VIEW_BIT(VIEW_AUDIT_PATH),
		[EVENT_KIND_FILE_CHMOD] = VIEW_BIT(VIEW_FILE_CHANGE) | VIEW_BIT(VIEW_AUDIT_PATH),
		[EVENT_KIND_FILE_CHOWN] = VIEW_BIT(VIEW_FILE_CHANGE) | VIEW_BIT(VIEW_AUDIT_PATH),
		[EVENT_KIND_FILE_TIMES] = VIEW_BIT(VIEW_FILE_CHANGE) | VIEW_BIT(VIEW_AUDIT_PATH),
		[EVENT_KIND_FILE_XATTR] = VIEW_BIT(VIEW_FILE_CHANGE) | VIEW_BIT(VIEW_AUDIT_PATH),
		[EVENT_KIND_CONNECT] = VIEW_BIT(VIEW_NETWORK),
		[EVENT_KIND_ACCEPT] = VIEW_BIT(VIEW_NETWORK),
		[EVENT_KIND_SEND] = VIEW_BIT(VIEW_NETWORK),
		[EVENT_KIND_SOCKET] = VIEW_BIT(VIEW_SOCKET),
		[EVENT_KIND_BIND] = VIEW_BIT(VIEW_SOCKET),
		[EVENT_KIND_LISTEN] = VIEW_BIT(VIEW_SOCKET),
		[EVENT_KIND_DNS] = VIEW_BIT(VIEW_DNS),
		[EVENT_KIND_MODULE_LOAD] = VIEW_BIT(VIEW_MODULE),
		[EVENT_KIND_PTRACE] = VIEW_BIT(VIEW_PROCESS_ACCESS),
		[EVENT_KIND_KILL] = VIEW_BIT(VIEW_SIGNAL),
		[EVENT_KIND_MOUNT] = VIEW_BIT(VIEW_SYSTEM),
		[EVENT_KIND_UMOUNT] = VIEW_BIT(VIEW_SYSTEM),
		[EVENT_KIND_BPF] = VIEW_BIT(VIEW_SYSTEM),
		[EVENT_KIND_SYSCALL] = VIEW_BIT(VIEW_SYSCALL) | VIEW_BIT(VIEW_AUDIT_SYSCALL),
	};

	return event->type < ARRAY_SIZE(of_kind) ? of_kind[event->type] : 0;
}
