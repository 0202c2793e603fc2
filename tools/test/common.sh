# shellcheck shell=bash disable=SC2154 # variables of check.sh
# SPDX-License-Identifier: GPL-2.0-only
# What all tools have in common.

for tool in "$bin"/*; do
	[ -f "$tool" ] || continue
	name=${tool##*/}
	claim "$name --help ends well" runs 0 "$tool" --help
	claim "$name --help tells the usage" says out "^usage: $name "
	claim "$name --help tells the exit codes" says out "^Exit codes?: "
	claim "$name --help is 80 columns wide at most" silent_about out '.{81}'
	claim "$name --version ends well" runs 0 "$tool" --version
	claim "$name --version tells it" says out "^$name \\(mosix\\) [0-9]"
	claim "$name refuses an unknown option" runs 2 "$tool" --no-such
done
