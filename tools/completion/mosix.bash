# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Completion of bash for the commands; options are those of their --help.

_mosix_options() {
	"$1" --help 2>/dev/null | grep -oE -- '--[a-z][a-z-]*'
}

_mosix_words() {
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "${COMP_WORDS[COMP_CWORD]}")
}

_mosix_nodes() {
	awk 'NR > 1 { print $1 }' /proc/mosix/vector 2>/dev/null
}

_mosix_pids() {
	awk 'NR > 1 { print $1 }' /proc/mosix/processes 2>/dev/null
}

_mosix_jobs() {
	local dir=${MOSIX_JOBS:-${XDG_RUNTIME_DIR:+$XDG_RUNTIME_DIR/mosix-jobs}}

	ls "${dir:-/tmp/mosix-jobs-$(id -u)}" 2>/dev/null
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
	case $3 in
	-p | --proc | -e | --etc)
		mapfile -t COMPREPLY < <(compgen -d -- "$2")
		return ;;
	-J | -j | --job)
		_mosix_words "$(_mosix_jobs)"
		return ;;
	-w | -H | -n | --where | --home | --node)
		_mosix_words "$(_mosix_nodes)"
		return ;;
	--signal)
		mapfile -t COMPREPLY < <(compgen -A signal -- "$2")
		return ;;
	-s | --strategy)
		_mosix_words "auto demand eager push precopy"
		return ;;
	-u | --user)
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
