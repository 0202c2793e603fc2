# shellcheck shell=bash disable=SC2154 # variables of check.sh
# SPDX-License-Identifier: GPL-2.0-only
# moskillall: real processes, under their PIDs in the made-up /proc.

k=("$bin/moskillall" -p "$proc")
# How each ends is in $tmp/end.PID: a shell that is asked itself would talk.
victim() { # WHERE HOME [PARENT]: its PID in $pid
	rm -f "$tmp/victim"
	(
		sleep 60 &
		echo $! >"$tmp/victim.new"
		mv "$tmp/victim.new" "$tmp/victim"
		status=0
		wait $! || status=$?
		echo $status >"$tmp/end.$!"
	) 2>"$tmp/talk" &
	while [ ! -e "$tmp/victim" ]; do
		sleep 0.02
	done
	pid=$(cat "$tmp/victim")
	process "$pid" sleep "$1" "$2" 0 - "${3:-1}"
}
lives() {
	kill -0 "$1" 2>"$tmp/err"
}
ended_by() { # SIGNAL PID
	local i

	for ((i = 0; i < 100; i++)); do
		[ ! -s "$tmp/end.$2" ] || break
		sleep 0.05
	done
	[ "$(cat "$tmp/end.$2")" = $((128 + $1)) ] && rm -r "${proc:?}/$2"
}

victim 1 1
one=$pid
victim 2 1 "$one"
child=$pid
victim 2 1
away=$pid
victim 1 2
guest=$pid
rm -r "$proc/200"
mkdir -m 700 "$MOSIX_JOBS"
echo "$one 7$one" >"$MOSIX_JOBS/night"
claim "moskillall wants to be told whom" runs 2 "${k[@]}"
claim "a user alone is not enough" runs 2 "${k[@]}" --user "$(id -un)"
claim "--dry-run" runs 0 "${k[@]}" --dry-run --job night
claim "prints all of the job" test "$(sort "$tmp/out")" = \
	"$(printf '%s sleep\n' "$one" "$child" | sort)"
claim "and kills none" lives "$one"
claim "two options" runs 0 "${k[@]}" -n --job night --away
claim "choose what both do" test "$(cat "$tmp/out")" = "$child sleep"
claim "--user chooses of them" runs 1 "${k[@]}" --away --user 4294967
claim "none, maybe" says err "no such process"
claim "a job" runs 0 "${k[@]}" --job night
claim "ends" ended_by 15 "$one"
claim "with its children" ended_by 15 "$child"
claim "and nobody else" lives "$away"
claim "a job that is over" runs 1 "${k[@]}" --job night
claim "one that is none" runs 1 "${k[@]}" --job day
claim "is told" says err "day: No such file"
claim "--where with a signal by name" runs 0 "${k[@]}" -s sigkill --where 2
claim "ends what is there" ended_by 9 "$away"
victim 2 1
claim "--away with a signal by number" runs 0 "${k[@]}" -s 10 --away
claim "ends what is away" ended_by 10 "$pid"
# dry: the other PIDs of the made-up /proc may be somebody's
claim "--where of this node" runs 0 "${k[@]}" -n --where 1
claim "chooses its own" says out '^10 stayer$'
claim "and leaves a guest to its home" silent_about out "$guest"
echo 'uid 4294967' >"$proc/$guest/mosix/stats"
claim "--user of a guest's" runs 1 "${k[@]}" -n --where 1 --user 4294967
claim "leaves it there, too" silent_about out "$guest"
claim "a signal that is none is wrong" runs 2 "${k[@]}" -A -s NONE
claim "so is an argument" runs 2 "${k[@]}" -A 12
claim "another kernel fails" runs 1 "$bin/moskillall" -p "$tmp" -A
kill "$guest"
wait
rm -r "$MOSIX_JOBS"
