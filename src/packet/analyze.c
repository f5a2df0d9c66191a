/* SPDX-License-Identifier: MIT */
#include "packet/analyze.h"

#include <errno.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "packet/flow.h"
#include "packet/pcapng.h"

static const uint64_t max_capture_size = 8ULL << 30;

DEFINE_CLEANUP(pcap_t *, pcap_close)

/* libpcap's numbers for link types are DLT_, which for these agree with LINKTYPE_ but for raw IP. */
static enum packet_link link_of(pcap_t *capture)
{
	int link = pcap_datalink(capture);

	return link == DLT_RAW ? PACKET_LINK_RAW_IP : (enum packet_link)link;
}

/* libpcap reads from a stream over the mapped file: a confined child may not make descriptors, and
 * pcap_close() closes what it was given. */
static struct error *open_capture(const struct mapping *mapping, pcap_t **ret)
{
	char message[PCAP_ERRBUF_SIZE] = "";

	if (mapping->size == 0)
		return NULL;
	FILE *file = fmemopen(mapping->address, mapping->size, "rb");
	if (!file)
		return error_os(errno, "read the capture");
	*ret = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, message);
	if (!*ret)
		fclose(file);
	return NULL;
}

struct error *packet_iterate(int capture_fd,
			     bool (*take)(void *context, const struct packet *packet),
			     void *context, bool *ret_is_cut)
{
	cleanup_mapping struct mapping mapping = {0};
	guard(pcap_close) pcap_t *capture = NULL;
	struct pcap_pkthdr *header;
	const u_char *bytes;
	int status;

	struct error *err = mapping_init(&mapping, capture_fd, max_capture_size);
	if (!err)
		err = open_capture(&mapping, &capture);
	if (err)
		return err;
	*ret_is_cut = !capture;
	if (!capture)
		return NULL;
	enum packet_link link = link_of(capture);
	while ((status = pcap_next_ex(capture, &header, &bytes)) == 1) {
		struct packet packet;
		packet_decode(span_of(bytes, header->caplen), link, &packet);
		packet.time_ns = (uint64_t)header->ts.tv_sec * 1000000000 +
				 (uint64_t)header->ts.tv_usec; /* nanoseconds, as asked for */
		packet.frame_size = header->len;
		packet.captured_size = header->caplen;
		if (!take(context, &packet))
			return NULL;
	}
	*ret_is_cut = status == PCAP_ERROR;
	return NULL;
}

struct packet_run {
	struct gather gather;
	struct flow_table flows;
	struct network_report *report;
};

/* Neighbour and multicast discovery (RFC 4861, 3810): the link's own business, no conversation. */
static bool is_link_talk(const struct packet *packet)
{
	return packet->layer == PACKET_LAYER_ICMP && packet->protocol == IPPROTO_ICMPV6 &&
	       ((packet->icmp.type >= 130 && packet->icmp.type <= 137) || packet->icmp.type == 143);
}

static bool take_packet(void *context, const struct packet *packet)
{
	static const struct {
		enum packet_anomaly bit;
		enum gather_anomaly anomaly;
	} anomalies[] = {
		{PACKET_BAD_LENGTH, GATHER_PACKET_LENGTH},
		{PACKET_TOO_MANY_HEADERS, GATHER_PACKET_HEADERS},
	};
	struct packet_run *run = context;
	struct network_report *report = run->report;
	struct tcp_options options;

	run->gather.packet_number++;
	report->packets++;
	report->bytes += packet->frame_size;
	if (!report->first_time_ns)
		report->first_time_ns = packet->time_ns;
	report->last_time_ns = max_of(report->last_time_ns, packet->time_ns);
	/* Of a packet that the capture cut itself, nothing is known to be wrong. */
	if ((packet->anomalies & PACKET_CUT) && packet->captured_size == packet->frame_size)
		gather_note(&run->gather, GATHER_PACKET_CUT);
	for (size_t i = 0; i < ARRAY_SIZE(anomalies); i++)
		if (packet->anomalies & anomalies[i].bit)
			gather_note(&run->gather, anomalies[i].anomaly);
	if (packet->layer == PACKET_LAYER_TCP &&
	    !tcp_options_decode(packet->tcp.options, &options) &&
	    packet->captured_size == packet->frame_size)
		gather_note(&run->gather, GATHER_PACKET_OPTIONS);
	if (packet->source.family && !is_link_talk(packet))
		flow_table_add(&run->flows, packet);
	return true;
}

/* What only the file's own blocks tell. */
static struct error *read_summary(int fd, struct packet_run *run)
{
	cleanup_mapping struct mapping mapping = {0};
	struct network_report *report = run->report;
	struct pcapng_summary summary;

	struct error *err = mapping_init(&mapping, fd, max_capture_size);
	if (err)
		return error_wrap(err, "map the capture");
	pcapng_summarize(mapping_span(&mapping), &summary);
	report->is_uncounted = !summary.statistics.is_present;
	report->dropped = summary.statistics.dropped;
	if (summary.statistics.is_present) {
		uint64_t left = summary.statistics.received -
				min_of(summary.statistics.received, summary.statistics.dropped);
		report->unwritten = left - min_of(left, summary.statistics.written);
	}
	report->is_cut = summary.is_cut;
	run->flows.has_guest_mac = summary.has_guest_mac;
	memcpy(run->flows.guest_mac, summary.guest_mac, sizeof(summary.guest_mac));
	return NULL;
}

static void packet_run_deinit(struct packet_run *run)
{
	flow_table_deinit(&run->flows);
	gather_deinit(&run->gather);
}

struct error *packet_analyze(int capture_fd, struct arena *arena, struct network_report *ret)
{
	__attribute__((cleanup(packet_run_deinit))) struct packet_run run = {.report = ret};
	bool is_cut = false;

	*ret = (struct network_report){0};
	gather_init(&run.gather, arena);
	flow_table_init(&run.flows, &run.gather);
	struct error *err = read_summary(capture_fd, &run);
	if (!err)
		err = packet_iterate(capture_fd, take_packet, &run, &is_cut);
	if (err)
		return err;
	if (is_cut && !ret->is_cut)
		gather_note(&run.gather, GATHER_FILE_MALFORMED);
	flow_table_finish(&run.flows, ret);
	gather_finish(&run.gather, ret);
	return NULL;
}
