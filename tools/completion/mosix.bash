# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Completion of bash for the commands; options are those of their --help.

_mosix_options() {
	"$1" --help 2>/dev/null | grep -oE -- '--[a-z][a-z-]*'
}

# Not by compgen -W, which carries out what is in a word: $(...)
_mosix_words() {
	local words word

	read -rd '' -a words <<<"$1"
	COMPREPLY=()
	for word in "${words[@]}"; do
		[[ $word != "${COMP_WORDS[COMP_CWORD]}"* ]] || COMPREPLY+=("$word")
	done
}

_mosix_nodes() {
	awk 'NR > 1 { print $1 }' /proc/mosix/vector 2>/dev/null
}

# A guest has another PID here than at home.
_mosix_pids() {
	awk 'NR == 1 { for (i = c = 1; i <= NF; i++) if ($i == "here_pid") c = i }
		NR > 1 { print $c }' /proc/mosix/processes 2>/dev/null
}

_mosix_jobs() {
	local dir=${MOSIX_JOBS:-${XDG_RUNTIME_DIR:+$XDG_RUNTIME_DIR/mosix-jobs}}

	dir=${dir:-/tmp/mosix-jobs-$(id -u)}
	# as mosrun has it: the folder is the user's own, and these are names
	[[ ! -O $dir ]] || find "$dir" -type f -printf '%f\n' 2>/dev/null |
		grep -xE '[A-Za-z0-9][A-Za-z0-9._-]{0,63}'
}

_mosix_mosctl() {
	local commands="status node isup whois why processes decisions moves security
		block noblock stay nostay lstay nolstay quiet noquiet get set
		lock unlock nodes strategy setup join settings config check key newkey leave
		forget sync answer expel bring
		drain undrain shutdown"

	case ${COMP_WORDS[COMP_CWORD - 1]} in
	get | set)
		_mosix_words "$(awk '{ print $1 }' \
			/proc/mosix/admin/tunables 2>/dev/null)" ;;
	node | isup | whois | forget)
		_mosix_words "$(_mosix_nodes)" ;;
	why | lock | unlock | nodes | strategy)
		_mosix_words "$(_mosix_pids)" ;;
	config | check | key | --key)
		mapfile -t COMPREPLY < <(compgen -f -- "$2") ;;
	--contact)
		mapfile -t COMPREPLY < <(compgen -A hostname -- "$2") ;;
	join)
		_mosix_words "stay --contact --discover --key" ;;
	--discover)
		_mosix_words "stay --interface --key" ;;
	--interface)
		_mosix_words "$(ls /sys/class/net 2>/dev/null)" ;;
	sync)
		_mosix_words all ;;
	answer)
		_mosix_words "listen discover" ;;
	*)
		_mosix_words "$commands" ;;
	esac
}

_mosix() {
	case $2 in
	-*)
		_mosix_words "$(_mosix_options "$1")"
		return ;;
	esac
	# a letter means this in one tool and that in another
	case "${1##*/} $3" in
	*' -p' | *' --proc' | *' -e' | *' --etc')
		mapfile -t COMPREPLY < <(compgen -d -- "$2")
		return ;;
	*' -J' | 'migrate -j' | *' --job')
		_mosix_words "$(_mosix_jobs)"
		return ;;
	'mosps -w' | 'moskillall -w' | *' --where' | 'mosps -H' | 'mosps --home' | \
		'mosrun -n' | *' --node')
		_mosix_words "$(_mosix_nodes)"
		return ;;
	'moskillall -s' | *' --signal')
		mapfile -t COMPREPLY < <(compgen -A signal -- "$2")
		return ;;
	'mosrun -s' | *' --strategy')
		_mosix_words "auto demand eager push precopy"
		return ;;
	'mosps -s' | 'mosps --sort')
		_mosix_words "pid name user where home moves cpu mem"
		return ;;
	'mostop -o' | 'mostop --sort')
		_mosix_words "cpu mem pid where moves"
		return ;;
	'mosmon -v' | *' --view')
		_mosix_words "load memory speed guests table"
		return ;;
	*' -u' | *' --user')
		mapfile -t COMPREPLY < <(compgen -u -- "$2")
		return ;;
	esac
	case ${1##*/} in
	mosctl)
		_mosix_mosctl "$@" ;;
	migrate)
		_mosix_words "home best out balance $(_mosix_nodes) $(_mosix_pids)" ;;
	mosps)
		_mosix_words "$(_mosix_pids)" ;;
	mosrun)
		mapfile -t COMPREPLY < <(compgen -c -- "$2" | sort -u) ;;
	esac
}

complete -o default -F _mosix migrate mosbestnode mosctl moskillall mosmetrics \
	mosmon mosps mosrun mostestload mostop
