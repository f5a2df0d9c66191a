/* SPDX-License-Identifier: MIT */
#include "wire/control.h"
#include "wire/event_read.h"

/* Sums what it is given, so that every byte of a text is really read. */
static unsigned touch(struct span span)
{
	unsigned sum = 0;

	for (size_t i = 0; i < span.size; i++)
		sum += span.data[i];
	return sum;
}

static unsigned touch_events(struct span payload)
{
	struct reader records = reader_of(payload, BYTE_ORDER_LITTLE);
	struct event_record event;
	uint64_t anomalies = 0;
	unsigned sum = 0;

	while (event_next(&records, &event, &anomalies)) {
		char path[EVENT_PATH_TEXT_SIZE];
		bool complete;
		for (size_t i = 0; i < EVENT_TEXT_COUNT; i++)
			sum += touch(event.texts[i]);
		sum += (unsigned)event_path(event.texts[EVENT_TEXT_PATH], path, &complete);
		if (event.header.type != EVENT_SYSCALLS)
			continue;
		for (uint32_t i = 0; i < event.syscalls.count; i++)
			sum += event_run_at(&event, i).number;
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte says in which portions the rest comes over the port. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned sum = 0;
	struct frame_reader reader;
	struct frame frame;
	struct control_message message;
	struct span rest = span_clip(span_of(data, size), 1, SIZE_MAX);
	size_t step = size ? data[0] + 1U : 1;

	frame_reader_init(&reader);
	while (rest.size) {
		struct span part = span_clip(rest, 0, step);
		frame_reader_feed(&reader, part.data, part.size);
		rest = span_clip(rest, part.size, SIZE_MAX);
		while (frame_reader_next(&reader, &frame)) {
			if (frame.type == FRAME_EVENTS)
				sum += touch_events(frame.payload);
			else if (control_decode(frame.type, frame.payload, &message) &&
				 message.type == FRAME_PROCESS)
				sum += touch(message.process.argv);
		}
	}
	frame_reader_deinit(&reader);
	/* Reads that a compiler could drop would find nothing. */
	__asm__ volatile("" ::"r"(sum));
	return 0;
}
