# shellcheck shell=bash disable=SC2154 # variables of check.sh
# SPDX-License-Identifier: GPL-2.0-only
# mosrun: what it starts has the PID that mosrun had, so that a shell can give
# it its place in the made-up /proc before.

mkdir -p "$proc/self/mosix"
echo 7 >"$proc/self/mosix/lock"
r=("$bin/mosrun" -p "$proc")
here_too() {
	process $$ starter 1 1 0 -
	echo $$ >"$tmp/pid"
	exec "${r[@]}" "$@"
}
export -f here_too process
export proc tmp

begun() { # STATUS OPTION...
	local want=$1

	shift
	runs "$want" bash -c "r=(${r[*]@Q}); here_too \"\$@\"" \
		here_too "$@"
}

# The helper may still be about to write.
goes_to() {
	local pid i

	pid=$(cat "$tmp/pid")
	for ((i = 0; i < 100; i++)); do
		[ "$(cat "$proc/$pid/mosix/goto")" = "$1" ] && return
		sleep 0.05
	done
	return 1
}

stays() {
	sleep 0.3
	[ "$(cat "$proc/$(cat "$tmp/pid")/mosix/goto")" = 0 ]
}

claim "mosrun runs a program" runs 0 "${r[@]}" echo -n hello
claim "with its arguments" test "$(cat "$tmp/out")" = hello
claim "and ends as it does" runs 7 "${r[@]}" sh -c 'exit 7'
claim "or as there is none" runs 127 "${r[@]}" no-such-program
claim "or as it cannot be begun" runs 126 "${r[@]}" /etc/passwd
claim "mosrun wants a program" runs 2 "${r[@]}"
claim "options behind it are the program's" runs 0 "${r[@]}" echo --best
claim "mosrun --node" begun 0 --node 192.0.2.2 true
claim "has it go there" goes_to 2
claim "and no lock is touched" holds 7 self/mosix/lock
claim "without a node" begun 0 true
claim "it stays" stays
claim "mosrun --best" begun 0 --best true
claim "has it go where it is done soonest" goes_to 2
claim "mosrun --best --memory" begun 125 --best --memory 10000 true
claim "starts nothing where too little is free" says err "no such node"
claim "mosrun --random" begun 0 --random 5,9 true
claim "takes one of the list that is up" goes_to 5
claim "mosrun --random with all but some" begun 0 --random "!1-2,4" true
claim "takes none of them" goes_to 5
claim "a node that is down" begun 125 --node 3 echo begun
claim "is told" says err "not up"
claim "and nothing is begun" silent_about out begun
claim "--force begins" begun 0 --force --node 3 echo begun
claim "it at home" says out begun
claim "where it stays" stays
claim "the node that we are on" begun 0 --node 1 true
claim "is no move" stays
claim "a program that is not there" begun 127 --node 2 no-such-program
claim "goes nowhere" stays
claim "a node that is none is wrong" runs 2 "${r[@]}" -n no-such.invalid true
claim "a list that is none is wrong" runs 2 "${r[@]}" -r 3-1 true
claim "two places are wrong" runs 2 "${r[@]}" -b -n 2 true
claim "mosrun --lock" runs 0 "${r[@]}" --lock true
claim "locks" holds 1 self/mosix/lock
claim "mosrun --unlock" runs 0 "${r[@]}" --unlock true
claim "unlocks" holds 0 self/mosix/lock
claim "mosrun --home" runs 0 "${r[@]}" --home true
claim "locks, too" holds 1 self/mosix/lock
claim "a lock that is refused" refused 1 125 "${r[@]}" --lock echo begun
claim "begins nothing" silent_about out begun
claim "mosrun --nodes without node sets" runs 125 "${r[@]}" --nodes 1-2 true
claim "says so" says err "no node sets"
: >"$proc/self/mosix/nodes"
claim "mosrun --nodes" runs 0 "${r[@]}" --nodes 1-2 true
claim "writes the set" holds 1-2 self/mosix/nodes
claim "mosrun --nodes with all but some" runs 0 "${r[@]}" --nodes '!3,5-6' true
claim "writes that" holds '!3,5-6' self/mosix/nodes
claim "all but none is no list" runs 2 "${r[@]}" --nodes '!' true
claim "nor is a list within one" runs 2 "${r[@]}" --nodes '1,!2' true
claim "mosrun --strategy without strategies" runs 125 "${r[@]}" -s push true
claim "says so" says err "no strategies"
: >"$proc/self/mosix/strategy"
claim "mosrun --strategy" runs 0 "${r[@]}" --strategy push true
claim "writes the word" holds push self/mosix/strategy
claim "a strategy that is refused" refused 22 125 "${r[@]}" -s fast echo begun
claim "begins nothing" silent_about out begun
claim "a kernel without nodes" runs 125 "$bin/mosrun" -p "$tmp" -b true
claim "says so" says err "does not move processes"
claim "mosrun --job" begun 0 --job night true
claim "has the process in the job" test "$(cat "$MOSIX_JOBS/night")" = \
	"$(cat "$tmp/pid") 7$(cat "$tmp/pid")"
claim "which nobody else can read" \
	test "$(stat -c %a "$MOSIX_JOBS")" = 700
claim "a job's name leads nowhere else" runs 2 "${r[@]}" -J ../x true

cat >"$tmp/lines" <<-'END'
	# a comment
	echo one $MOSRUN_TEST; echo x >"$tmp/a"

	exit 3
	echo two
END
export MOSRUN_TEST=more
claim "a batch of which one fails, fails" runs 1 "${r[@]}" -S 2 \
	"$tmp/lines" "$tmp/bad"
claim "runs the first by the shell" says out "^one more$"
claim "runs the last" says out "^two$"
claim "and tells which failed" test "$(cat "$tmp/bad")" = "exit 3"
sed -i /exit/d "$tmp/lines"
claim "a batch in which none fails" runs 0 "${r[@]}" --batch 1 "$tmp/lines"
mkdir "$tmp/now"
for ((i = 0; i < 6; i++)); do
	echo 'mkdir "$tmp/now/$$"; ls "$tmp/now" | wc -l; sleep 0.3
		rmdir "$tmp/now/$$"' | tr '\n\t' '; '
	echo
done >"$tmp/lines"
claim "a batch of six, two at a time" runs 0 "${r[@]}" -S 2 "$tmp/lines"
claim "runs all" test "$(wc -l <"$tmp/out")" = 6
claim "and never three at once" silent_about out '[3-6]'
claim "a batch that is not there" runs 125 "${r[@]}" -S 2 "$tmp/none"
claim "a batch of none at a time is wrong" runs 2 "${r[@]}" -S 0 "$tmp/lines"
printf 'sleep 60\nsleep 60\n' >"$tmp/lines"
claim "SIGTERM ends a batch and all in it" runs 143 timeout \
	--preserve-status 0.7 "${r[@]}" -S 1 "$tmp/lines"
mkfifo "$tmp/pipe"
{ echo 'sleep 60'; sleep 3; } >"$tmp/pipe" &
claim "also where it waits for the next line" runs 143 timeout --foreground \
	--preserve-status -k 5 0.7 "${r[@]}" -S 2 "$tmp/pipe"
wait
from_input() { # COMMAND...: with lines that come one by one
	for line in "cat >'$tmp/a'" 'echo two' 'echo three'; do
		echo "$line"
		sleep 0.3
	done | "$@"
}
claim "a batch from standard input" runs 0 from_input "${r[@]}" -S 1 -
claim "whose commands do not read its lines" says out '^three$'
printf 'echo one\necho two\n' >"$tmp/lines"
claim "a batch of which nothing can be begun, fails" runs 1 env NO_FORK=1 \
	LD_PRELOAD="$tmp/refuse.so" "${r[@]}" -S 1 "$tmp/lines" "$tmp/bad"
claim "and tells so of each" cmp "$tmp/lines" "$tmp/bad"
claim "a batch for a node that is down, fails" runs 1 "${r[@]}" -n 3 -S 1 \
	"$tmp/lines" "$tmp/bad"
claim "and tells that of each, too" cmp "$tmp/lines" "$tmp/bad"
claim "with the reason" says err "not up"
rm -rf "$MOSIX_JOBS"
