/* SPDX-License-Identifier: MIT */
#include "packet/detail.h"

#include <netinet/in.h>
#include <string.h>

#include "packet/dns.h"

enum { MAX_SHOWN_RECORDS = 32, MAX_LINE = 512 };

static const struct {
	uint16_t flag;
	const char *name;
} flag_names[] = {
	{TCP_FIN, "FIN"}, {TCP_SYN, "SYN"}, {TCP_RST, "RST"}, {TCP_PSH, "PSH"}, {TCP_ACK, "ACK"},
	{TCP_URG, "URG"}, {TCP_ECE, "ECE"}, {TCP_CWR, "CWR"}, {TCP_AE, "AE"},
};

static void append_mac(const uint8_t mac[6], struct buffer *out)
{
	static const uint8_t everyone[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	if (memcmp(mac, everyone, 6) == 0)
		buffer_append_text(out, "Broadcast");
	else
		buffer_printf(out, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
			      mac[4], mac[5]);
}

static void append_address(const struct ip_address *address, struct buffer *out)
{
	char text[IP_ADDRESS_TEXT_SIZE];

	ip_address_text(address, text);
	buffer_append_text(out, text);
}

static void append_ends(const struct packet *packet, const char *protocol, struct buffer *out)
{
	if (packet->source.family) {
		append_address(&packet->source, out);
		buffer_append_text(out, " → ");
		append_address(&packet->target, out);
	} else {
		append_mac(packet->source_mac, out);
		buffer_append_text(out, " → ");
		append_mac(packet->target_mac, out);
	}
	buffer_printf(out, " %s %u ", protocol, packet->frame_size);
}

void packet_detail_as(const struct packet *packet, const char *protocol, struct span text,
		      struct buffer *out)
{
	struct span cut = span_clip(text, 0, MAX_LINE);

	append_ends(packet, protocol, out);
	buffer_append(out, cut.data, cut.size);
}

/* Options in the order in which they stand, as tshark does. */
static void append_tcp_options(struct span options, struct buffer *out)
{
	struct reader reader = reader_of(options, BYTE_ORDER_BIG);

	while (reader_left(&reader) > 0) {
		uint8_t kind = reader_u8(&reader);
		if (kind == 0)
			return;
		if (kind == 1)
			continue;
		uint8_t size = reader_u8(&reader);
		struct span value = reader_bytes(&reader, size < 2 ? UINT64_MAX : size - 2U);
		if (!reader_ok(&reader))
			return;
		if (kind == 2 && value.size == 2)
			buffer_printf(out, " MSS=%u", span_u16(value, 0, BYTE_ORDER_BIG));
		else if (kind == 3 && value.size == 1)
			buffer_printf(out, " WS=%u", 1U << min_of(span_u8(value, 0) + 0U, 14U));
		else if (kind == 4)
			buffer_append_text(out, " SACK_PERM");
		else if (kind == 8 && value.size == 8)
			buffer_printf(out, " TSval=%u TSecr=%u", span_u32(value, 0, BYTE_ORDER_BIG),
				      span_u32(value, 4, BYTE_ORDER_BIG));
	}
}

static void append_tcp(const struct packet *packet, const struct detail_connection *connection,
		       struct buffer *out)
{
	static const struct detail_connection none;
	const struct tcp_header *tcp = &packet->tcp;
	bool is_first = true;

	if (!connection)
		connection = &none;
	append_ends(packet, "TCP", out);
	buffer_printf(out, "%u → %u [", packet->source_port, packet->target_port);
	for (size_t i = 0; i < ARRAY_SIZE(flag_names); i++) {
		if (!(tcp->flags & flag_names[i].flag))
			continue;
		buffer_printf(out, "%s%s", is_first ? "" : ", ", flag_names[i].name);
		is_first = false;
	}
	buffer_printf(out, "%s] Seq=%u", is_first ? "<None>" : "",
		      tcp->sequence - connection->sequence_base);
	if (tcp->flags & TCP_ACK)
		buffer_printf(out, " Ack=%u",
			      tcp->acknowledgment - connection->acknowledgment_base);
	/* The window of a SYN is never scaled (RFC 7323 2.2). */
	unsigned shift = tcp->flags & TCP_SYN ? 0 : connection->window_shift;
	buffer_printf(out, " Win=%u", (unsigned)tcp->window << shift);
	if (tcp->flags & TCP_URG)
		buffer_printf(out, " Urg=%u", tcp->urgent);
	buffer_printf(out, " Len=%u", packet->payload_size);
	append_tcp_options(tcp->options, out);
}

static void append_dns_name(const char *name, struct buffer *out)
{
	buffer_append_text(out, strcmp(name, ".") == 0 ? "<Root>" : name);
}

static void append_dns_record(struct dns_parser *parser, const struct dns_record *record,
			      struct buffer *out)
{
	char type[16];

	buffer_printf(out, " %s", dns_type_text(record->type, type));
	if (record->type == DNS_TYPE_OPT)
		return;
	if (record->type == DNS_TYPE_TXT || record->type == DNS_TYPE_HTTPS)
		return;
	buffer_append_char(out, ' ');
	dns_record_text(parser, record, out);
}

bool packet_dns_text(struct span message, struct buffer *out)
{
	struct dns_parser parser;
	struct dns_question question;
	struct dns_record record;
	char type[16];

	if (!dns_parser_init(&parser, message))
		return false;
	const struct dns_header *header = &parser.header;
	bool is_response = header->flags & DNS_FLAG_RESPONSE;
	uint16_t operation = dns_flags_operation(header->flags);
	buffer_append_text(out, operation == 0 ? "Standard query" : "Unknown operation");
	if (operation != 0)
		buffer_printf(out, " (%u)", operation);
	buffer_printf(out, "%s 0x%04x", is_response ? " response" : "", header->id);
	uint16_t result = dns_flags_result(header->flags);
	if (is_response && result) {
		const char *text = dns_result_text(result);
		buffer_printf(out, " %s", text ? text : "Unknown error");
	}
	for (unsigned i = 0; i < header->question_count; i++) {
		if (!dns_parser_question(&parser, &question))
			return true;
		buffer_printf(out, " %s ", dns_type_text(question.type, type));
		append_dns_name(question.name, out);
	}
	unsigned records =
		(unsigned)header->answer_count + header->authority_count + header->additional_count;
	for (unsigned i = 0; i < records && i < MAX_SHOWN_RECORDS; i++) {
		if (!dns_parser_record(&parser, &record))
			return true;
		append_dns_record(&parser, &record, out);
	}
	return true;
}

static void append_icmp(const struct packet *packet, struct buffer *out)
{
	const struct icmp_header *icmp = &packet->icmp;
	bool is_v6 = packet->protocol == IPPROTO_ICMPV6;
	bool is_request = icmp->type == (is_v6 ? 128 : 8);
	bool is_reply = icmp->type == (is_v6 ? 129 : 0);

	append_ends(packet, is_v6 ? "ICMPv6" : "ICMP", out);
	if (!is_request && !is_reply) {
		buffer_printf(out, "Type %u code %u", icmp->type, icmp->code);
		return;
	}
	const char *kind = is_request ? "request" : "reply";
	if (is_v6)
		buffer_printf(out, "Echo (ping) %s id=0x%04x, seq=%u, hop limit=%u", kind,
			      icmp->identifier, icmp->sequence, packet->ttl);
	else /* the sequence also in the other byte order, as Windows counts */
		buffer_printf(out, "Echo (ping) %-8s id=0x%04x, seq=%u/%u, ttl=%u", kind,
			      icmp->identifier, icmp->sequence,
			      (icmp->sequence >> 8 | icmp->sequence << 8) & 0xffff, packet->ttl);
}

static void append_arp(const struct packet *packet, struct buffer *out)
{
	const struct arp_header *arp = &packet->arp;

	append_ends(packet, "ARP", out);
	if (arp->operation == 1) {
		buffer_append_text(out, "Who has ");
		append_address(&arp->target, out);
		buffer_append_text(out, "? Tell ");
		append_address(&arp->sender, out);
	} else {
		append_address(&arp->sender, out);
		buffer_append_text(out, " is at ");
		append_mac(arp->sender_mac, out);
	}
}

static bool append_udp_dns(const struct packet *packet, struct buffer *out)
{
	cleanup_buffer struct buffer text = {.limit = MAX_LINE};
	bool is_dns_port = packet->source_port == 53 || packet->target_port == 53;

	if (!is_dns_port || !packet_dns_text(packet->payload, &text))
		return false;
	packet_detail_as(packet, "DNS", buffer_span(&text), out);
	return true;
}

static void append_other(const struct packet *packet, struct buffer *out)
{
	if (packet->layer == PACKET_LAYER_IP)
		append_ends(packet, packet->source.family == 6 ? "IPv6" : "IPv4", out);
	else
		append_ends(packet, "Ethernet", out);
	if (packet->layer == PACKET_LAYER_IP)
		buffer_printf(out, "Protocol %u", packet->protocol);
	else
		buffer_printf(out, "Type 0x%04x", packet->ether_type);
}

void packet_detail(const struct packet *packet, const struct detail_connection *connection,
		   struct buffer *out)
{
	switch (packet->layer) {
	case PACKET_LAYER_TCP:
		append_tcp(packet, connection, out);
		break;
	case PACKET_LAYER_UDP:
		if (append_udp_dns(packet, out))
			break;
		append_ends(packet, "UDP", out);
		buffer_printf(out, "%u → %u Len=%u", packet->source_port, packet->target_port,
			      packet->payload_size);
		break;
	case PACKET_LAYER_ICMP:
		append_icmp(packet, out);
		break;
	case PACKET_LAYER_ARP:
		append_arp(packet, out);
		break;
	case PACKET_LAYER_NONE:
	case PACKET_LAYER_LINK:
	case PACKET_LAYER_IP:
		append_other(packet, out);
		break;
	}
}
