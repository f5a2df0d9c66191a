/* SPDX-License-Identifier: MIT */
#include "static/host.h"

#include <string.h>

#include "base/macro.h"
#include "base/text.h"

/* Suffixes of files and of members of objects that are top-level domains as well: a bare name under
 * them is believed only with three labels, or not at all. */
static const char *const ambiguous[] = {
	"ac", "ai", "am",  "as", "at",  "be",   "by", "bz",   "cab", "cat", "cc", "cf",
	"do", "fm", "id",  "in", "int", "is",   "it", "java", "la",  "md",  "mk", "ml",
	"mm", "mo", "mov", "ms", "my",  "name", "no", "pl",   "pm",  "ps",  "py", "rs",
	"sc", "sh", "so",  "st", "sys", "tc",   "td", "tf",   "tm",  "to",  "vi", "zip",
};

/* Under these two labels are enough: they are neither suffixes of files nor words of programs. */
static const char *const plain[] = {
	"biz", "bit",    "br", "cn", "co", "com",  "cz",   "de", "edu",  "eu",  "fr",
	"gov", "hk",     "hu", "io", "ir", "jp",   "kr",   "kz", "mil",  "net", "nl",
	"org", "online", "pw", "ru", "se", "site", "su",   "tk", "top",  "tr",  "tw",
	"ua",  "uk",     "us", "vn", "ws", "xyz",  "club", "cx", "info", "i2p", "onion",
};

static const char *const common[] = {
	"adobe.com",      "apache.org",      "apple.com",      "cpan.org",        "debian.org",
	"example.com",    "example.net",     "example.org",    "freedesktop.org", "gentoo.org",
	"github.com",     "gnome.org",       "gnu.org",        "gnupg.org",       "go.dev",
	"golang.org",     "google.com",      "iana.org",       "ibm.com",         "ietf.org",
	"intel.com",      "iso.org",         "kde.org",        "kernel.org",      "launchpad.net",
	"libpng.org",     "llvm.org",        "microsoft.com",  "mozilla.org",     "musl-libc.org",
	"openoffice.org", "openssh.com",     "openssl.org",    "oracle.com",      "perl.org",
	"php.net",        "purl.org",        "python.org",     "redhat.com",      "rfc-editor.org",
	"rust-lang.org",  "sourceforge.net", "sourceware.org", "sun.com",         "suse.com",
	"systemd.io",     "ubuntu.com",      "uclibc.org",     "unicode.org",     "w3.org",
	"whatwg.org",     "x.org",           "xmlsoap.org",    "zlib.net",        "sf.net",
	"crates.io",      "docs.rs",
};

static bool is_listed(const char *const *list, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i], word) == 0)
			return true;
	}
	return false;
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

bool host_is_ipv4(struct span text, uint8_t ret[4])
{
	size_t at = 0;

	for (unsigned part = 0; part < 4; part++) {
		unsigned value = 0;
		size_t start = at;
		while (at < text.size && is_digit(text.data[at]) && at - start < 4)
			value = value * 10 + text.data[at++] - '0';
		if (at == start || value > 255 || (text.data[start] == '0' && at - start > 1))
			return false;
		ret[part] = (uint8_t)value;
		if (part < 3 && (at >= text.size || text.data[at++] != '.'))
			return false;
	}
	return at == text.size;
}

const char *ipv4_note(const uint8_t a[4])
{
	if (a[0] == 10 || (a[0] == 192 && a[1] == 168) || (a[0] == 172 && a[1] >> 4 == 1))
		return "private address";
	if (a[0] == 127)
		return "loopback";
	if (a[0] == 169 && a[1] == 254)
		return "link-local address";
	if (a[0] == 255)
		return "broadcast address or netmask";
	if (a[0] >= 224)
		return "multicast or reserved address";
	if (a[0] == 0)
		return "no host's address";
	return NULL;
}

bool ipv4_is_common(const uint8_t a[4])
{
	if (a[0] == 0 || a[0] == 127 || a[0] == 255)
		return true;
	/* 1.3.6.1, 2.5.4.3, 1.2.3.4: versions and object identifiers; but 1.1.1.1, 1.0.0.1 are
	 * resolvers. */
	bool is_resolver = a[0] == 1 && a[1] == a[2] && a[1] <= 1 && a[3] == 1;
	return a[0] < 4 && a[1] < 20 && a[2] < 20 && !is_resolver;
}

/* Lower case into out; counts labels. False when a label is empty, too long or has odd characters.
 */
static bool split_labels(struct span name, char *out, unsigned *ret_labels, bool *ret_is_mixed)
{
	size_t label = 0;
	bool has_upper = false;
	bool has_lower = false;

	*ret_labels = 1;
	for (size_t i = 0; i < name.size; i++) {
		uint8_t c = name.data[i];
		bool at_edge = label == 0 || i + 1 == name.size || name.data[i + 1] == '.';
		if (c == '.') {
			if (label == 0)
				return false;
			label = 0;
			++*ret_labels;
		} else if (is_letter(c) || is_digit(c) || (c == '-' && !at_edge)) {
			if (++label > 63)
				return false;
		} else {
			return false;
		}
		has_upper |= c >= 'A' && c <= 'Z';
		has_lower |= c >= 'a' && c <= 'z';
		out[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
	}
	out[name.size] = '\0';
	*ret_is_mixed = has_upper && has_lower;
	return label > 0;
}

static bool is_onion(const char *name, const char *tld)
{
	size_t size = (size_t)(tld - 1 - name);
	const char *label = memrchr(name, '.', size);

	label = label ? label + 1 : name;
	size -= (size_t)(label - name);
	return (size == 16 || size == 56) &&
	       strspn(label, "abcdefghijklmnopqrstuvwxyz234567") == size;
}

bool host_is_domain(struct span name, enum host_context context, char out[HOST_NAME_MAX_SIZE + 1])
{
	unsigned labels;
	bool is_mixed;

	if (name.size < 4 || name.size > HOST_NAME_MAX_SIZE ||
	    !split_labels(name, out, &labels, &is_mixed) || labels < 2)
		return false;
	const char *tld = strrchr(out, '.') + 1;
	if (!tld_is_known(tld))
		return false;
	if (strcmp(tld, "onion") == 0)
		return is_onion(out, tld);
	if (context == HOST_NAMED)
		return true;
	if (is_mixed || is_listed(ambiguous, ARRAY_SIZE(ambiguous), tld))
		return false;
	const char *before = memrchr(out, '.', (size_t)(tld - 1 - out));
	size_t second = (size_t)(tld - 1 - (before ? before + 1 : out));
	if (second < 2)
		return false;
	return labels > 2 ? strlen(tld) == 2 || is_listed(plain, ARRAY_SIZE(plain), tld)
			  : is_listed(plain, ARRAY_SIZE(plain), tld) && second >= 3;
}

bool host_is_common(const char *domain)
{
	for (size_t i = 0; i < ARRAY_SIZE(common); i++) {
		size_t size = strlen(domain);
		size_t tail = strlen(common[i]);
		if (size >= tail && strcmp(domain + size - tail, common[i]) == 0 &&
		    (size == tail || domain[size - tail - 1] == '.'))
			return true;
	}
	return false;
}
