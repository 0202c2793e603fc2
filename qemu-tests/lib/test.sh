# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What a test sources first. A test is a bash script tests/NNN-verb-noun.sh
# which the runner starts beside a booted cluster; its claims are TAP lines.
# Header lines that the runner reads:
#   # needs: PROGRAM...   Debian programs wanted in the guests
#   # wants: PROGRAM...   the same, where they are installed
#   # disk: debian        node 1 has a Debian userland in /debian, or $DEBIAN
#                         is empty
#   # limit: SECONDS      time limit on a normal kernel (default 120)
#   # nodes: N            needs at least so many nodes (default 1)
#   # flavour: normal     only on this kernel
#   # share: PERCENT...   so much of a core for the QEMU of node 1, 2, ..., the
#                         last for all others, too: see share.sh. The nodes must
#                         have one CPU each (SMP=1)
#   # wire: hostile       sends what no node may send (else any such message
#                         on the bridge fails the test)
#
#   claim TEXT CMD...           ok when CMD succeeds
#   claim_not TEXT CMD...       ok when CMD fails
#   assert_eq GOT WANT TEXT     ok when both are the same string
#   assert_match GOT REGEX TEXT ok when the extended regular expression matches
#   must TEXT CMD...            claim, and the test ends when it does not hold
#   ok TEXT, fail TEXT          the verdict is the test's own
#   skip TEXT REASON            could not be asked here, and why
#   need_debian TEXT            skip, and the test ends, without "# disk: debian"
#   forgive I                   what node I complained about was expected
#
# A command outside of these that fails ends the test as a failure that names
# its line. All output goes to the test's log.

set -Eeuo pipefail
. "$TOP/qemu-tests/lib/nodes.sh"

claims=0

verdict() {
	claims=$((claims + 1))
	echo "$*"
	echo "$*" >&3
}

ok() {
	verdict "ok - $1"
}

fail() {
	verdict "not ok - $1"
}

skip() {
	verdict "ok - $1 # SKIP $2"
}

need_debian() {
	[[ ! ${DEBIAN-} ]] || return 0
	skip "$1" "no Debian userland (lib/debian.sh)"
	exit 0
}

claim() {
	local text=$1 status=0
	shift
	"$@" || status=$?
	if ((status)); then
		echo "claim failed with status $status: $*"
		fail "$text"
	else
		ok "$text"
	fi
}

claim_not() {
	local text=$1
	shift
	if "$@"; then
		echo "succeeded and should not: $*"
		fail "$text"
	else
		ok "$text"
	fi
}

must() {
	local text=$1 status=0
	shift
	"$@" || status=$?
	if ((status)); then
		echo "failed with status $status, and the rest needs it: $*"
		fail "$text"
		exit 0
	fi
	ok "$text"
}

assert_eq() {
	if [[ $1 == "$2" ]]; then
		ok "$3"
	else
		printf 'got:  %q\nwant: %q\n' "$1" "$2"
		fail "$3"
	fi
}

assert_match() {
	if [[ $1 =~ $2 ]]; then
		ok "$3"
	else
		printf 'got:     %q\nwant: =~ %s\n' "$1" "$2"
		fail "$3"
	fi
}

test_ended() {
	local status=$? job
	trap - ERR
	for job in "$TMP"/job/*.client; do
		[[ ! -e $job ]] || kill "$(cat "$job")" 2>/dev/null || true
	done
	((claims || status)) || fail "it makes a claim"
	exit "$status"
}

# Names the test's own line, however deep in the library its command failed.
test_broke() {
	local status=$? i line text
	# In a subshell: the command that it is part of fails with it.
	((!BASH_SUBSHELL)) || exit "$status"
	for ((i = 1; i < ${#BASH_SOURCE[@]}; i++)); do
		[[ ${BASH_SOURCE[i]} != "$0" ]] || break
	done
	line=${BASH_LINENO[i - 1]}
	text=$(sed -n "${line}s/^[[:space:]]*//p" "$0")
	fail "line $line failed with status $status: $text"
	exit 0
}

trap test_ended EXIT
trap test_broke ERR
