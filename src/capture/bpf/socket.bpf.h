/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* Sockets: addresses as the kernel copied them, never the caller's memory. */
#include "bpf/task.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, SENDS_MAX);
	__type(key, struct send_key);
	__type(value, struct send_count);
} sends SEC(".maps");

static __always_inline bool is_internet(__u16 family)
{
	return family == AF_INET || family == AF_INET6;
}

static __always_inline void fill_local(struct event_address *to, struct sock *sk)
{
	to->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	to->port = BPF_CORE_READ(sk, __sk_common.skc_num);
	if (to->family == AF_INET)
		bpf_probe_read_kernel(to->bytes, 4, &sk->__sk_common.skc_rcv_saddr);
	else if (to->family == AF_INET6)
		bpf_probe_read_kernel(to->bytes, 16, &sk->__sk_common.skc_v6_rcv_saddr);
}

static __always_inline void fill_peer(struct event_address *to, struct sock *sk)
{
	to->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	to->port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (to->family == AF_INET)
		bpf_probe_read_kernel(to->bytes, 4, &sk->__sk_common.skc_daddr);
	else if (to->family == AF_INET6)
		bpf_probe_read_kernel(to->bytes, 16, &sk->__sk_common.skc_v6_daddr);
}

/* A sockaddr in kernel memory: family, port, and behind them address (in) or flow, address, scope. */
static __always_inline void fill_sockaddr(struct event_address *to, const void *address, int size)
{
	__u16 head[2] = {};

	if (size < 8 || bpf_probe_read_kernel(head, sizeof(head), address))
		return;
	to->family = head[0];
	if (!is_internet(head[0]))
		return;
	to->port = bpf_ntohs(head[1]);
	if (head[0] == AF_INET) {
		bpf_probe_read_kernel(to->bytes, 4, address + 4);
	} else if (size >= 24) {
		bpf_probe_read_kernel(to->bytes, 16, address + 8);
		if (size >= 28)
			bpf_probe_read_kernel(&to->scope, 4, address + 24);
	}
}

static __always_inline void fill_socket(struct event_socket *body, struct sock *sk)
{
	body->cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	body->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	body->socket_type = BPF_CORE_READ(sk, sk_type);
	body->protocol = BPF_CORE_READ(sk, sk_protocol);
}

/* Internet sockets of every task, others of marked tasks. */
static __always_inline bool socket_recorded(struct sock *sk)
{
	return sk && current_recorded() &&
	       (is_internet(BPF_CORE_READ(sk, __sk_common.skc_family)) ||
		task_is_sample(bpf_get_current_task_btf()));
}

static __always_inline int socket_begin(__u32 type, struct sock *sk, struct event_socket **ret)
{
	int key = record_begin(type, EVENT_CLASS_NETWORK, sizeof(struct event_socket));
	struct scratch *slot = record_slot(key);
	if (!slot)
		return -1;
	*ret = record_body(slot);
	fill_socket(*ret, sk);
	return key;
}

static __always_inline void put_other_address(int key, struct event_address *address,
					      const void *bytes, int size)
{
	if (is_internet(address->family) || size <= 0)
		return;
	record_text(key, EVENT_TEXT_ADDRESS, (__u64)bytes, size > 128 ? 128 : size,
		    MEMORY_KERNEL_BYTES);
}

SEC("fexit/security_socket_post_create")
int BPF_PROG(on_socket, struct socket *sock, int family, int type, int protocol, int kern)
{
	struct sock *sk = sock->sk;
	struct event_socket *body;

	if (kern || !sk || !current_recorded() || !task_is_sample(bpf_get_current_task_btf()))
		return 0;
	/* Gives the socket the cookie by which later records name it. */
	bpf_get_socket_cookie(sk);
	int key = socket_begin(EVENT_SOCKET_CREATE, sk, &body);
	if (key < 0)
		return 0;
	body->protocol = protocol;
	record_end(key);
	return 0;
}

SEC("fentry/security_socket_connect")
int BPF_PROG(on_connect, struct socket *sock, void *address, int size)
{
	struct sock *sk = sock->sk;
	struct event_socket *body;

	if (!socket_recorded(sk))
		return 0;
	bpf_get_socket_cookie(sk);
	int key = socket_begin(EVENT_SOCKET_CONNECT, sk, &body);
	if (key < 0)
		return 0;
	fill_local(&body->local, sk);
	fill_sockaddr(&body->remote, address, size);
	put_other_address(key, &body->remote, address, size);
	record_end(key);
	return 0;
}

static __always_inline void connected(struct sock *sk, int result)
{
	struct event_socket *body;

	if (!socket_recorded(sk))
		return;
	int key = socket_begin(EVENT_SOCKET_CONNECTED, sk, &body);
	if (key < 0)
		return;
	fill_local(&body->local, sk);
	fill_peer(&body->remote, sk);
	body->result = result;
	record_end(key);
}

SEC("fexit/tcp_v4_connect")
int BPF_PROG(on_tcp4_connect, struct sock *sk, void *address, int size, int ret)
{
	connected(sk, ret);
	return 0;
}

SEC("fexit/tcp_v6_connect")
int BPF_PROG(on_tcp6_connect, struct sock *sk, void *address, int size, int ret)
{
	__u32 words[3];

	/* An IPv4 address in IPv6 was handed to tcp_v4_connect(). */
	bpf_probe_read_kernel(words, sizeof(words), &sk->__sk_common.skc_v6_daddr);
	if (!(words[0] == 0 && words[1] == 0 && words[2] == bpf_htonl(0xffff)))
		connected(sk, ret);
	return 0;
}

SEC("fentry/security_socket_bind")
int BPF_PROG(on_bind, struct socket *sock, void *address, int size)
{
	struct sock *sk = sock->sk;
	struct event_socket *body;

	if (!socket_recorded(sk))
		return 0;
	bpf_get_socket_cookie(sk);
	int key = socket_begin(EVENT_SOCKET_BIND, sk, &body);
	if (key < 0)
		return 0;
	fill_sockaddr(&body->local, address, size);
	put_other_address(key, &body->local, address, size);
	record_end(key);
	return 0;
}

SEC("fexit/inet_listen")
int BPF_PROG(on_listen, struct socket *sock, int backlog, int ret)
{
	struct sock *sk = sock->sk;
	struct event_socket *body;

	if (!socket_recorded(sk))
		return 0;
	bpf_get_socket_cookie(sk);
	int key = socket_begin(EVENT_SOCKET_LISTEN, sk, &body);
	if (key < 0)
		return 0;
	fill_local(&body->local, sk);
	body->result = ret;
	body->value = backlog;
	record_end(key);
	return 0;
}

/* The number of arguments differs between kernels, so the result is asked for by helper. */
SEC("fexit/inet_accept")
int BPF_PROG(on_accept, struct socket *listener, struct socket *sock)
{
	struct sock *sk = sock->sk;
	struct event_socket *body;
	__u64 result = 0;

	bpf_get_func_ret(ctx, &result);
	if ((int)result || !socket_recorded(sk))
		return 0;
	bpf_get_socket_cookie(sk);
	int key = socket_begin(EVENT_SOCKET_ACCEPT, sk, &body);
	if (key < 0)
		return 0;
	fill_local(&body->local, sk);
	fill_peer(&body->remote, sk);
	body->value = BPF_CORE_READ(listener, sk, __sk_common.skc_cookie.counter);
	record_end(key);
	return 0;
}

/* Datagrams are many: the 1st, 2nd, 4th, 8th… to one address carry the sums so far. */
static __always_inline void sent(struct sock *sk, struct msghdr *message, int result)
{
	struct event_address remote = {};
	struct event_socket *body;

	if (result < 0 || !socket_recorded(sk))
		return;
	void *name = BPF_CORE_READ(message, msg_name);
	if (name)
		fill_sockaddr(&remote, name, BPF_CORE_READ(message, msg_namelen));
	else
		fill_peer(&remote, sk);
	struct send_key send = {.port = remote.port, .family = remote.family};
	send.cookie = bpf_get_socket_cookie(sk);
	__builtin_memcpy(send.address, remote.bytes, sizeof(send.address));
	struct send_count *sum = bpf_map_lookup_elem(&sends, &send);
	struct send_count now = {.count = 1, .bytes = result};
	if (sum) {
		now.count = __sync_fetch_and_add(&sum->count, 1) + 1;
		now.bytes = __sync_fetch_and_add(&sum->bytes, result) + result;
	} else {
		bpf_map_update_elem(&sends, &send, &now, BPF_ANY);
	}
	if (now.count & (now.count - 1))
		return;
	int key = socket_begin(EVENT_SOCKET_SEND, sk, &body);
	if (key < 0)
		return;
	fill_local(&body->local, sk);
	body->remote = remote;
	body->value = now.count;
	body->value2 = now.bytes;
	record_end(key);
}

SEC("fexit/udp_sendmsg")
int BPF_PROG(on_udp4_send, struct sock *sk, struct msghdr *message, __u64 size, int ret)
{
	sent(sk, message, ret);
	return 0;
}

SEC("fexit/udpv6_sendmsg")
int BPF_PROG(on_udp6_send, struct sock *sk, struct msghdr *message, __u64 size, int ret)
{
	__u16 family = 0;
	void *name = message->msg_name;

	/* IPv4 through an IPv6 socket goes on to udp_sendmsg(). */
	if (name)
		bpf_probe_read_kernel(&family, sizeof(family), name);
	if (family == AF_INET)
		return 0;
	sent(sk, message, ret);
	return 0;
}
