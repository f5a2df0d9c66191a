#!/bin/sh
# SPDX-License-Identifier: MIT
# A script, as samples often are.
echo "expect file_create /tmp/habo-script"
echo "text" > /tmp/habo-script
echo "expect file_delete /tmp/habo-script"
rm /tmp/habo-script
