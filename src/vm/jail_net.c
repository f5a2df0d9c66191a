/* SPDX-License-Identifier: MIT */
/*
 * How a packet of the guest finds the internet box, whatever its address: a catch-all route makes every
 * address local (so that the kernel answers pings for all of them), and TPROXY hands TCP and UDP to the
 * transparent sockets. Nothing is forwarded.
 */
#include "vm/jail_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "vm/netlink.h"

enum { DNS_PORT = 53, LISTEN_BACKLOG = 1024 };

/* The gateway's address stays the same in every run: the template's guest knows it already. */
static const uint8_t gateway_mac[6] = {0xd2, 0x74, 0x7f, 0x6e, 0x37, 0xe3};

void jail_sockets_deinit(struct jail_sockets *sockets)
{
	for (int i = 0; i < JAIL_FD_END; i++)
		if (sockets->fds[i] >= 0)
			close(steal(&sockets->fds[i]));
}

static struct error *tap_open(int *ret_fd)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	cleanup_close int fd = -1;

	struct error *err = file_open("/dev/net/tun", O_RDWR, 0, &fd);
	if (err)
		return error_wrap(err, "make the guest's network device (tools/setup-host opens "
				       "/dev/net/tun to all users)");
	memcpy(request.ifr_name, JAIL_TAP, sizeof(JAIL_TAP)); /* shorter than IFNAMSIZ */
	if (ioctl(fd, TUNSETIFF, &request) != 0)
		return error_os(errno, "make the guest's network device");
	request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(request.ifr_hwaddr.sa_data, gateway_mac, sizeof(gateway_mac));
	if (ioctl(fd, SIOCSIFHWADDR, &request) != 0)
		return error_os(errno, "set the gateway's hardware address");
	*ret_fd = steal(&fd);
	return NULL;
}

/* Every address of the world, the guest's neighbours included, is here, but its own are behind the tap: the
 * kernel answers pings and ARP for all, and does not dispute what the guest announces as its own. */
static struct error *add_routes(int fd, int lo, int tap)
{
	struct in_addr guest4;
	struct in6_addr guest6, link_net;

	inet_pton(AF_INET, JAIL_GUEST4, &guest4);
	inet_pton(AF_INET6, JAIL_GUEST6, &guest6);
	inet_pton(AF_INET6, "fe80::", &link_net);
	struct error *err = netlink_route_link(fd, AF_INET, tap, &guest4, 32);
	if (!err)
		err = netlink_route_link(fd, AF_INET6, tap, &guest6, 128);
	if (!err)
		err = netlink_route_link(fd, AF_INET6, tap, &link_net, 64);
	if (!err)
		err = netlink_route_local(fd, AF_INET, lo);
	if (!err)
		err = netlink_route_local(fd, AF_INET6, lo);
	return err;
}

struct error *jail_net_links(struct jail_sockets *sockets)
{
	struct in_addr gateway4;
	struct in6_addr gateway6, host6;
	cleanup_close int fd = -1;

	inet_pton(AF_INET, JAIL_GATEWAY4, &gateway4);
	inet_pton(AF_INET6, JAIL_GATEWAY6, &gateway6);
	inet_pton(AF_INET6, JAIL_HOST6, &host6);
	struct error *err = tap_open(&sockets->fds[JAIL_FD_TAP]);
	if (!err)
		err = netlink_open(&fd);
	if (err)
		return err;
	int lo = (int)if_nametoindex("lo");
	int tap = (int)if_nametoindex(JAIL_TAP);
	err = netlink_link_up(fd, lo);
	if (!err)
		err = netlink_address_add(fd, tap, AF_INET, &gateway4, 32);
	if (!err)
		err = netlink_address_add(fd, tap, AF_INET6, &gateway6, 64);
	if (!err) /* the way back to the guest's own address */
		err = netlink_address_add(fd, tap, AF_INET6, &host6, 64);
	if (!err)
		err = netlink_link_up(fd, tap);
	if (!err)
		err = add_routes(fd, lo, tap);
	return err;
}

static struct error *set_on(int fd, int level, int option, const char *name)
{
	int on = 1;

	if (setsockopt(fd, level, option, &on, sizeof(on)) != 0)
		return error_os(errno, "set %s on a socket of the jail", name);
	return NULL;
}

/* A dual-stack socket that accepts what is meant for other addresses. port 0: any. */
static struct error *transparent_open(int type, uint16_t port, int *ret_fd, uint16_t *ret_port)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	socklen_t size = sizeof(address);
	int off = 0;
	cleanup_close int fd = socket(AF_INET6, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return error_os(errno, "open a socket of the jail");
	if (setsockopt(fd, SOL_IPV6, IPV6_V6ONLY, &off, sizeof(off)) != 0)
		return error_os(errno, "make a socket of the jail dual-stack");
	struct error *err = set_on(fd, SOL_IP, IP_TRANSPARENT, "IP_TRANSPARENT");
	if (!err)
		err = set_on(fd, SOL_IPV6, IPV6_TRANSPARENT, "IPV6_TRANSPARENT");
	if (!err && type == SOCK_DGRAM)
		err = set_on(fd, SOL_IP, IP_RECVORIGDSTADDR, "IP_RECVORIGDSTADDR");
	if (!err && type == SOCK_DGRAM)
		err = set_on(fd, SOL_IPV6, IPV6_RECVORIGDSTADDR, "IPV6_RECVORIGDSTADDR");
	if (err)
		return err;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
		return error_os(errno, "bind a socket of the jail");
	if (type == SOCK_STREAM && listen(fd, LISTEN_BACKLOG) != 0)
		return error_os(errno, "listen in the jail");
	if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
		return error_os(errno, "getsockname");
	*ret_port = ntohs(address.sin6_port);
	*ret_fd = steal(&fd);
	return NULL;
}

static struct error *raw_open(int family, int *ret_fd)
{
	cleanup_close int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	struct error *err;

	if (fd < 0)
		return error_os(errno, "open a raw socket of the jail");
	if (family == AF_INET)
		err = set_on(fd, SOL_IP, IP_HDRINCL, "IP_HDRINCL");
	else
		err = set_on(fd, SOL_IPV6, IPV6_HDRINCL, "IPV6_HDRINCL");
	if (err)
		return err;
	*ret_fd = steal(&fd);
	return NULL;
}

static struct error *packet_open(int *ret_fd)
{
	const struct sockaddr_ll address = {.sll_family = AF_PACKET,
					    .sll_protocol = htons(ETH_P_ALL),
					    .sll_ifindex = (int)if_nametoindex(JAIL_TAP)};
	int room = 8 * 1024 * 1024;
	/* Protocol 0: nothing is queued before bind() names the device. */
	cleanup_close int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return error_os(errno, "open the capture's socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) != 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)); /* what we may have */
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
		return error_os(errno, "bind the capture's socket");
	*ret_fd = steal(&fd);
	return NULL;
}

struct error *jail_net_sockets(unsigned wanted, struct jail_sockets *sockets)
{
	struct error *err = NULL;
	uint16_t dns_port;

	if (wanted & JAIL_SOCKET(JAIL_FD_PACKET))
		err = packet_open(&sockets->fds[JAIL_FD_PACKET]);
	if (!err && (wanted & JAIL_SOCKET(JAIL_FD_TCP)))
		err = transparent_open(SOCK_STREAM, 0, &sockets->fds[JAIL_FD_TCP],
				       &sockets->tcp_port);
	if (!err && (wanted & JAIL_SOCKET(JAIL_FD_DNS)))
		err = transparent_open(SOCK_DGRAM, DNS_PORT, &sockets->fds[JAIL_FD_DNS], &dns_port);
	if (!err && (wanted & JAIL_SOCKET(JAIL_FD_UDP)))
		err = transparent_open(SOCK_DGRAM, 0, &sockets->fds[JAIL_FD_UDP],
				       &sockets->udp_port);
	if (!err && (wanted & JAIL_SOCKET(JAIL_FD_RAW4)))
		err = raw_open(AF_INET, &sockets->fds[JAIL_FD_RAW4]);
	if (!err && (wanted & JAIL_SOCKET(JAIL_FD_RAW6)))
		err = raw_open(AF_INET6, &sockets->fds[JAIL_FD_RAW6]);
	return err;
}

static void rules_text(enum jail_network network, const struct jail_sockets *sockets,
		       struct buffer *out)
{
	buffer_append_text(out, "table inet habo {\n");
	/* A refused connection is reset, but its name is found first: DNS answers all the same. */
	if (network != JAIL_NONE && sockets->fds[JAIL_FD_TCP] >= 0) {
		buffer_append_text(out, "chain in { type filter hook prerouting priority mangle;\n"
					"iifname != \"" JAIL_TAP "\" accept\n");
		if (network == JAIL_REFUSE)
			buffer_append_text(out, "tcp dport != 53 reject with tcp reset\n");
		buffer_printf(out,
			      "meta l4proto tcp tproxy to :%u accept\n"
			      "udp dport 53 tproxy to :53 accept\n"
			      "meta l4proto udp tproxy to :%u accept\n}\n",
			      sockets->tcp_port, sockets->udp_port);
	} else if (network == JAIL_REFUSE) {
		/* Without an internet box there is nobody to find names either. */
		buffer_append_text(out, "chain in { type filter hook prerouting priority mangle;\n"
					"iifname != \"" JAIL_TAP "\" accept\n"
					"meta l4proto tcp reject with tcp reset\n"
					"meta l4proto udp reject\n}\n");
	} else {
		buffer_append_text(out,
				   "chain in { type filter hook prerouting priority mangle;\n"
				   "iifname \"" JAIL_TAP "\" icmpv6 type { nd-neighbor-solicit, "
				   "nd-neighbor-advert } accept\n"
				   "iifname \"" JAIL_TAP "\" drop\n}\n");
	}
	/* No packet crosses this namespace, whatever else may be in it. */
	buffer_append_text(out, "chain through { type filter hook forward priority filter; "
				"policy drop; }\n}\n");
}

/* nft runs as no root of this namespace: it gets the one capability as an ambient one. */
_Noreturn static void exec_nft(int rules_fd)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};
	char *const argv[] = {(char[]){"nft"}, (char[]){"-f"}, (char[]){"-"}, NULL};
	char *const environment[] = {(char[]){"PATH=/usr/sbin:/sbin:/usr/bin:/bin"}, NULL};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (syscall(SYS_capget, &header, data) != 0)
		_exit(126);
	data[0].inheritable |= 1U << CAP_NET_ADMIN;
	if (syscall(SYS_capset, &header, data) != 0 ||
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0) != 0 ||
	    dup2(rules_fd, 0) < 0)
		_exit(126);
	execve("/usr/sbin/nft", argv, environment);
	_exit(127);
}

struct error *jail_net_rules(enum jail_network network, const struct jail_sockets *sockets,
			     pid_t *ret)
{
	cleanup_buffer struct buffer rules = {.limit = 4096};
	int ends[2];

	rules_text(network, sockets, &rules);
	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_os(errno, "pipe");
	cleanup_close int read_end = ends[0];
	cleanup_close int write_end = ends[1];
	/* Shorter than a pipe's buffer: the write does not block. */
	struct error *err = file_write_fd(write_end, rules.data, rules.size);
	if (err)
		return err;
	pid_t pid = fork();
	if (pid < 0)
		return error_os(errno, "fork");
	if (pid == 0)
		exec_nft(read_end);
	*ret = pid;
	return NULL;
}
