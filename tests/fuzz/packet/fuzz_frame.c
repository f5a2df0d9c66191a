/* SPDX-License-Identifier: MIT */
/* A frame of the link that the first byte names, decoded and printed. */
#include "packet/detail.h"
#include "packet/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum packet_link links[] = {PACKET_LINK_ETHERNET, PACKET_LINK_RAW_IP,
						 PACKET_LINK_LINUX_COOKED};
	struct span bytes = span_of(data, size);
	cleanup_buffer struct buffer line = {0};
	struct tcp_options options;
	struct packet packet;

	packet_decode(span_clip(bytes, 1, size), links[span_u8(bytes, 0) % 3], &packet);
	if (packet.layer == PACKET_LAYER_TCP)
		(void)tcp_options_decode(packet.tcp.options, &options);
	packet_detail(&packet, NULL, &line);
	return 0;
}
