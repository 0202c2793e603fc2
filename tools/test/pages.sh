# shellcheck shell=bash disable=SC2154 # variables of check.sh
# SPDX-License-Identifier: GPL-2.0-only
# Manual pages and completion: all options are there, and no others.

long_options() {
	grep -oE -- '--[a-z][a-z-]*' | sort -u
}

same_options() { # TOOL PAGE
	diff <("$bin/$1" --help | long_options) \
		<(sed 's/\\-/-/g' "$2" | long_options) >"$tmp/out"
}

is_clean() { # PAGE
	LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z \
		"$1" 2>"$tmp/err" >/dev/null && [ ! -s "$tmp/err" ]
}

for tool in "$bin"/*; do
	[ -f "$tool" ] || continue
	name=${tool##*/}
	page=$(echo "$here/../man/$name".[18])
	claim "$name has a page" test -f "$page"
	claim "with its options and no others" same_options "$name" "$page"
done
if command -v man >/dev/null; then
	for page in "$here"/../man/*; do
		claim "man has nothing to say against ${page##*/}" is_clean "$page"
	done
else
	skip "manual pages are clean" "man is not installed: make deps"
fi
# all that mosctl --help names as commands, the page and completion have, too
commands=$("$bin/mosctl" --help | sed -n 's/^  \([a-z].*\)/\1/p' |
	sed -E 's/  .*//; s/ \[.*//; s/ (PID|NODE|NAME|VALUE|FILE|HOST\.\.\.)//g; s/,//g' |
	tr ' ' '\n' | grep -xE '[a-z]+' | sort -u)
missing() { # FILE
	local word

	for word in $commands; do
		grep -qw -- "$word" "$1" || echo "$word"
	done
}
claim "mosctl --help has commands" test "$(wc -w <<<"$commands")" -gt 20
claim "the page has each" test -z "$(missing "$here/../man/mosctl.8")"
claim "completion has each" \
	test -z "$(missing "$here/../completion/mosix.bash")"

# Of the guide and README: each command of mosctl, and each option of any tool.
guides=("$here/../../Documentation/admin-guide.rst" "$here/../../README.md")
unknown_commands() {
	local word

	grep -ohE '(^[[:space:]]+|`|/|=)mosctl( --timeout [0-9]+)? [a-z]+' "${guides[@]}" | sed 's/.* //' |
		sort -u | while read -r word; do
		grep -qx "$word" <<<"$commands" || echo "$word"
	done
}
unknown_options() {
	local tool option

	grep -ohE '\b(mos[a-z]+|migrate) -[-a-zA-Z]+' "${guides[@]}" | sort -u |
		while read -r tool option; do
		"$bin/$tool" --help | grep -qE -- "(^ +|, )$option\\b" ||
			echo "$tool $option"
	done
}
claim "guide and README name no command that is not there" \
	test -z "$(unknown_commands)"
claim "nor an option" test -z "$(unknown_options)"

complete_line() { # WORD...: what bash would offer for the last one, of that /proc
	proc=$proc bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
		PATH=$bin:$PATH
		awk() { command awk "${@:1:$#-1}" "$proc${!##/proc}"; }
		_mosix "$1" "${*: -1}" "${COMP_WORDS[COMP_CWORD - 1]}"
		echo ${COMPREPLY[*]}' \
		bash "$here/../completion/mosix.bash" "$@"
}
claim "mosctl dr" test "$(complete_line mosctl dr)" = drain
claim "migrate --ti" test "$(complete_line migrate --ti)" = --timeout
claim "migrate 10 ba" test "$(complete_line migrate 10 ba)" = balance
claim "mosrun sh" test "$(complete_line mosrun shellche)" = shellcheck
mkdir -m 700 "$MOSIX_JOBS"
: >"$MOSIX_JOBS/night"
claim "mosps -J ni" test "$(complete_line mosps -J ni)" = night
# with no folder of one's own they are in one of /tmp, which anybody may have made
: >"$MOSIX_JOBS/\$(cd \$tmp; : >done)"
: >"$MOSIX_JOBS/n;sh"
claim "what is no job is not offered" \
	test "$(export tmp; complete_line mosps -J '')" = night
claim "and not carried out" test ! -e "$tmp/done"
rm -r "$MOSIX_JOBS"
claim "mosps, a PID of here" test "$(complete_line mosps '')" = "200 30"
claim "mosps -w" test "$(complete_line mosps -w '')" = "1 2 3 4 5"
claim "mosps -H" test "$(complete_line mosps -H 4)" = 4
claim "mosps -s m" test "$(complete_line mosps -s m)" = "moves mem"
claim "mostop -o m" test "$(complete_line mostop -o m)" = "mem moves"
claim "mosmon --view t" test "$(complete_line mosmon --view t)" = table
claim "mosrun -s pu" test "$(complete_line mosrun -s pu)" = push
claim "mostop -u" test "$(complete_line mostop -u "$(id -un)")" = "$(id -un)"
# shellcheck source=/dev/null # made by completion itself
claim "completion knows all commands" test "$(
	. "$here/../completion/mosix.bash"
	complete -p | grep -o 'mos[a-z]*$\|migrate$' | sort)" = \
	"$(cd "$bin" && find . -maxdepth 1 -type f -executable -printf '%f\n' | sort)"

dest=$tmp/dest
claim "make install" runs 0 make -s -C "$here/.." install OUT="$bin" \
	DESTDIR="$dest" PREFIX=/usr
for tool in "$bin"/*; do
	[ -f "$tool" ] || continue
	name=${tool##*/}
	claim "installs $name" test -x "$dest/usr/bin/$name"
	claim "its page" test -f "$(echo "$dest"/usr/share/man/man[18]/"$name".*)"
	claim "and its completion" \
		test -s "$dest/usr/share/bash-completion/completions/$name"
done
