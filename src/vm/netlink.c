/* SPDX-License-Identifier: MIT */
#include "vm/netlink.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <unistd.h>

enum { REQUEST_MAX = 512, REPLY_MAX = 32768 };

struct request {
	_Alignas(struct nlmsghdr) uint8_t bytes[REQUEST_MAX];
	size_t size;
};

static struct nlmsghdr *request_header(struct request *request)
{
	return (struct nlmsghdr *)(void *)request->bytes;
}

static void request_init(struct request *request, uint16_t type, uint16_t flags, const void *body,
			 size_t size)
{
	*request = (struct request){.size = NLMSG_HDRLEN + NLMSG_ALIGN(size)};
	*request_header(request) =
		(struct nlmsghdr){.nlmsg_type = type,
				  .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags),
				  .nlmsg_seq = 1};
	memcpy(request->bytes + NLMSG_HDRLEN, body, size);
}

static void request_add(struct request *request, uint16_t type, const void *bytes, size_t size)
{
	const struct rtattr attribute = {.rta_len = (uint16_t)RTA_LENGTH(size), .rta_type = type};

	memcpy(request->bytes + request->size, &attribute, sizeof(attribute));
	memcpy(request->bytes + request->size + RTA_LENGTH(0), bytes, size);
	request->size += RTA_ALIGN(attribute.rta_len);
}

static struct error *request_send(int fd, struct request *request)
{
	request_header(request)->nlmsg_len = (uint32_t)request->size;
	if (send(fd, request->bytes, request->size, 0) != (ssize_t)request->size)
		return error_os(errno, "rtnetlink: send");
	return NULL;
}

/* The reply is the kernel's own, so that its lengths may be believed; the macros check them too. */
static struct error *request_run(int fd, struct request *request, const char *what)
{
	_Alignas(struct nlmsghdr) uint8_t reply[4096];
	const struct nlmsghdr *header = (const struct nlmsghdr *)(const void *)reply;
	struct nlmsgerr result;

	request_header(request)->nlmsg_flags |= NLM_F_ACK;
	struct error *err = request_send(fd, request);
	if (err)
		return err;
	ssize_t got = recv(fd, reply, sizeof(reply), 0);
	if (got < (ssize_t)(NLMSG_HDRLEN + sizeof(result)) || header->nlmsg_type != NLMSG_ERROR)
		return error_new(ERROR_FAILED, "%s: no answer from rtnetlink", what);
	memcpy(&result, reply + NLMSG_HDRLEN, sizeof(result));
	if (result.error)
		return error_os(-result.error, "%s", what);
	return NULL;
}

struct error *netlink_open(int *ret_fd)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return error_os(errno, "open an rtnetlink socket");
	*ret_fd = fd;
	return NULL;
}

struct error *netlink_link_up(int fd, int link)
{
	const struct ifinfomsg body = {
		.ifi_index = link, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
	struct request request;

	request_init(&request, RTM_NEWLINK, 0, &body, sizeof(body));
	return request_run(fd, &request, "bring a link up");
}

struct error *netlink_address_add(int fd, int link, int family, const void *address,
				  unsigned prefix)
{
	const struct ifaddrmsg body = {.ifa_family = (uint8_t)family,
				       .ifa_prefixlen = (uint8_t)prefix,
				       .ifa_flags = IFA_F_NODAD,
				       .ifa_index = (uint32_t)link};
	size_t size = family == AF_INET ? 4 : 16;
	struct request request;

	request_init(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	request_add(&request, IFA_LOCAL, address, size);
	request_add(&request, IFA_ADDRESS, address, size);
	return request_run(fd, &request, "give a link its address");
}

struct error *netlink_route_local(int fd, int family, int lo)
{
	const struct rtmsg body = {.rtm_family = (uint8_t)family,
				   .rtm_table = RT_TABLE_LOCAL,
				   .rtm_protocol = RTPROT_STATIC,
				   .rtm_scope =
					   family == AF_INET ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE,
				   .rtm_type = RTN_LOCAL};
	struct request request;

	request_init(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	request_add(&request, RTA_OIF, &lo, sizeof(lo));
	return request_run(fd, &request, "add the catch-all route");
}

struct error *netlink_route_link(int fd, int family, int link, const void *address, unsigned prefix)
{
	const struct rtmsg body = {.rtm_family = (uint8_t)family,
				   .rtm_dst_len = (uint8_t)prefix,
				   .rtm_table = RT_TABLE_LOCAL,
				   .rtm_protocol = RTPROT_STATIC,
				   .rtm_scope =
					   family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
				   .rtm_type = RTN_UNICAST};
	struct request request;

	request_init(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	request_add(&request, RTA_DST, address, family == AF_INET ? 4 : 16);
	request_add(&request, RTA_OIF, &link, sizeof(link));
	return request_run(fd, &request, "add the route to the guest");
}

static struct error *dump_take(struct span reply, uint16_t type, netlink_each *each, void *context,
			       bool *done)
{
	size_t offset = 0;

	while (reply.size - offset >= NLMSG_HDRLEN) {
		struct nlmsghdr header;
		memcpy(&header, reply.data + offset, sizeof(header));
		if (header.nlmsg_len < NLMSG_HDRLEN || header.nlmsg_len > reply.size - offset)
			return error_new(ERROR_FORMAT, "rtnetlink: a message is cut");
		if (header.nlmsg_type == NLMSG_DONE) {
			*done = true;
			return NULL;
		}
		if (header.nlmsg_type == NLMSG_ERROR)
			return error_new(ERROR_FAILED, "rtnetlink refuses to list (type %u)", type);
		struct span body =
			span_clip(reply, offset + NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN);
		struct error *err = each(context, header.nlmsg_type, body);
		if (err)
			return err;
		offset += min_of((size_t)NLMSG_ALIGN(header.nlmsg_len), reply.size - offset);
	}
	return NULL;
}

struct error *netlink_dump(int fd, uint16_t type, int family, netlink_each *each, void *context)
{
	/* The kernel takes the longest of the fixed headers for every type. */
	const struct ifinfomsg body = {.ifi_family = (uint8_t)family};
	cleanup_free uint8_t *reply = malloc(REPLY_MAX);
	struct request request;
	bool done = false;

	request_init(&request, type, NLM_F_DUMP, &body, sizeof(body));
	struct error *err = request_send(fd, &request);
	if (err)
		return err;
	while (!done) {
		ssize_t got = recv(fd, reply, REPLY_MAX, 0);
		if (got <= 0)
			return error_os(got < 0 ? errno : EPIPE, "rtnetlink: read a list");
		struct span bytes = {.data = reply, .size = (size_t)got};
		err = dump_take(bytes, type, each, context, &done);
		if (err)
			return err;
	}
	return NULL;
}

struct span netlink_attribute(struct span body, size_t header, uint16_t type)
{
	size_t offset = NLMSG_ALIGN(header);

	while (offset <= body.size && body.size - offset >= sizeof(struct rtattr)) {
		struct rtattr attribute;
		memcpy(&attribute, body.data + offset, sizeof(attribute));
		if (attribute.rta_len < sizeof(attribute) || attribute.rta_len > body.size - offset)
			break;
		if ((attribute.rta_type & NLA_TYPE_MASK) == type)
			return span_clip(body, offset + RTA_LENGTH(0),
					 (size_t)attribute.rta_len - RTA_LENGTH(0));
		offset += RTA_ALIGN(attribute.rta_len);
	}
	return (struct span){.data = body.data};
}
