# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# One test script of a runner, and what is shown of its log.
#
#   header FILE KEY      the value of a "# KEY: VALUE" line of a test
#   run_script TEST NAME LOG LIMIT  pass its verdicts on; sets $status
#   show_log FILE [N]    the last lines as diagnostics
#   show_failures LOG    what was said before each claim that did not hold
#   show_consoles        what the nodes complained about
#
# Needs ktap.sh and splat.sh.

header() {
	sed -n "1,30s/^# $2: *//p" "$1" | tr '\n' ' '
}

# The log's last lines, where somebody looks first.
show_log() {
	local line
	while IFS= read -r line; do
		ktap_note "  ${line//$'\r'/}"
	done < <(tail -n "${2:-25}" "$1" 2>/dev/null)
}

# What was said before each claim that did not hold, and at the end.
show_failures() {
	if grep -aq '^not ok ' "$1"; then
		grep -a -B 16 '^not ok ' "$1" >"$1.failures"
		show_log "$1.failures" 60
		rm "$1.failures"
	fi
	show_log "$1" 6
}

show_consoles() {
	local i
	for ((i = 1; i <= NODES; i++)); do
		splats "$i" >"$CLUSTER/health" ||
			tail -n 12 "$CLUSTER/console.$i" >"$CLUSTER/health" 2>/dev/null
		ktap_note "console of node $i:"
		show_log "$CLUSTER/health" 40
	done
}

# The verdicts of one test, as they come; sets $status.
run_script() {
	local test=$1 name=$2 log=$3 limit=$4 line began=$SECONDS
	status=
	while IFS= read -r line; do
		case $line in
		'ended '*) status=${line#ended }; break ;;
		*) ktap_line "$name" "$line" ;;
		esac
	done < <(
		timeout -k 10 "$limit" bash "$test" 3>&1 >"$log" 2>&1 </dev/null
		echo "ended $?"
	)
	# timeout(1) says 137 both for its own last resort and for the test's end.
	((status != 137 || SECONDS - began < limit)) || status=124
}
