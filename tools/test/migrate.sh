# shellcheck shell=bash disable=SC2154 # variables of check.sh
# SPDX-License-Identifier: GPL-2.0-only
# migrate

m=("$bin/migrate" -p "$proc")
claim "migrate writes a node" runs 0 "${m[@]}" 10 2
claim "to goto" holds 2 10/mosix/goto
claim "migrate writes home" runs 0 "${m[@]}" 10 200 home
claim "to the first" holds home 10/mosix/goto
claim "and the second process" holds home 200/mosix/goto
claim "migrate wants a node" runs 2 "${m[@]}" 10
claim "a number or home" runs 2 "${m[@]}" 10 no-such-host.invalid
claim "and no number that is none" runs 2 "${m[@]}" 10 65536
claim "a process is a number" runs 2 "${m[@]}" ../10 2
claim "a process that is not there fails" runs 1 "${m[@]}" 11 2
claim "and is told so" says err "11: no such process"
claim "one of two that fails, fails" runs 1 "${m[@]}" 11 10 3
claim "and the other one moves" starts 3 10/mosix/goto
claim "EBUSY fails" refused 16 1 "${m[@]}" 10 2
claim "with each reason" says err "seccomp filter"
claim "ECONNREFUSED fails" refused 111 1 "${m[@]}" 10 2
claim "with what the node said" says err "no memory"
claim "ENODEV fails" refused 19 1 "${m[@]}" 10 77
claim "with words" says err "no such node"
claim "EPERM fails" refused 1 1 "${m[@]}" 10 2
claim "with words, too" says err "not allowed"
claim "--quiet fails" refused 16 1 "${m[@]}" -q 10 2
claim "in silence" test ! -s "$tmp/err"

make_proc
claim "migrate takes an address" runs 0 "${m[@]}" 10 192.0.2.2
claim "of the node map" holds 2 10/mosix/goto
claim "migrate takes an IPv6 address" runs 0 "${m[@]}" 10 2001:db8::6
claim "of the node map, too" starts 6 10/mosix/goto
claim "migrate takes the name of a host" runs 0 "${m[@]}" 10 localhost
claim "that has an address there" starts 1 10/mosix/goto
claim "an address of nobody is wrong" runs 2 "${m[@]}" 10 192.0.2.77
claim "best is a node" runs 0 "${m[@]}" 10 best
claim "where one job more does best" starts 2 10/mosix/goto
make_proc
claim "out is a node" runs 0 "${m[@]}" 200 out
claim "that it is not on" holds 5 200/mosix/goto
claim "out of a guest" runs 0 "${m[@]}" 30 out
claim "is home" holds home 30/mosix/goto
echo 1 >"$proc/10/mosix/lock"
claim "balance" runs 0 "${m[@]}" 10 balance
claim "takes the lock away" holds 0 10/mosix/lock
claim "and asks for no move" holds 0 10/mosix/goto
claim "--lock moves" runs 0 "${m[@]}" --lock 10 2
claim "to the node" holds 2 10/mosix/goto
claim "and locks" holds 1 10/mosix/lock
claim "a move that is not there in time is on its way" \
	refused 4 3 "${m[@]}" --timeout 5 10 2
claim "and is told so" says err "the move goes on"
claim "--timeout wants a number" runs 2 "${m[@]}" -t soon 10 2

# a job: a shell, a child of its child, and a PID that was given out again
make_proc
process 300 shell 1 1 0 -
process 301 child 1 1 0 - 300
process 302 grandchild 1 1 0 - 301
mkdir -m 700 "$MOSIX_JOBS"
printf '300 7300\n10 1\n' >"$MOSIX_JOBS/night"
claim "a job moves" runs 0 "${m[@]}" --job night 2
claim "with what was started in it" holds 2 300/mosix/goto
claim "with children of children" holds 2 302/mosix/goto
claim "but not who has its PID now" holds 0 10/mosix/goto
claim "a job that is not there fails" runs 1 "${m[@]}" -j day 2
claim "a job's name leads nowhere else" runs 2 "${m[@]}" -j ../night 2
chmod 777 "$MOSIX_JOBS"
claim "others may not write the jobs" runs 1 "${m[@]}" -j night 2
rm -r "$MOSIX_JOBS"
