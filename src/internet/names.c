/* SPDX-License-Identifier: MIT */
#include "internet/names.h"

#include <string.h>

#include "base/alloc.h"

enum {
	HOSTS_PER_NET = 254, /* .1 to .254 */
	SMALL_SLOTS = 2 * HOSTS_PER_NET,
	SMALL_FULL = SMALL_SLOTS * 3 / 4, /* probing stays short below this */
	LARGE_NETS = 512,
	LARGE_SLOTS = LARGE_NETS * HOSTS_PER_NET,
};

struct names {
	char *by_slot[SMALL_SLOTS + LARGE_SLOTS];
	size_t small_used;
	size_t large_used;
	uint64_t shared;
};

struct names *names_new(void)
{
	return xcalloc(1, sizeof(struct names));
}

void names_free(struct names *names)
{
	if (!names)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(names->by_slot); i++)
		free(names->by_slot[i]);
	free(names);
}

static struct ip_address slot_address(size_t slot)
{
	static const uint32_t small_nets[] = {0xc6336400, 0xcb007100};
	uint32_t net =
		slot < SMALL_SLOTS
			? small_nets[slot / HOSTS_PER_NET]
			: 0xc6120000 + (uint32_t)((slot - SMALL_SLOTS) / HOSTS_PER_NET) * 256;
	size_t host = (slot < SMALL_SLOTS ? slot : slot - SMALL_SLOTS) % HOSTS_PER_NET;

	return ip_address_v4(net + 1 + (uint32_t)host);
}

/* The slot of an address, or SIZE_MAX. */
static size_t address_slot(const struct ip_address *address)
{
	uint32_t value = span_u32(span_of(address->bytes, 4), 0, BYTE_ORDER_BIG);
	uint32_t host = value & 0xff;
	size_t net_slot;

	if (address->family == 6) {
		struct ip_address low = ip_address_of(span_of(address->bytes + 12, 4));
		static const uint8_t prefix[12] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1};
		return memcmp(address->bytes, prefix, sizeof(prefix)) == 0 ? address_slot(&low)
									   : SIZE_MAX;
	}
	if (host == 0 || host == 255)
		return SIZE_MAX;
	if (value >> 8 == 0xc63364)
		net_slot = 0;
	else if (value >> 8 == 0xcb0071)
		net_slot = HOSTS_PER_NET;
	else if (value >> 17 == 0xc612 >> 1)
		net_slot = SMALL_SLOTS + ((value - 0xc6120000) >> 8) * (size_t)HOSTS_PER_NET;
	else
		return SIZE_MAX;
	return net_slot + host - 1;
}

/* FNV-1a, mixed once more so that names which differ only at the end lie apart. */
static uint64_t hash_name(const char *name)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 0x100000001b3;
	hash ^= hash >> 32;
	hash *= 0xd6e8feb86659fd93;
	return hash ^ hash >> 32;
}

/* Looks through a pool from the name's own place on: its slot, or a free one (taken when `may_add`),
 * or SIZE_MAX. */
static size_t probe(struct names *names, const char *name, size_t first, size_t count, bool may_add)
{
	size_t start = (size_t)(hash_name(name) % count);

	for (size_t i = 0; i < count; i++) {
		size_t slot = first + (start + i) % count;
		if (!names->by_slot[slot]) {
			if (!may_add)
				return SIZE_MAX;
			names->by_slot[slot] = xstrdup(name);
			return slot;
		}
		if (strcmp(names->by_slot[slot], name) == 0)
			return slot;
	}
	return SIZE_MAX;
}

static char *lower_case(const char *name)
{
	char *lower = xstrdup(name);

	for (char *c = lower; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 'a' - 'A');
	return lower;
}

struct ip_address names_address(struct names *names, const char *name)
{
	cleanup_free char *lower = lower_case(name);

	size_t slot = probe(names, lower, 0, SMALL_SLOTS, false);
	if (slot == SIZE_MAX && names->small_used < SMALL_FULL) {
		slot = probe(names, lower, 0, SMALL_SLOTS, true);
		names->small_used++;
	}
	if (slot == SIZE_MAX)
		slot = probe(names, lower, SMALL_SLOTS, LARGE_SLOTS, false);
	if (slot == SIZE_MAX && names->large_used < NAMES_MAX) {
		slot = probe(names, lower, SMALL_SLOTS, LARGE_SLOTS, true);
		names->large_used++;
	}
	if (slot == SIZE_MAX) {
		slot = SMALL_SLOTS + (size_t)(hash_name(lower) % LARGE_SLOTS);
		names->shared++;
	}
	return slot_address(slot);
}

struct ip_address names_address_v6(struct names *names, const char *name)
{
	struct ip_address low = names_address(names, name);
	struct ip_address address = {.family = 6, .bytes = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1}};

	memcpy(address.bytes + 12, low.bytes, 4);
	return address;
}

const char *names_find(const struct names *names, const struct ip_address *address)
{
	size_t slot = address_slot(address);

	return slot == SIZE_MAX ? NULL : names->by_slot[slot];
}

uint64_t names_count(const struct names *names)
{
	return names->small_used + names->large_used;
}

uint64_t names_shared_count(const struct names *names)
{
	return names->shared;
}
