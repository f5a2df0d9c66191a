#!/bin/sh
# SPDX-License-Identifier: MIT
# timeout: 300
# What cron runs for a sample belongs to the sample: up to a minute of waiting for cron.
set -u
HABO_AGENT=$BUILD/habo-agent
HABO_IMAGES=$(dirname "$0")/../../image
export HABO_AGENT HABO_IMAGES
"$BUILD/tests/guest_record" "${HABO_STATE:-}" "$BUILD/tests/programs/cron"
