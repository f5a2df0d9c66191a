/* SPDX-License-Identifier: MIT */
/*
 * A TPACKET_V3 ring: the kernel fills blocks with packets of any size and hands a block over when it
 * is full or RETIRE_MS old (Documentation/networking/packet_mmap.rst). Each block becomes one write.
 */
#include "internet/capture.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "confine/confine.h"
#include "internet/privilege.h"
#include "packet/packet.h"
#include "packet/pcapng.h"

enum {
	BLOCK_SIZE = 1024 * 1024,
	BLOCK_COUNT = 32,
	RETIRE_MS = 8,
	DRAIN_TRIES = 25,
	SNAP_SIZE = 256 * 1024,
	MAC_SIZE = 12, /* both addresses */
	VLAN_TAG_SIZE = 4,
	/* TPACKET_ALIGN(sizeof(struct tpacket3_hdr)): a sockaddr_ll stands there */
	ADDRESS_OFFSET = (sizeof(struct tpacket3_hdr) + TPACKET_ALIGNMENT - 1) / TPACKET_ALIGNMENT *
			 TPACKET_ALIGNMENT,
};

struct capture {
	int packet_fd;
	int output_fd;
	const struct capture_limits *limits;
	uint8_t *ring;
	size_t ring_size;
	unsigned next_block;
	struct buffer pending;
	uint64_t file_size;
	struct pcapng_statistics statistics;
	uint64_t left_out;        /* packets beyond the ceiling */
	uint64_t stated_received; /* as last written */
	uint64_t stated_dropped;
};

static void capture_deinit(struct capture *capture)
{
	if (capture->ring)
		munmap(capture->ring, capture->ring_size);
	buffer_deinit(&capture->pending);
}

static struct error *map_ring(struct capture *capture)
{
	int version = TPACKET_V3;
	struct tpacket_req3 request = {
		.tp_block_size = BLOCK_SIZE,
		.tp_block_nr = BLOCK_COUNT,
		.tp_frame_size = 2048,
		.tp_frame_nr = BLOCK_COUNT * (BLOCK_SIZE / 2048),
		.tp_retire_blk_tov = RETIRE_MS,
	};

	if (setsockopt(capture->packet_fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)))
		return error_os(errno, "set the version of the packet ring");
	if (setsockopt(capture->packet_fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof(request)))
		return error_os(errno, "make the packet ring");
	capture->ring_size = (size_t)BLOCK_SIZE * BLOCK_COUNT;
	void *ring = mmap(NULL, capture->ring_size, PROT_READ | PROT_WRITE, MAP_SHARED,
			  capture->packet_fd, 0);
	if (ring == MAP_FAILED)
		return error_os(errno, "map the packet ring");
	capture->ring = ring;
	return NULL;
}

static struct error *flush(struct capture *capture)
{
	size_t size = capture->pending.size;

	if (!size)
		return NULL;
	struct error *err =
		file_write_fd(capture->output_fd, capture->pending.data, capture->pending.size);
	if (err)
		return error_wrap(err, "write packets");
	capture->file_size += size;
	buffer_clear(&capture->pending);
	return NULL;
}

/* PACKET_STATISTICS counts since it was last read. */
static void read_drops(struct capture *capture)
{
	struct tpacket_stats_v3 stats = {0};
	socklen_t size = sizeof(stats);

	if (getsockopt(capture->packet_fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size))
		return;
	capture->statistics.received += stats.tp_packets; /* holds the dropped ones */
	capture->statistics.dropped += stats.tp_drops;
}

static struct error *write_statistics(struct capture *capture, bool is_last)
{
	if (!is_last)
		read_drops(capture);
	struct pcapng_statistics *statistics = &capture->statistics;
	if (!is_last && statistics->received == capture->stated_received &&
	    statistics->dropped == capture->stated_dropped)
		return NULL;
	capture->stated_received = statistics->received;
	capture->stated_dropped = statistics->dropped;
	statistics->end_ns = clock_realtime_ns();
	pcapng_append_statistics(&capture->pending, statistics);
	return flush(capture);
}

/* The kernel takes the outer VLAN tag out of the frame; it goes back to where it was. */
static size_t head_with_tag(struct span frame, const struct tpacket3_hdr *header,
			    uint8_t out[MAC_SIZE + VLAN_TAG_SIZE])
{
	if (!(header->tp_status & TP_STATUS_VLAN_VALID) || frame.size < MAC_SIZE)
		return 0;
	uint16_t type = header->tp_status & TP_STATUS_VLAN_TPID_VALID ? header->hv1.tp_vlan_tpid
								      : ETH_P_8021Q;
	uint32_t tag = header->hv1.tp_vlan_tci;
	memcpy(out, frame.data, MAC_SIZE);
	out[MAC_SIZE] = (uint8_t)(type >> 8);
	out[MAC_SIZE + 1] = (uint8_t)type;
	out[MAC_SIZE + 2] = (uint8_t)(tag >> 8);
	out[MAC_SIZE + 3] = (uint8_t)tag;
	return MAC_SIZE + VLAN_TAG_SIZE;
}

static void take_packet(struct capture *capture, struct span block, uint32_t offset,
			const struct tpacket3_hdr *header)
{
	struct span frame = span_clip(block, (uint64_t)offset + header->tp_mac, header->tp_snaplen);
	struct sockaddr_ll address;
	struct span address_bytes;
	uint8_t tagged[MAC_SIZE + VLAN_TAG_SIZE];
	uint64_t used = capture->file_size + capture->pending.size;

	if (used >= capture->limits->total_size) {
		capture->left_out++;
		return;
	}
	size_t tagged_size = head_with_tag(frame, header, tagged);
	struct pcapng_packet packet = {
		.time_ns = header->tp_sec * 1000000000ULL + header->tp_nsec,
		.wire_size = header->tp_len + (tagged_size ? VLAN_TAG_SIZE : 0),
		.head = span_of(tagged, tagged_size),
		.tail = tagged_size ? span_clip(frame, MAC_SIZE, frame.size) : frame,
	};
	if (used >= capture->limits->full_size)
		packet.tail = span_clip(packet.tail, 0, capture->limits->head_size);
	if (span_slice(block, (uint64_t)offset + ADDRESS_OFFSET, sizeof(address), &address_bytes)) {
		memcpy(&address, address_bytes.data, sizeof(address));
		packet.direction = address.sll_pkttype == PACKET_OUTGOING
					   ? PCAPNG_DIRECTION_OUTBOUND
					   : PCAPNG_DIRECTION_INBOUND;
	}
	pcapng_append_packet(&capture->pending, &packet);
	capture->statistics.written++;
}

static void take_block(struct capture *capture, struct span block,
		       const struct tpacket_block_desc *descriptor)
{
	uint32_t offset = descriptor->hdr.bh1.offset_to_first_pkt;

	for (uint32_t i = 0; i < descriptor->hdr.bh1.num_pkts; i++) {
		struct tpacket3_hdr header;
		struct span bytes;
		if (!span_slice(block, offset, sizeof(header), &bytes))
			return;
		memcpy(&header, bytes.data, sizeof(header));
		take_packet(capture, block, offset, &header);
		if (header.tp_next_offset == 0)
			return;
		offset += header.tp_next_offset;
	}
}

/* Takes every block that the kernel has handed over; *ret counts them. */
static struct error *take_blocks(struct capture *capture, unsigned *ret)
{
	for (*ret = 0; *ret < BLOCK_COUNT; (*ret)++) {
		uint8_t *start = capture->ring + (size_t)capture->next_block * BLOCK_SIZE;
		struct tpacket_block_desc *descriptor = (struct tpacket_block_desc *)(void *)start;
		uint32_t *status = &descriptor->hdr.bh1.block_status;
		if (!(__atomic_load_n(status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
			return NULL;
		take_block(capture, span_of(start, BLOCK_SIZE), descriptor);
		struct error *err = flush(capture);
		__atomic_store_n(status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		capture->next_block = (capture->next_block + 1) % BLOCK_COUNT;
		if (err)
			return err;
	}
	return NULL;
}

/* Takes what is still in the ring: the kernel's timer hands the last block over a little after
 * RETIRE_MS. What keeps coming is not waited for. */
static struct error *drain(struct capture *capture)
{
	struct pcapng_statistics *statistics = &capture->statistics;
	unsigned taken;

	read_drops(capture);
	uint64_t wanted = statistics->received - statistics->dropped;
	for (int i = 0; i < DRAIN_TRIES; i++) {
		struct error *err = take_blocks(capture, &taken);
		if (err)
			return err;
		if (statistics->written + capture->left_out >= wanted)
			break;
		(void)poll(NULL, 0, RETIRE_MS);
	}
	/* What came while this went on is in the file, too. */
	wanted = statistics->written + capture->left_out + statistics->dropped;
	statistics->received = max_of(statistics->received, wanted);
	return write_statistics(capture, true);
}

static struct error *loop(struct capture *capture, int signal_fd, int stop_fd)
{
	struct pollfd polled[] = {{.fd = capture->packet_fd, .events = POLLIN},
				  {.fd = signal_fd, .events = POLLIN},
				  {.fd = stop_fd, .events = POLLIN}};
	uint64_t stated_at = clock_monotonic_ns();
	struct error *err;
	unsigned taken;

	for (;;) {
		int ready = poll(polled, ARRAY_SIZE(polled), CAPTURE_QUIET_MS);
		if (ready < 0 && errno != EINTR)
			return error_os(errno, "wait for packets");
		err = take_blocks(capture, &taken);
		if (err)
			return err;
		uint64_t now = clock_monotonic_ns();
		if (ready == 0 || now - stated_at > CAPTURE_QUIET_MS * 10 * 1000000ULL) {
			stated_at = now;
			err = write_statistics(capture, false);
			if (err)
				return err;
		}
		if (ready > 0 &&
		    (polled[1].revents || polled[2].revents || (polled[0].revents & POLLERR)))
			break;
	}
	return drain(capture);
}

struct error *capture_run(int packet_fd, int output_fd, int stop_fd,
			  const struct capture_limits *limits)
{
	__attribute__((cleanup(capture_deinit))) struct capture capture = {
		.packet_fd = packet_fd, .output_fd = output_fd, .limits = limits};
	sigset_t signals;

	struct error *err = privilege_check_none();
	if (err)
		return err;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	cleanup_close int signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
	if (signal_fd < 0)
		return error_os(errno, "make a signal descriptor");
	err = map_ring(&capture);
	if (err)
		return err;
	/* What came before there was a ring is the host's own talk while the tap was set up: the machine
	 * is let go only when the file has its header. */
	read_drops(&capture);
	capture.statistics.received = capture.statistics.dropped = 0;
	capture.statistics.start_ns = clock_realtime_ns();
	pcapng_append_section(&capture.pending);
	pcapng_append_interface(&capture.pending, "tap", PACKET_LINK_ETHERNET, SNAP_SIZE);
	err = flush(&capture);
	if (!err)
		err = confine_apply_box_filter();
	return err ? err : loop(&capture, signal_fd, stop_fd);
}

int capture_box_main(int packet_fd, int output_fd, int stop_fd)
{
	static const struct capture_limits limits = {
		.full_size = 256ULL << 20, .total_size = 1ULL << 30, .head_size = 128};

	struct error *err = capture_run(packet_fd, output_fd, stop_fd, &limits);
	if (err) {
		fprintf(stderr, "capture: %s\n", error_message(err));
		error_free(err);
		return 1;
	}
	return 0;
}
