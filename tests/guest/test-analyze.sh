#!/bin/sh
# SPDX-License-Identifier: MIT
# timeout: 900
# `habo analyze` as an analyst uses it; each result is held against what the program really did.
exec python3 "$(dirname "$0")/analyze.py"
