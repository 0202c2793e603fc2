#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# check.sh FOLDER [NAME...]: the tools in FOLDER against a made-up /proc, all or
# those parts of this folder that are named; KTAP.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

shift
[ $# -gt 0 ] || set -- common migrate mosps mosctl cluster mosrun mosbestnode moskillall \
	mostestload mosmetrics screens talks join discover pages guide package
echo "KTAP version 1"
for part; do
	make_proc
	# shellcheck disable=SC1090 # one of the parts named above
	. "$here/$part.sh"
done
end
