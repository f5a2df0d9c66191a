/* SPDX-License-Identifier: MIT */
/* Sockets with the process that holds them, their addresses, and filters on sniffing ones. */
#include <arpa/inet.h>
#include <inttypes.h>

#include "memory/cbpf.h"
#include "memory/fds.h"

enum {
	ROWS_MAX = 65536,
	FILTER_MAX = 4096, /* BPF_MAXINSNS */
	TYPE_MASK = 0xf000,
	TYPE_SOCKET = 0xc000,
	UNIX_PATH_MAX_SIZE = 108,
};

struct build {
	struct memory_context *context;
	vec(struct memory_socket) rows;
};

static const char *family_name(uint64_t family)
{
	static const char *const names[] = {
		[AF_UNIX] = "unix",
		[AF_INET] = "inet",
		[AF_INET6] = "inet6",
		[AF_NETLINK] = "netlink",
		[AF_PACKET] = "packet",
		[AF_ALG] = "alg",
		[AF_BLUETOOTH] = "bluetooth",
		[AF_VSOCK] = "vsock",
		[AF_XDP] = "xdp",
		[AF_KEY] = "key",
	};

	return family < ARRAY_SIZE(names) && names[family] ? names[family] : "other";
}

static const char *type_name(uint64_t type)
{
	static const char *const names[] = {
		[SOCK_STREAM] = "stream", [SOCK_DGRAM] = "datagram",      [SOCK_RAW] = "raw",
		[SOCK_RDM] = "rdm",       [SOCK_SEQPACKET] = "seqpacket", [10] = "packet",
	};

	return type < ARRAY_SIZE(names) && names[type] ? names[type] : "other";
}

/* include/net/tcp_states.h */
static const char *tcp_state_name(uint64_t state)
{
	static const char *const names[] = {
		[1] = "established", [2] = "syn_sent",   [3] = "syn_received",
		[4] = "fin_wait_1",  [5] = "fin_wait_2", [6] = "time_wait",
		[7] = "closed",      [8] = "close_wait", [9] = "last_ack",
		[10] = "listening",  [11] = "closing",   [12] = "new_syn_received",
	};

	return state < ARRAY_SIZE(names) && names[state] ? names[state] : "?";
}

static const char *ip_protocol_name(struct arena *arena, uint64_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_ICMP:
		return "icmp";
	case IPPROTO_ICMPV6:
		return "icmpv6";
	case IPPROTO_SCTP:
		return "sctp";
	case IPPROTO_RAW:
		return "raw";
	default:
		return arena_printf(arena, "%" PRIu64, protocol);
	}
}

/* "address:port" from a member of a sock; port in host order. */
static const char *ip_text(struct memory_context *context, uint64_t sock, bool is_six,
			   struct member member, uint64_t port)
{
	uint8_t bytes[16] = {0};
	char text[INET6_ADDRSTRLEN] = "?";

	if (member.found &&
	    kernel_read(context->kernel, sock + member.offset, bytes, is_six ? 16 : 4))
		(void)inet_ntop(is_six ? AF_INET6 : AF_INET, bytes, text, sizeof(text));
	return arena_printf(context->arena, is_six ? "[%s]:%" PRIu64 : "%s:%" PRIu64, text, port);
}

static void read_inet(struct memory_context *context, uint64_t sock, bool is_six,
		      struct memory_socket *row)
{
	struct kernel *kernel = context->kernel;
	const struct layout *layout = &kernel->layout;
	uint64_t protocol = kernel_get(kernel, sock, layout->sock_protocol);
	uint64_t remote = kernel_get(kernel, sock, layout->sock_dport);

	remote = (remote >> 8 & 0xff) | (remote & 0xff) << 8; /* network order */
	row->protocol = ip_protocol_name(context->arena, protocol);
	row->local =
		ip_text(context, sock, is_six, is_six ? layout->sock_saddr6 : layout->sock_saddr,
			kernel_get(kernel, sock, layout->sock_num));
	row->remote = ip_text(context, sock, is_six,
			      is_six ? layout->sock_daddr6 : layout->sock_daddr, remote);
	if (protocol == IPPROTO_TCP)
		row->state = tcp_state_name(kernel_get(kernel, sock, layout->sock_state));
}

/* A bound path; abstract names begin with NUL, which is shown as @. */
static void read_unix(struct memory_context *context, uint64_t sock, struct memory_socket *row)
{
	struct kernel *kernel = context->kernel;
	const struct layout *layout = &kernel->layout;
	uint64_t address = kernel_get(kernel, sock, layout->unix_sock_addr);
	uint64_t size = kernel_get(kernel, address, layout->unix_address_len);
	char path[UNIX_PATH_MAX_SIZE + 1] = {0};

	if (!address || size <= 2)
		return;
	size = min_of(size - 2, (uint64_t)UNIX_PATH_MAX_SIZE);
	if (!kernel_read(kernel, address + layout->unix_address_name.offset + 2, path,
			 (size_t)size))
		return;
	if (path[0] == '\0')
		path[0] = '@';
	row->local = arena_strdup(context->arena, path);
}

static void read_packet(struct memory_context *context, uint64_t sock, struct memory_socket *row)
{
	struct kernel *kernel = context->kernel;
	const struct layout *layout = &kernel->layout;
	uint64_t protocol = kernel_get(kernel, sock, layout->packet_sock_num);

	protocol = (protocol >> 8 & 0xff) | (protocol & 0xff) << 8;
	row->protocol = arena_printf(context->arena, "0x%04" PRIx64, protocol);
	uint64_t interface = kernel_get(kernel, sock, layout->packet_sock_ifindex);
	row->local = interface ? arena_printf(context->arena, "interface %" PRIu64, interface)
			       : "any interface";
}

/* orig_prog keeps the classic program that was attached; eBPF ones have none. */
static bool read_filter(struct memory_context *context, uint64_t program, struct memory_socket *row)
{
	struct kernel *kernel = context->kernel;
	const struct layout *layout = &kernel->layout;
	uint64_t original = kernel_get(kernel, program, layout->bpf_prog_orig_prog);
	uint64_t count = kernel_get(kernel, original, layout->sock_fprog_kern_len);
	uint64_t code = kernel_get(kernel, original, layout->sock_fprog_kern_filter);
	struct text_list lines = {0};

	if (!original || count == 0 || count > FILTER_MAX)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		cleanup_buffer struct buffer text = {0};
		uint64_t word = kernel_u64(kernel, code + (uint64_t)i * 8);
		cbpf_write(&text,
			   (struct cbpf_instruction){.code = (uint16_t)word,
						     .jump_true = (uint8_t)(word >> 16),
						     .jump_false = (uint8_t)(word >> 24),
						     .k = (uint32_t)(word >> 32)},
			   i);
		text_list_add(&lines, arena_strdup(context->arena, buffer_text(&text)));
	}
	list_take(context->arena, &row->filter, lines.data, lines.count);
	vec_deinit(&lines);
	return true;
}

static void add_notes(struct memory_context *context, uint64_t sock, struct memory_socket *row,
		      uint64_t family, uint64_t type)
{
	struct kernel *kernel = context->kernel;
	const struct layout *layout = &kernel->layout;
	struct text_list notes = {0};
	uint64_t filter = kernel_get(kernel, sock, layout->sock_filter);
	uint64_t program = kernel_get(kernel, filter, layout->sk_filter_prog);

	if (family == AF_PACKET)
		text_list_add(&notes, "sees every packet of its protocol");
	if ((family == AF_INET || family == AF_INET6) && type == SOCK_RAW)
		text_list_add(&notes, "raw: sees and sends packets below TCP and UDP");
	if (program && !read_filter(context, program, row))
		text_list_add(&notes, "an eBPF program filters what it gets");
	list_take(context->arena, &row->notes, notes.data, notes.count);
	vec_deinit(&notes);
}

static void visit(void *visitor, const struct fd_entry *entry)
{
	struct build *build = visitor;
	struct memory_context *context = build->context;
	struct kernel *kernel = context->kernel;
	const struct layout *layout = &kernel->layout;
	uint64_t inode = kernel_get(kernel, entry->file, layout->file_f_inode);
	uint64_t mode = kernel_get(kernel, inode, layout->inode_i_mode);

	if ((mode & TYPE_MASK) != TYPE_SOCKET || build->rows.count >= ROWS_MAX)
		return;
	uint64_t socket = kernel_get(kernel, entry->file, layout->file_private_data);
	uint64_t sock = kernel_get(kernel, socket, layout->socket_sk);
	uint64_t family = kernel_get(kernel, sock, layout->sock_family);
	uint64_t type = kernel_get(kernel, socket, layout->socket_type);
	if (!kernel_is_address(kernel, sock))
		return;
	struct memory_socket row = {.address = sock,
				    .pid = entry->process->pid,
				    .fd = entry->fd,
				    .process = entry->process->name,
				    .family = family_name(family),
				    .type = type_name(type)};
	if (family == AF_INET || family == AF_INET6)
		read_inet(context, sock, family == AF_INET6, &row);
	else if (family == AF_UNIX)
		read_unix(context, sock, &row);
	else if (family == AF_PACKET)
		read_packet(context, sock, &row);
	else if (family == AF_NETLINK)
		row.local = arena_printf(context->arena, "port %" PRIu64,
					 kernel_get(kernel, sock, layout->netlink_sock_portid));
	add_notes(context, sock, &row, family, type);
	vec_add(&build->rows, row);
}

const char *plugin_sockets(struct memory_context *context)
{
	struct build build = {.context = context};

	if (!context->kernel->has_types || !context->kernel->init_task)
		return "needs the kernel's types and its first task";
	fds_walk(context, visit, &build);
	list_take(context->arena, &context->report->sockets, build.rows.data, build.rows.count);
	vec_deinit(&build.rows);
	return NULL;
}
