#!/bin/sh
# SPDX-License-Identifier: MIT
# timeout: 600
# Each program of tests/programs runs in a guest; what it prints that it did is in the record.
set -u
HABO_AGENT=$BUILD/habo-agent
HABO_IMAGES=$(dirname "$0")/../../image
export HABO_AGENT HABO_IMAGES
programs=$BUILD/tests/programs
failed=0
for program in files network calls i386 threads crash family system script.sh "flood 200000"; do
	echo "== $program"
	# shellcheck disable=SC2086
	"$BUILD/tests/guest_record" "${HABO_STATE:-}" $programs/$program
	status=$?
	[ $status = 77 ] && exit 77
	[ $status = 0 ] || failed=$((failed + 1))
done
echo "$failed of the programs have a record that is not true"
[ $failed = 0 ]
