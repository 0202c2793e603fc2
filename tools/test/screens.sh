# shellcheck shell=bash disable=SC2154 # variables of check.sh
# SPDX-License-Identifier: GPL-2.0-only
# mosmon and mostop: what is on a terminal of that size, by tmux.

screens=0
term=()

open_screen() { # COLUMNS ROWS COMMAND...
	local columns=$1 rows=$2

	shift 2
	close_screen
	screens=$((screens + 1))
	term=(env -u TMUX tmux -S "$tmp/tmux.$screens" -f /dev/null)
	"${term[@]}" new-session -d -x "$columns" -y "$rows" \
		"${*@Q}; echo ended with \$?; sleep 30"
}

close_screen() {
	[ $screens = 0 ] || "${term[@]}" kill-server 2>"$tmp/err" || true
}

# The screen comes to show it, in the end.
shows() { # REGEX
	for ((i = 0; i < 100; i++)); do
		"${term[@]}" capture-pane -p >"$tmp/out" 2>"$tmp/err"
		grep -qE -- "$1" "$tmp/out" && return
		sleep 0.1
	done
	return 1
}

shows_no() { # REGEX: what was there has gone
	for ((i = 0; i < 100; i++)); do
		"${term[@]}" capture-pane -p >"$tmp/out" 2>"$tmp/err"
		grep -qE -- "$1" "$tmp/out" || return 0
		sleep 0.1
	done
	return 1
}

press() {
	"${term[@]}" send-keys "$@"
}


# On a terminal that goes, and nobody ends it for that: its exit code; 99: it goes on.
bereaved() { # COMMAND...
	python3 -c '
import os, pty, signal, sys, time
pid, terminal = pty.fork()
if not pid:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.environ["TERM"] = "xterm"
    os.execv(sys.argv[1], sys.argv[1:])
os.read(terminal, 1)
os.close(terminal)
for i in range(50):
    ended, status = os.waitpid(pid, os.WNOHANG)
    if ended:
        sys.exit(os.waitstatus_to_exitcode(status))
    time.sleep(0.1)
os.kill(pid, signal.SIGKILL)
sys.exit(99)' "$@"
}

claim "mosmon without a terminal" runs 1 "$bin/mosmon" -p "$proc"
claim "says so" says err "no terminal"
claim "mosmon on another kernel" runs 1 "$bin/mosmon" -p "$tmp"
claim "a view that is none is wrong" runs 2 "$bin/mosmon" -v colours
claim "an argument is wrong" runs 2 "$bin/mosmon" 3
claim "mostop without a terminal" runs 1 "$bin/mostop" -p "$proc"
claim "says so, too" says err "no terminal"
claim "mostop on another kernel" runs 1 "$bin/mostop" -p "$tmp" -b
claim "an order that is none is wrong" runs 2 "$bin/mostop" -o colour
claim "mosmon whose terminal goes, ends" runs 1 bereaved "$bin/mosmon" -p "$proc"
claim "mostop, too" runs 1 bereaved "$bin/mostop" -p "$proc"
t=("$bin/mostop" -p "$proc" --batch)
claim "mostop --batch" runs 0 "${t[@]}"
claim "prints all" pids 200 30 10 4
claim "with where, home and moves" says out "^ +200 .* 2 +1 +3 R .*mover  stay-"
claim "and how many are away" says out "^mostop  4 shown, 1 away, 1 guests"
claim "mostop --moved" runs 0 "${t[@]}" --moved --sort pid
claim "prints those that moved" pids 4 30 200
claim "mostop --sort" runs 0 "${t[@]}" --sort moves
claim "sorts" pids 200 4 10 30
claim "mostop --user" runs 0 "${t[@]}" --user 4294967
claim "prints those of a user" pids ""
claim "a user that is none fails" runs 1 "${t[@]}" --user no-such-user
claim "mostop of a guest of whose user nothing is told" runs 0 "${t[@]}"
claim "says so" says out "^ +30 - +1 +2 +0 R"
echo 'uid 4294967294' >"$proc/30/mosix/stats"
claim "mostop --user of a guest's" runs 0 "${t[@]}" --user 4294967294
claim "prints it" pids 30
claim "with what of its user has room" says out "^ +30 4294967\\+ +1 +2 +0 R"
claim "mostop --number" runs 0 "${t[@]}" --number 2 --seconds 1
claim "prints so often" test "$(grep -c ^mostop "$tmp/out")" = 2
# 100 ticks, a second of CPU time, between two looks a second apart
(
	sleep 0.5
	sed -i 's/ 200 23 / 300 23 /' "$proc/200/stat"
) &
claim "what is used between two looks" runs 0 "${t[@]}" -n 2 -s 1
wait
claim "is told in percent" says out "^ +200 .* R +(9[0-9]|100)\\.[0-9] "

if ! command -v tmux >/dev/null; then
	skip "screens of mosmon and mostop" "tmux is not installed: make deps"
	return
fi

open_screen 80 24 "$bin/mosmon" -p "$proc"
claim "mosmon has a screen of 80x24" shows "mosmon  node 1  4 of 5 up"
claim "with the load" shows "^ +1\\.50\\| 1\\.50$"
claim "with the nodes and their state" shows "^ +1 +2S +3 +4B +5$"
# in the upper half only the bar of node 1 stands, reversed
upper_bars() {
	"${term[@]}" capture-pane -p -e | sed -n 3,7p |
		grep -c "$(printf '\033')\[7m"
}
claim "with a bar as high as its load" test "$(upper_bars)" = 5
claim "with one that is down" shows "down"
claim "with moves" shows "12\\.500 s  200: 1 -> 2  move-cpu"
claim "but nothing that is no move" shows_no "stay-gain"
claim "and its keys in the last line" \
	test "$(sed -n 24p "$tmp/out" | cut -c2-7)" = "l load"
press m
claim "m shows memory" shows "memory in use, %"
claim "up to 100" shows "^100\\.00\\|"
press s
claim "s shows speed" shows "^ +2\\.00\\|"
press g
claim "g shows guests" shows "3\\.00 *$"
press t
claim "t shows a table" shows "^ +2 up,stay +0\\.50 +2 +1\\.00 +0 +7812 +6835 "
claim "with all nodes together" shows \
	"^ +all +0\\.39 +10 +1\\.40 +4 +16990 +14159\$"
echo "no key: closed" >"$proc/mosix/security"
claim "a node without a key says so" shows "4 of 5 up  NO KEY  all figures"
rm "$proc/mosix/security"
press d
claim "d hides what is down" shows_no "^ +3 down"
press w
claim "w hides moves" shows_no "move-cpu"
press w
claim "and shows them" shows "move-cpu"
echo "14 201 1 5 move-memory 1 2 3" >>"$proc/mosix/decisions"
claim "a move is there when it happens" shows "201: 1 -> 5  move-memory"
press h
claim "h shows help" shows "load: jobs for each reference CPU$"
press l
claim "another key ends it" shows_no "this, q  quit"
press Right Right
claim "arrows go along" shows "< 4B"
press Left Left
claim "and back" shows " 1 +2S +4B"
mv "$proc/mosix/vector" "$tmp/vector"
sleep 1.2
claim "a file that vanishes changes nothing" shows " 1 +2S +4B"
mv "$tmp/vector" "$proc/mosix/vector"
"${term[@]}" resize-window -x 132 -y 40
sed -i 's/^5 up 700/5 up 4000/' "$proc/mosix/vector"
claim "a new size is taken" shows "^ +4\\.00\\|"
claim "with the keys in its last line" \
	test "$(sed -n 40p "$tmp/out" | cut -c2-7)" = "l load"
press q
claim "q ends well" shows "ended with 0"

for size in "20 5" "10 3" "1 1" "200 60"; do
	# shellcheck disable=SC2086 # two numbers
	open_screen $size "$bin/mosmon" -p "$proc"
	sleep 0.3
	press t h l m
	press q
	claim "mosmon ends well at ${size/ /x}" test "$(
		sleep 0.3
		"${term[@]}" resize-window -x 80 -y 24
		shows "ended with 0" && echo yes)" = yes
done

open_screen 80 24 "$bin/mosmon" -p "$proc" --view table --down --no-moves
claim "mosmon --view begins with it" shows "^ +NODE STATUS"
claim "--down without what is down" shows_no "^ +3 down"
claim "--no-moves without moves" shows_no "move-"

make_proc
open_screen 80 24 "$bin/mostop" -p "$proc" -s 1
claim "mostop has a screen" shows "mostop  4 shown, 1 away, 1 guests, by cpu"
claim "with a line for each" shows "^ +200 .* 2 +1 +3 R "
press N
claim "N sorts by PID" shows "by pid"
claim "4 comes first" test "$(awk 'NR == 3 { print $1 }' "$tmp/out")" = 4
press V
claim "V sorts by moves" shows "by moves"
claim "200 comes first" test "$(awk 'NR == 3 { print $1 }' "$tmp/out")" = 200
press a
claim "a shows those that moved" shows "3 shown"
rm -r "$proc/30"
claim "one that ends is gone" shows "2 shown"
press h
claim "h shows help" shows "P  by CPU use"
press q
claim "q ends well" shows "ended with 0"
open_screen 132 40 "$bin/mostop" -p "$proc"
claim "mostop has a wide screen" shows "mover  stay-gain node 2 gain 700"
claim "with keys in its last line" \
	test "$(sed -n 40p "$tmp/out" | cut -c2-6)" = "P cpu"
press C-c
claim "^C is told" shows "ended with 1"
open_screen 10 3 "$bin/mostop" -p "$proc"
sleep 0.3
press h q
claim "mostop ends well at 10x3" test "$(
	sleep 0.3
	"${term[@]}" resize-window -x 80 -y 24
	shows "ended with 0" && echo yes)" = yes
close_screen
