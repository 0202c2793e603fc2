# shellcheck shell=bash disable=SC2154 # variables of check.sh
# SPDX-License-Identifier: GPL-2.0-only
# mosps

p=("$bin/mosps" -p "$proc")
claim "mosps lists" runs 0 "${p[@]}"
claim "with a heading" says out "^ +PID WHERE +HOME MOVES  USER +WHY +NAME$"
me=$(id -un)
claim "who is away" says out \
	"^ +200 +2 +1 +3  ${me::9}[^ ]* +stay-gain node 2 gain 700 +mover$"
claim "guests" says out "^ +30 +1 +2 +0  - +- +guest$"
claim "who came back" says out "^ +4 +1 +1 +2  ${me::9}[^ ]* +- +back$"
claim "not who never moved, in order" pids 4 30 200
claim "mosps -a lists all" runs 0 "${p[@]}" -a -n
claim "that have the files" test "$(wc -l <"$tmp/out")" = 4
claim "mosps PID lists one" runs 0 "${p[@]}" 10
claim "whatever it did" says out stayer
claim "mosps fails for one that is not there" runs 1 "${p[@]}" 10 11
claim "and lists the other" says out stayer
claim "mosps wants numbers" runs 2 "${p[@]}" ten
claim "mosps fails on another kernel" runs 1 "$bin/mosps" -p "$tmp"

echo 1 >"$proc/10/mosix/lock"
claim "mosps --away" runs 0 "${p[@]}" --away
claim "has those away" pids 200
claim "mosps --guests" runs 0 "${p[@]}" --guests
claim "has guests" pids 30
claim "mosps --locked" runs 0 "${p[@]}" --locked
claim "has who is locked" pids 10
claim "mosps --where" runs 0 "${p[@]}" --where 192.0.2.2
claim "has who is there" pids 200
claim "mosps --home" runs 0 "${p[@]}" --home 2
claim "has whose home it is" pids 30
claim "a node that is none is wrong" runs 2 "${p[@]}" --home no-such.invalid
claim "so is one that would be 2, were it cut" runs 2 "${p[@]}" --home 4294967298
claim "mosps --user" runs 0 "${p[@]}" --user "$me"
claim "has all of that user" pids 4 10 200
claim "mosps --user of nobody here" runs 0 "${p[@]}" --user 4294967
claim "has none" pids ""
claim "a user that is none fails" runs 1 "${p[@]}" --user no-such-user
claim "so does an id of no user" runs 1 "${p[@]}" --user 4294967295
claim "one that would be root's, were it cut" runs 1 "${p[@]}" --user 4294967296
claim "and no name at all" runs 1 "${p[@]}" --user ''
claim "mosps --json of a guest of whose user nothing is told" runs 0 "${p[@]}" -j -g
claim "has no id of it" json '(d[0]["user"], "uid" in d[0])' "('-', False)"
# somebody else who has a name here, first with that id
read -r other id < <(getent passwd | awk -F: -v me="$(id -u)" '$3 != me { print $1, $3 }')
printf 'state running\nuid %s\nfaults 2\n' "$id" >"$proc/30/mosix/stats"
claim "mosps of a guest whose home tells its user" runs 0 "${p[@]}" --guests
claim "has the name here" says out "^ +30 +1 +2 +0  ${other::9}[^ ]* +- +guest$"
claim "mosps --user of a guest's" runs 0 "${p[@]}" --user "$other"
claim "has that guest" pids 30
claim "mosps --json" runs 0 "${p[@]}" --json --guests
claim "has the name and the id" json '(d[0]["user"], d[0]["uid"])' "('$other', $id)"
claim "mosps --json of our own" runs 0 "${p[@]}" --json 10
claim "has its owner" json '(d[0]["user"], d[0]["uid"])' "('$me', $(id -u))"
echo 'uid 4294967294' >"$proc/30/mosix/stats"
claim "mosps of a guest whose user has no name here" runs 0 "${p[@]}" -g
claim "has the id" says out "^ +30 +1 +2 +0  4294967294 - +guest$"
claim "mosps --user by id" runs 0 "${p[@]}" --user 4294967294
claim "has that guest, too" pids 30
printf 'state running\nuid -\n' >"$proc/30/mosix/stats"
claim "mosps of a guest whose home does not tell" runs 0 "${p[@]}" -g
claim "says so" says out "^ +30 +1 +2 +0  - +- +guest$"
claim "mosps --sort" runs 0 "${p[@]}" -a --sort moves
claim "sorts" pids 10 30 4 200
claim "mosps --sort backwards" runs 0 "${p[@]}" -a --sort -name
claim "sorts backwards" pids 10 200 30 4
claim "mosps --sort cpu" runs 0 "${p[@]}" -a --sort -cpu
claim "sorts by CPU time" pids 200 30 10 4
claim "a key that is none is wrong" runs 2 "${p[@]}" --sort colour
claim "mosps --long" runs 0 "${p[@]}" --long 200
claim "has the lock, CPU time and memory" \
	says out "^ +200 .* 0 +0:02 +1M  stay-gain"
claim "mosps --json" runs 0 "${p[@]}" --json -a
claim "is JSON" json 'len(d)' 4
claim "with numbers" json 'd[3]["where"]' 2
claim "with words" json 'd[1]["cantmove"]' "['traced', 'seccomp filter']"
claim "and truth" json 'd[1]["locked"]' True
printf 'state away\npages_fetched 12\n' >"$proc/10/mosix/stats"
claim "mosps --json PID" runs 0 "${p[@]}" --json 10
claim "has its stats" json '[d[0]["stats"][k] for k in ("state", "pages_fetched")]' \
	"['away', 12]"
claim "mosps --count" runs 0 "${p[@]}" --count
claim "counts those that moved" test "$(awk 'NR > 1 { print $1, $2 }' \
	"$tmp/out" | paste -sd,)" = "1 2,2 1"
claim "and sums CPU time and memory" says out "^ +2 +1 +0:02 +1M$"
claim "mosps --count -a" runs 0 "${p[@]}" -c -a
claim "counts all" says out "^ +1 +3 "
claim "mosps --count --json" runs 0 "${p[@]}" -c -j
claim "has objects" json '[(c["node"], c["processes"]) for c in d]' \
	"[(1, 2), (2, 1)]"
claim "mosps --count of none" runs 0 "${p[@]}" -c -n -w 77
claim "prints nothing" test ! -s "$tmp/out"
claim "mosps --json of none" runs 0 "${p[@]}" --json --where 77
claim "is an empty list" json 'd' '[]'
# shellcheck disable=SC1003 # a backslash
printf 'a"b\\c\td\n' >"$proc/10/comm"
claim "a name that wants quotes" runs 0 "${p[@]}" --json 10
claim "is quoted" json 'd[0]["name"] == "a\"b\\c\td"' True
printf 'a\033[2J\177\302\233b\303\266\n' >"$proc/10/comm"
claim "a name that would rule a terminal" runs 0 "${p[@]}" 10
claim "does not" says out ' a[?][[]2J[?][?][?]bö$'
printf 'half\303\n' >"$proc/10/comm"
claim "a name that ends within a character" runs 0 "${p[@]}" --json 10
claim "is text all the same" json 'd[0]["name"] == "half\ufffd"' True
claim "also without quotes" runs 0 "${p[@]}" 10
claim "where it is cut" says out ' half[?]$'

process 301 child 1 1 0 - 300
process 300 shell 1 1 0 -
mkdir -m 700 "$MOSIX_JOBS"
echo '300 7300' >"$MOSIX_JOBS/night"
claim "mosps --job" runs 0 "${p[@]}" --job night
claim "has what belongs to it" pids 300 301
claim "a job that is not there fails" runs 1 "${p[@]}" --job day
rm -r "$MOSIX_JOBS"

rm "$proc/200/stat" "$proc/200/mosix/"{why,last,lock,nmigs}
claim "files that vanish are no error" runs 0 "${p[@]}"
claim "nor keep a process from being listed" pids 4 30 200
