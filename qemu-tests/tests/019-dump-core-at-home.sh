#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a process that dies away with a core dump leaves one at home, and in it
# are its memory and its registers as they were away.
#
#   n1 (home): core <-- n2: the end, by its own doing or by a signal from n1
#
# limit: 300
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

words=262144	# in dumper.c

# read_core NAME GDB-COMMAND: what gdb says of its core; it greets first.
read_core() {
	gdb -batch -nx -ex 'echo \n' -ex "$2" "$WORK/programs/dumper" \
		"$TMP/$1.core" 2>>"$TMP/$1.gdb" | tail -n 1
}

# fetch_core NAME: the file that the kernel wrote at home.
fetch_core() {
	n1 "cat /tmp/core.$(pid_of "$1") && rm /tmp/core.*" >"$TMP/$1.core"
}

round_of() {
	read_core "$1" "output/d *(long *)&dumper_round"
}

# words_are NAME OLDEST: each word is of this round, or of one before but not
# of one before OLDEST.
words_are() {
	local round
	round=$(round_of "$1")
	[[ $round =~ ^[0-9]+$ ]] || return
	read_core "$1" "dump binary memory $TMP/$1.words &words (char *)&words + 8 * $words"
	od -An -v -tu8 -w8 "$TMP/$1.words" | awk -v r="$round" -v old="$2" '
		$1 - (NR - 1) > r || $1 - (NR - 1) < r - old { bad++ }
		END { print NR " words, " bad + 0 " wrong"; exit bad || NR != '$words' }'
}

# died_of NAME SIGNAL
died_of() {
	local status=0
	finish "$1" $((60 * SLOW)) || status=$?
	((status == 128 + $2)) && return
	echo "$1 ended with $status: $(out_of "$1") $(err_of "$1")"
	return 1
}

# dies NAME SIGNAL OLDEST COMMAND...: NAME is away; COMMAND ends it.
dies() {
	local name=$1 signal=$2 oldest=$3
	shift 3
	at_home_of "$name" "$@"
	claim "$name dies of signal $signal" died_of "$name" "$signal"
	if ! fetch_core "$name"; then
		fail "$name leaves a core"
		return
	fi
	ok "$name leaves a core"
	claim "$name: gdb finds its memory in it" words_are "$name" "$oldest"
}

go_and_die() {
	local name=$1
	shift
	claim_victim "$name" 1 dumper "$@" || return
	claim_trip "$name" 2
}

r15_is_round() {
	local r15
	r15=$(read_core "$1" "output/d \$r15")
	[[ $r15 =~ ^[0-9]+$ && $r15 == "$(round_of "$1")" ]]
}

fault_address() {
	[[ $(read_core "$1" \
		"output/x \$_siginfo._sifields._sigfault.si_addr") == 0x1238 ]]
}

n1 'echo /tmp/core.%p >/proc/sys/kernel/core_pattern
	echo 0 >/proc/sys/kernel/core_uses_pid'

if go_and_die segv segv; then
	dies segv 11 0 "touch $(victim_dir segv)/stop"
	claim "segv: gdb finds its registers" r15_is_round segv
	claim "segv: gdb finds the address that it touched" fault_address segv
fi
if go_and_die jump jump; then
	dies jump 11 0 "touch $(victim_dir jump)/stop"
fi
if go_and_die abort abort; then
	dies abort 6 0 "touch $(victim_dir abort)/stop"
fi
# In the midst of reading a clock, where none of those that come is taken.
if go_and_die clock clock; then
	start flood 1 sigsend "$(pid_of clock)" 100000
	dies clock 11 0 "touch $(victim_dir clock)/stop"
	finish flood 60 || true
fi
if go_and_die quit quit; then
	dies quit 3 1 "kill -QUIT $(pid_of quit)"
fi
if go_and_die thread segv threads; then
	dies thread 11 0 "touch $(victim_dir thread)/stop"
	claim "thread: gdb finds its registers" r15_is_round thread
fi

# Without a limit there is no dump, and it need not come home to die.
claim_victim plain 1 dumper segv nolimit || exit 0
claim_trip plain 2
n1 "touch $(victim_dir plain)/stop"
claim "plain dies, too" died_of plain 11
claim_not "plain leaves no core" n1 "test -e /tmp/core.$(pid_of plain)"

# A program that takes core dumps gets them whatever the limit is.
n1 'printf "#!/bin/sh\ncat >/tmp/taking && mv /tmp/taking /tmp/core.\$1\n" \
		>/tmp/take
	chmod 755 /tmp/take
	echo "|/tmp/take %p" >/proc/sys/kernel/core_pattern'
is_taken() {
	n1 "test -e /tmp/core.$(pid_of piped)"
}
piped() {
	claim_victim piped 1 dumper segv nolimit || return
	claim_trip piped 2
	n1 "touch $(victim_dir piped)/stop"
	claim "piped dies of it" died_of piped 11
	claim "piped is taken" wait_for 20 is_taken
	if fetch_core piped; then
		claim "piped: gdb finds its memory in it" words_are piped 0
		claim "piped: gdb finds its registers" r15_is_round piped
	else
		fail "piped: its core can be read"
	fi
}
piped
n1 'echo core >/proc/sys/kernel/core_pattern'
