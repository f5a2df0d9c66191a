/* SPDX-License-Identifier: MIT */
#include "vm/netcheck.h"

#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "vm/netlink.h"

struct check {
	const char *tap;
	int lo_index;
	int tap_index;
};

static uint32_t attribute_u32(struct span body, size_t header, uint16_t type)
{
	struct span value = netlink_attribute(body, header, type);
	uint32_t number = 0;

	if (value.size >= sizeof(number))
		memcpy(&number, value.data, sizeof(number));
	return number;
}

/*
 * Some kernels put tunnel devices that are down and bound to nothing into every new namespace (sit0,
 * tunl0…: fb_tunnels_only_for_init_net = 0). A device that is down carries no packet, and nobody in
 * a run has the capability to bring it up.
 */
static bool is_idle_tunnel(const struct ifinfomsg *link)
{
	return !(link->ifi_flags & IFF_UP) &&
	       (link->ifi_type == ARPHRD_SIT || link->ifi_type == ARPHRD_TUNNEL ||
		link->ifi_type == ARPHRD_TUNNEL6 || link->ifi_type == ARPHRD_IPGRE ||
		link->ifi_type == ARPHRD_IP6GRE);
}

static struct error *check_link(void *context, uint16_t type, struct span body)
{
	struct check *check = context;
	struct ifinfomsg link;
	char name[IFNAMSIZ] = "";

	if (type != RTM_NEWLINK || body.size < sizeof(link))
		return NULL;
	memcpy(&link, body.data, sizeof(link));
	struct span value = netlink_attribute(body, sizeof(link), IFLA_IFNAME);
	memcpy(name, value.data, min_of(value.size, sizeof(name) - 1));
	if (link.ifi_flags & IFF_LOOPBACK) {
		check->lo_index = link.ifi_index;
		return NULL;
	}
	if (check->tap && strcmp(name, check->tap) == 0) {
		check->tap_index = link.ifi_index;
		return NULL;
	}
	if (is_idle_tunnel(&link))
		return NULL;
	return error_new(ERROR_UNSAFE, "the jail has a network device '%s' that leads somewhere",
			 name);
}

static struct error *check_route(void *context, uint16_t type, struct span body)
{
	const struct check *check = context;
	struct rtmsg route;

	if (type != RTM_NEWROUTE || body.size < sizeof(route))
		return NULL;
	memcpy(&route, body.data, sizeof(route));
	if (route.rtm_type == RTN_UNREACHABLE || route.rtm_type == RTN_BLACKHOLE ||
	    route.rtm_type == RTN_PROHIBIT)
		return NULL;
	int link = (int)attribute_u32(body, sizeof(route), RTA_OIF);
	if (netlink_attribute(body, sizeof(route), RTA_GATEWAY).size ||
	    netlink_attribute(body, sizeof(route), RTA_VIA).size)
		return error_new(ERROR_UNSAFE, "the jail has a route over a gateway");
	if (netlink_attribute(body, sizeof(route), RTA_MULTIPATH).size)
		return error_new(ERROR_UNSAFE, "the jail has a route of several paths");
	if (netlink_attribute(body, sizeof(route), RTA_ENCAP).size)
		return error_new(ERROR_UNSAFE, "the jail has a route into a tunnel");
	if (link == check->lo_index || (check->tap_index && link == check->tap_index))
		return NULL;
	return error_new(ERROR_UNSAFE, "the jail has a route over device %d", link);
}

/* Rules choose tables; every table's routes are checked, so that only jumps and odd actions matter. */
static struct error *check_rule(void *context UNUSED, uint16_t type, struct span body)
{
	struct fib_rule_hdr rule;

	if (type != RTM_NEWRULE || body.size < sizeof(rule))
		return NULL;
	memcpy(&rule, body.data, sizeof(rule));
	if (rule.action != FR_ACT_TO_TBL)
		return error_new(ERROR_UNSAFE, "the jail has a routing rule of action %u",
				 rule.action);
	return NULL;
}

struct error *netcheck_no_uplink(const char *tap)
{
	struct check check = {.tap = tap};
	cleanup_close int fd = -1;

	struct error *err = netlink_open(&fd);
	if (err)
		return err;
	err = netlink_dump(fd, RTM_GETLINK, AF_UNSPEC, check_link, &check);
	if (err)
		return err;
	if (!check.lo_index || (tap && !check.tap_index))
		return error_new(ERROR_UNSAFE, "the jail lacks its own network device");
	err = netlink_dump(fd, RTM_GETROUTE, AF_INET, check_route, &check);
	if (!err)
		err = netlink_dump(fd, RTM_GETROUTE, AF_INET6, check_route, &check);
	if (!err)
		err = netlink_dump(fd, RTM_GETRULE, AF_INET, check_rule, &check);
	if (!err)
		err = netlink_dump(fd, RTM_GETRULE, AF_INET6, check_rule, &check);
	return err;
}
