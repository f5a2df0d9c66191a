/* SPDX-License-Identifier: MIT */
#include "packet/dns.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "packet/address.h"

enum { MAX_NAME_SIZE = 255, MAX_LABELS = 128, MAX_RDATA_HEX = 256 };

struct name_text {
	char *out;
	size_t used;
};

static bool is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c > ' ' && c < 0x7f && strchr("-_*/:+=@!#$%&,;~?", c));
}

static void append_label(struct name_text *text, struct span label)
{
	if (text->used)
		text->out[text->used++] = '.';
	for (size_t i = 0; i < label.size; i++) {
		uint8_t c = span_u8(label, i);
		if (is_plain(c))
			text->out[text->used++] = (char)c;
		else
			text->used += (size_t)snprintf(text->out + text->used, 5, "\\%03u", c);
	}
}

bool dns_name_read(struct reader *reader, char out[DNS_NAME_TEXT_SIZE])
{
	struct name_text text = {.out = out};
	struct reader walk = *reader;
	size_t limit = reader->offset; /* a pointer must lead before this */
	size_t wire_size = 0;
	bool has_jumped = false;

	out[0] = '\0';
	for (int labels = 0; labels < MAX_LABELS; labels++) {
		uint8_t size = reader_u8(&walk);
		if (!reader_ok(&walk))
			break;
		if (size >= 0xc0) {
			size_t target = (size_t)(size & 0x3f) << 8 | reader_u8(&walk);
			if (!reader_ok(&walk) || target >= limit)
				break;
			if (!has_jumped)
				reader->offset = walk.offset;
			has_jumped = true;
			limit = target;
			walk.offset = target;
			continue;
		}
		if (size == 0) {
			if (!has_jumped)
				reader->offset = walk.offset;
			if (!text.used)
				out[text.used++] = '.';
			out[text.used] = '\0';
			return true;
		}
		struct span label = reader_bytes(&walk, size);
		wire_size += size + 1U;
		if (size > 63 || !reader_ok(&walk) || wire_size >= MAX_NAME_SIZE)
			break;
		append_label(&text, label);
	}
	reader->failed = true;
	return false;
}

bool dns_parser_init(struct dns_parser *parser, struct span message)
{
	struct reader *reader = &parser->reader;

	*reader = reader_of(message, BYTE_ORDER_BIG);
	struct dns_header *header = &parser->header;
	header->id = reader_u16(reader);
	header->flags = reader_u16(reader);
	header->question_count = reader_u16(reader);
	header->answer_count = reader_u16(reader);
	header->authority_count = reader_u16(reader);
	header->additional_count = reader_u16(reader);
	return reader_ok(reader);
}

bool dns_parser_question(struct dns_parser *parser, struct dns_question *ret)
{
	if (!reader_ok(&parser->reader) || !dns_name_read(&parser->reader, ret->name))
		return false;
	ret->type = reader_u16(&parser->reader);
	ret->class = reader_u16(&parser->reader);
	return reader_ok(&parser->reader);
}

bool dns_parser_record(struct dns_parser *parser, struct dns_record *ret)
{
	struct reader *reader = &parser->reader;

	if (!reader_ok(reader) || !dns_name_read(reader, ret->name))
		return false;
	ret->type = reader_u16(reader);
	ret->class = reader_u16(reader);
	ret->ttl = reader_u32(reader);
	uint16_t size = reader_u16(reader);
	ret->data_offset = reader->offset;
	ret->data = reader_bytes(reader, size);
	return reader_ok(reader);
}

static void append_name_at(const struct dns_parser *parser, const struct dns_record *record,
			   size_t skip, struct buffer *out)
{
	struct reader reader = reader_of(parser->reader.span, BYTE_ORDER_BIG);
	char name[DNS_NAME_TEXT_SIZE];

	reader_skip(&reader, record->data_offset);
	reader_skip(&reader, skip);
	buffer_append_text(out, dns_name_read(&reader, name) ? name : "?");
}

static void append_text_strings(const struct dns_record *record, struct buffer *out)
{
	struct reader reader = reader_of(record->data, BYTE_ORDER_BIG);

	for (bool is_first = true; reader_left(&reader) > 0; is_first = false) {
		struct span text = reader_bytes(&reader, reader_u8(&reader));
		if (!reader_ok(&reader))
			return;
		if (!is_first)
			buffer_append_char(out, ' ');
		buffer_append_char(out, '"');
		buffer_append(out, text.data, text.size);
		buffer_append_char(out, '"');
	}
}

static void append_hex(struct span data, struct buffer *out)
{
	char hex[2 * MAX_RDATA_HEX + 1];
	struct span head = span_clip(data, 0, MAX_RDATA_HEX);

	text_hex(head.data, head.size, hex);
	buffer_append_text(out, hex);
}

void dns_record_text(const struct dns_parser *parser, const struct dns_record *record,
		     struct buffer *out)
{
	char address_text[IP_ADDRESS_TEXT_SIZE];
	struct span data = record->data;

	if ((record->type == DNS_TYPE_A && data.size == 4) ||
	    (record->type == DNS_TYPE_AAAA && data.size == 16)) {
		struct ip_address address = ip_address_of(data);
		ip_address_text(&address, address_text);
		buffer_append_text(out, address_text);
	} else if (record->type == DNS_TYPE_NS || record->type == DNS_TYPE_CNAME ||
		   record->type == DNS_TYPE_PTR || record->type == DNS_TYPE_SOA) {
		append_name_at(parser, record, 0, out);
	} else if (record->type == DNS_TYPE_MX) {
		buffer_printf(out, "%u ", span_u16(data, 0, BYTE_ORDER_BIG));
		append_name_at(parser, record, 2, out);
	} else if (record->type == DNS_TYPE_SRV) {
		buffer_printf(out, "%u %u %u ", span_u16(data, 0, BYTE_ORDER_BIG),
			      span_u16(data, 2, BYTE_ORDER_BIG), span_u16(data, 4, BYTE_ORDER_BIG));
		append_name_at(parser, record, 6, out);
	} else if (record->type == DNS_TYPE_TXT) {
		append_text_strings(record, out);
	} else {
		append_hex(data, out);
	}
}

static const struct {
	uint16_t type;
	const char *name;
} type_names[] = {
	{1, "A"},      {2, "NS"},      {5, "CNAME"},  {6, "SOA"},   {10, "NULL"}, {12, "PTR"},
	{13, "HINFO"}, {15, "MX"},     {16, "TXT"},   {28, "AAAA"}, {29, "LOC"},  {33, "SRV"},
	{35, "NAPTR"}, {37, "CERT"},   {39, "DNAME"}, {41, "OPT"},  {43, "DS"},   {46, "RRSIG"},
	{47, "NSEC"},  {48, "DNSKEY"}, {50, "NSEC3"}, {52, "TLSA"}, {64, "SVCB"}, {65, "HTTPS"},
	{99, "SPF"},   {251, "IXFR"},  {252, "AXFR"}, {255, "ANY"}, {257, "CAA"},
};

const char *dns_type_text(uint16_t type, char out[16])
{
	for (size_t i = 0; i < ARRAY_SIZE(type_names); i++)
		if (type_names[i].type == type)
			return type_names[i].name;
	snprintf(out, 16, "TYPE%u", type);
	return out;
}

uint16_t dns_flags_operation(uint16_t flags)
{
	return (flags >> 11) & 0xf;
}

uint16_t dns_flags_result(uint16_t flags)
{
	return flags & 0xf;
}

const char *dns_result_text(uint16_t result)
{
	static const char *const names[] = {"No error",     "Format error",    "Server failure",
					    "No such name", "Not implemented", "Refused"};

	return result < ARRAY_SIZE(names) ? names[result] : NULL;
}
