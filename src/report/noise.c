/* SPDX-License-Identifier: MIT */
/* What is nothing to look for elsewhere: addresses that are special by RFC 6890, names that are
 * reserved by RFC 6761 and 2606, and what stands in half of all Linux programs. */
#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"
#include "report/indicator_set.h"
#include "report/report.h"

#define NOISE "noise: "

struct network {
	uint32_t address;
	unsigned bits;
	const char *what;
};

static const struct network networks[] = {
	{0x00000000, 8, NOISE "this network"},     {0x7f000000, 8, NOISE "loopback"},
	{0x0a000000, 8, NOISE "private network"},  {0xac100000, 12, NOISE "private network"},
	{0xc0a80000, 16, NOISE "private network"}, {0xa9fe0000, 16, NOISE "link-local"},
	{0xc0000200, 24, NOISE "documentation"},   {0xc6336400, 24, NOISE "documentation"},
	{0xcb007100, 24, NOISE "documentation"},   {0xc6120000, 15, NOISE "benchmarks"},
	{0xe0000000, 4, NOISE "multicast"},        {0xf0000000, 4, NOISE "reserved"},
};

struct ending {
	const char *text;
	const char *what;
};

/* The name itself, or anything under it. */
static const struct ending domains[] = {
	{"localhost", NOISE "loopback"},
	{"local", NOISE "local name"},
	{"localdomain", NOISE "local name"},
	{"arpa", NOISE "reverse look-up"},
	{"example", NOISE "documentation"},
	{"example.com", NOISE "documentation"},
	{"example.net", NOISE "documentation"},
	{"example.org", NOISE "documentation"},
	{"test", NOISE "documentation"},
	{"invalid", NOISE "documentation"},
	{"gnu.org", NOISE "in many programs"},
	{"w3.org", NOISE "in many programs"},
	{"launchpad.net", NOISE "in many programs"},
	{"debian.org", NOISE "in many programs"},
	{"ubuntu.com", NOISE "in many programs"},
	{"sourceware.org", NOISE "in many programs"},
	{"golang.org", NOISE "in many programs"},
	{"kernel.org", NOISE "in many programs"},
};

/* Paths that begin so. */
static const struct ending folders[] = {
	{"/proc/", NOISE "part of every system"},
	{"/sys/", NOISE "part of every system"},
	{"/dev/null", NOISE "part of every system"},
	{"/dev/tty", NOISE "part of every system"},
	{"/dev/urandom", NOISE "part of every system"},
	{"/dev/random", NOISE "part of every system"},
	{"/dev/pts/", NOISE "part of every system"},
	{"/usr/share/locale", NOISE "part of every system"},
	{"/usr/lib/locale", NOISE "part of every system"},
	{"/etc/ld.so", NOISE "part of every system"},
	{"/lib/ld-linux", NOISE "part of every system"},
	{"/lib64/ld-linux", NOISE "part of every system"},
	{"/usr/share/zoneinfo", NOISE "part of every system"},
};

static const char *address_noise(const char *value)
{
	struct in_addr address;

	if (inet_pton(AF_INET, value, &address) != 1)
		return NULL;
	uint32_t number = ntohl(address.s_addr);
	for (size_t i = 0; i < ARRAY_SIZE(networks); i++)
		if ((number ^ networks[i].address) >> (32 - networks[i].bits) == 0)
			return networks[i].what;
	return NULL;
}

static const char *address6_noise(const char *value)
{
	struct in6_addr address;

	if (inet_pton(AF_INET6, value, &address) != 1)
		return NULL;
	if (IN6_IS_ADDR_LOOPBACK(&address) || IN6_IS_ADDR_UNSPECIFIED(&address))
		return NOISE "loopback";
	if (IN6_IS_ADDR_LINKLOCAL(&address))
		return NOISE "link-local";
	if (IN6_IS_ADDR_MULTICAST(&address))
		return NOISE "multicast";
	if ((address.s6_addr[0] & 0xfe) == 0xfc)
		return NOISE "private network";
	static const uint8_t documentation[] = {0x20, 0x01, 0x0d, 0xb8};
	if (memcmp(address.s6_addr, documentation, sizeof(documentation)) == 0)
		return NOISE "documentation";
	return NULL;
}

static const char *domain_noise(const char *value, size_t size)
{
	while (size && value[size - 1] == '.')
		size--;
	for (size_t i = 0; i < ARRAY_SIZE(domains); i++) {
		size_t length = strlen(domains[i].text);
		if (length > size ||
		    strncasecmp(value + size - length, domains[i].text, length) != 0)
			continue;
		if (length == size || value[size - length - 1] == '.')
			return domains[i].what;
	}
	return NULL;
}

static const char *host_noise(const char *host, size_t size)
{
	char copy[64];

	if (size && host[0] == '[' && host[size - 1] == ']') {
		host++;
		size -= 2;
	}
	if (size < sizeof(copy)) {
		memcpy(copy, host, size);
		copy[size] = '\0';
		const char *noise = address_noise(copy);
		noise = noise ? noise : address6_noise(copy);
		if (noise)
			return noise;
	}
	return domain_noise(host, size);
}

/* host:port, or [address]:port */
static const char *endpoint_noise(const char *value)
{
	const char *colon = strrchr(value, ':');

	return host_noise(value, colon ? (size_t)(colon - value) : strlen(value));
}

static const char *url_noise(const char *value)
{
	const char *host = strstr(value, "://");

	host = host ? host + 3 : value;
	size_t size = strcspn(host, "/?#");
	const char *user = memchr(host, '@', size);
	if (user) {
		size -= (size_t)(user + 1 - host);
		host = user + 1;
	}
	if (size && host[0] != '[')
		size = min_of(size, strcspn(host, ":"));
	return host_noise(host, size);
}

static const char *path_noise(const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (text_starts_with(value, folders[i].text))
			return folders[i].what;
	/* What an interpreter keeps of scripts that it read. */
	if (strstr(value, "/__pycache__"))
		return NOISE "made by an interpreter";
	return NULL;
}

static const char *noise_of(enum indicator_type type, const char *value)
{
	const char *at;

	switch (type) {
	case INDICATOR_IPV4:
		return address_noise(value);
	case INDICATOR_IPV6:
		return address6_noise(value);
	case INDICATOR_DOMAIN:
		return domain_noise(value, strlen(value));
	case INDICATOR_URL:
		return url_noise(value);
	case INDICATOR_ENDPOINT:
		return endpoint_noise(value);
	case INDICATOR_EMAIL:
		at = strrchr(value, '@');
		return at ? domain_noise(at + 1, strlen(at + 1)) : NULL;
	case INDICATOR_PATH:
		return path_noise(value);
	case INDICATOR_SHA256:
	case INDICATOR_COMMAND:
		break;
	}
	return NULL;
}

const char *indicator_noise(enum indicator_type type, const char *value, bool was_used)
{
	const char *noise = noise_of(type, value);

	if (was_used && (text_equal(noise, NOISE "documentation") ||
			 text_equal(noise, NOISE "in many programs")))
		return NULL;
	return noise;
}

bool indicator_is_noise(const struct indicator *indicator)
{
	return indicator->context && text_starts_with(indicator->context, NOISE);
}
