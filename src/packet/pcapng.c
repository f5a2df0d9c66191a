/* SPDX-License-Identifier: MIT */
#include "packet/pcapng.h"

#include <string.h>

#include "base/macro.h"

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6,
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	OPTION_END = 0,
	OPTION_SECTION_APPLICATION = 4,
	OPTION_INTERFACE_NAME = 2,
	OPTION_INTERFACE_RESOLUTION = 9,
	OPTION_PACKET_FLAGS = 2,
	OPTION_STATISTICS_START = 2,
	OPTION_STATISTICS_END = 3,
	OPTION_STATISTICS_RECEIVED = 4,
	OPTION_STATISTICS_DROPPED = 7,
	OPTION_STATISTICS_DELIVERED = 8,
	BLOCK_OVERHEAD = 12,
	MAX_DIRECTION_LOOKS = 1000,
};

static void append_padding(struct buffer *out, size_t size)
{
	static const uint8_t zeros[4];

	buffer_append(out, zeros, (4 - size % 4) % 4);
}

static void append_option(struct buffer *out, uint16_t code, const void *value, uint16_t size)
{
	buffer_append_u16(out, code);
	buffer_append_u16(out, size);
	buffer_append(out, value, size);
	append_padding(out, size);
}

/* A block is built behind `out`, its size is set once it is known. */
static size_t block_begin(struct buffer *out, uint32_t type)
{
	size_t start = out->size;

	buffer_append_u32(out, type);
	buffer_append_u32(out, 0);
	return start;
}

static void block_end(struct buffer *out, size_t start)
{
	uint32_t size = (uint32_t)(out->size - start + 4);

	buffer_append_u32(out, size);
	memcpy(out->data + start + 4, out->data + out->size - 4, 4);
}

void pcapng_append_section(struct buffer *out)
{
	static const char application[] = "habo";
	size_t start = block_begin(out, BLOCK_SECTION);

	buffer_append_u32(out, BYTE_ORDER_MAGIC);
	buffer_append_u16(out, 1);
	buffer_append_u16(out, 0);
	buffer_append_u64(out, UINT64_MAX); /* size of the section: not known */
	append_option(out, OPTION_SECTION_APPLICATION, application, sizeof(application) - 1);
	append_option(out, OPTION_END, NULL, 0);
	block_end(out, start);
}

void pcapng_append_interface(struct buffer *out, const char *name, uint16_t link,
			     uint32_t snap_size)
{
	static const uint8_t nanoseconds = 9;
	size_t start = block_begin(out, BLOCK_INTERFACE);

	buffer_append_u16(out, link);
	buffer_append_u16(out, 0);
	buffer_append_u32(out, snap_size);
	append_option(out, OPTION_INTERFACE_NAME, name, (uint16_t)strnlen(name, 64));
	append_option(out, OPTION_INTERFACE_RESOLUTION, &nanoseconds, 1);
	append_option(out, OPTION_END, NULL, 0);
	block_end(out, start);
}

void pcapng_append_packet(struct buffer *out, const struct pcapng_packet *packet)
{
	size_t start = block_begin(out, BLOCK_PACKET);
	size_t captured = packet->head.size + packet->tail.size;

	buffer_append_u32(out, 0); /* interface */
	buffer_append_u32(out, (uint32_t)(packet->time_ns >> 32));
	buffer_append_u32(out, (uint32_t)packet->time_ns);
	buffer_append_u32(out, (uint32_t)captured);
	buffer_append_u32(out, packet->wire_size);
	buffer_append(out, packet->head.data, packet->head.size);
	buffer_append(out, packet->tail.data, packet->tail.size);
	append_padding(out, captured);
	if (packet->direction != PCAPNG_DIRECTION_UNKNOWN) {
		buffer_append_u16(out, OPTION_PACKET_FLAGS);
		buffer_append_u16(out, 4);
		buffer_append_u32(out, packet->direction);
		append_option(out, OPTION_END, NULL, 0);
	}
	block_end(out, start);
}

/* Times are two 32-bit halves, the high one first, whatever the byte order. */
static void append_time_option(struct buffer *out, uint16_t code, uint64_t time_ns)
{
	buffer_append_u16(out, code);
	buffer_append_u16(out, 8);
	buffer_append_u32(out, (uint32_t)(time_ns >> 32));
	buffer_append_u32(out, (uint32_t)time_ns);
}

static void append_count_option(struct buffer *out, uint16_t code, uint64_t count)
{
	buffer_append_u16(out, code);
	buffer_append_u16(out, 8);
	buffer_append_u64(out, count);
}

void pcapng_append_statistics(struct buffer *out, const struct pcapng_statistics *statistics)
{
	size_t start = block_begin(out, BLOCK_STATISTICS);

	buffer_append_u32(out, 0);
	buffer_append_u32(out, (uint32_t)(statistics->end_ns >> 32));
	buffer_append_u32(out, (uint32_t)statistics->end_ns);
	append_time_option(out, OPTION_STATISTICS_START, statistics->start_ns);
	append_time_option(out, OPTION_STATISTICS_END, statistics->end_ns);
	append_count_option(out, OPTION_STATISTICS_RECEIVED, statistics->received);
	append_count_option(out, OPTION_STATISTICS_DROPPED, statistics->dropped);
	append_count_option(out, OPTION_STATISTICS_DELIVERED, statistics->written);
	append_option(out, OPTION_END, NULL, 0);
	block_end(out, start);
}

static uint64_t read_halves(struct span value, enum byte_order order)
{
	return (uint64_t)span_u32(value, 0, order) << 32 | span_u32(value, 4, order);
}

static void read_statistics(struct span body, enum byte_order order, struct pcapng_statistics *ret)
{
	struct reader reader = reader_of(body, order);
	struct pcapng_statistics found = {.is_present = true};

	reader_skip(&reader, 12);
	while (reader_left(&reader) > 0) {
		uint16_t code = reader_u16(&reader);
		uint16_t size = reader_u16(&reader);
		struct span value = reader_bytes(&reader, size);
		reader_align(&reader, 4);
		if (!reader_ok(&reader) || code == OPTION_END)
			break;
		if (code == OPTION_STATISTICS_START)
			found.start_ns = read_halves(value, order);
		else if (code == OPTION_STATISTICS_END)
			found.end_ns = read_halves(value, order);
		else if (code == OPTION_STATISTICS_RECEIVED)
			found.received = span_u64(value, 0, order);
		else if (code == OPTION_STATISTICS_DROPPED)
			found.dropped = span_u64(value, 0, order);
		else if (code == OPTION_STATISTICS_DELIVERED)
			found.written = span_u64(value, 0, order);
	}
	*ret = found;
}

/* Learns the guest's address from a packet that says it came in. */
static void read_direction(struct span body, enum byte_order order, struct pcapng_summary *ret)
{
	struct reader reader = reader_of(body, order);

	reader_skip(&reader, 12);
	uint32_t captured = reader_u32(&reader);
	reader_skip(&reader, 4);
	struct span source = span_clip(reader_bytes(&reader, captured), 6, 6);
	reader_align(&reader, 4);
	uint16_t code = reader_u16(&reader), size = reader_u16(&reader);
	uint32_t flags = reader_u32(&reader);
	if (!reader_ok(&reader) || source.size < 6 || code != OPTION_PACKET_FLAGS || size != 4 ||
	    (flags & 3) != PCAPNG_DIRECTION_INBOUND)
		return;
	ret->has_guest_mac = true;
	memcpy(ret->guest_mac, source.data, sizeof(ret->guest_mac));
}

void pcapng_summarize(struct span file, struct pcapng_summary *ret)
{
	enum byte_order order = BYTE_ORDER_LITTLE;
	size_t offset = 0;

	*ret = (struct pcapng_summary){0};
	if (span_u32(file, 0, BYTE_ORDER_LITTLE) != BLOCK_SECTION)
		return;
	while (offset < file.size) {
		struct span block = span_clip(file, offset, file.size);
		if (span_u32(block, 0, order) == BLOCK_SECTION)
			order = span_u32(block, 8, BYTE_ORDER_BIG) == BYTE_ORDER_MAGIC
					? BYTE_ORDER_BIG
					: BYTE_ORDER_LITTLE;
		uint32_t type = span_u32(block, 0, order), size = span_u32(block, 4, order);
		if (size < BLOCK_OVERHEAD || size > block.size) {
			ret->is_cut = true;
			return;
		}
		if (type == BLOCK_STATISTICS)
			read_statistics(span_clip(block, 8, size - BLOCK_OVERHEAD), order,
					&ret->statistics);
		else if (type == BLOCK_PACKET && ret->packet_count++ < MAX_DIRECTION_LOOKS &&
			 !ret->has_guest_mac)
			read_direction(span_clip(block, 8, size - BLOCK_OVERHEAD), order, ret);
		offset += size;
	}
}
