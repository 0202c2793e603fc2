#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# build.sh FLAVOUR [TARGET...]: configure and build the overlay out of tree in
# build/FLAVOUR. Without a target: the kernel image. The flavours are normal and
# debug; kcsan, which watches our files for data races; sparse, which is debug once
# more, for objects compiled with other warnings; and of make bench bench, which is
# normal with what CRIU needs, and plain, which is normal without us: the base
# unchanged (check-patch compares the objects). Of package only the configuration is
# made here: make check-debian packs it.

. "$(dirname "$0")/lib.sh"

flavour=${1:?usage: build.sh normal|debug|kcsan|sparse|bench|plain|package [TARGET...]}
shift
obj=$BUILD/$flavour
log=$obj/build.log
configs=$TOP/qemu-tests/configs
make_words=()
case $flavour in
normal) fragments=("$configs/node.config") about=1700 ;;
debug | sparse) fragments=("$configs/node.config" "$configs/debug.config") about=1900 ;;
kcsan)
	fragments=("$configs/node.config" "$configs/kcsan.config") about=1800
	make_words=(KCSAN_SANITIZE=n) ;;	# but ours, see kernel/Kbuild
bench) fragments=("$configs/node.config" "$configs/criu.config") about=1800 ;;
plain) fragments=("$configs/node.config" "$configs/plain.config") about=1600 ;;
package) fragments=("$configs/node.config" "$configs/package.config") about=1900 ;;
*) die "no flavour '$flavour': normal, debug, kcsan, sparse, bench, plain or package" ;;
esac

config_key() {
	cat "${fragments[@]}" "$TOP/kernel/Kconfig" "$OVERLAY/.mosix-overlay" \
		"$0" "$(dirname "$0")/lib.sh" | sha256sum
	gcc --version | head -n 1
}

# Kconfig drops what it cannot have without a word: look after each option.
check_config() {
	local line name bad=0
	while read -r line; do
		name=$(sed -n 's/^\(# \)\?\(CONFIG_[A-Za-z0-9_]*\).*/\2/p' <<<"$line")
		case $line in
		"# CONFIG_"*" is not set" | CONFIG_*=n)
			! grep -q "^$name=" "$obj/.config" && continue ;;
		CONFIG_*)
			grep -qxF "$line" "$obj/.config" && continue ;;
		*)
			continue ;;
		esac
		say "not taken: $line (got:" \
			"$(grep -w "$name" "$obj/.config" || echo nothing))"
		bad=1
	done < <(wanted_config)
	[ $bad = 0 ] || die "the $flavour configuration lacks the options above:" \
		"mend qemu-tests/configs (a dependency is missing?)"
}

# The last word on each option when the fragments are read in order.
wanted_config() {
	sed -n 's/^\(# \)\?\(CONFIG_[A-Za-z0-9_]*\)\(=\| is not set\).*/\2 &/p' \
		"${fragments[@]}" | awk '{ n = $1; sub(/^[^ ]* /, ""); v[n] = $0 }
			END { for (n in v) print v[n] }'
}

configure() {
	local key
	key=$(config_key)
	[ "$key" = "$(cat "$obj/.config-key" 2>/dev/null)" ] &&
		[ -f "$obj/.config" ] && return
	# Another base: its files may be older than our objects of the last one.
	if [ -f "$obj/.base" ] && ! cmp -s "$obj/.base" "$BASES/current.source"; then
		say "the base changed: building $flavour from nothing"
		rm -rf "$obj"
	fi
	mkdir -p "$obj"
	cp "$BASES/current.source" "$obj/.base"
	rm -f "$obj/.config-key"
	kmake "$OVERLAY" "$obj" KCONFIG_ALLCONFIG=<(cat "${fragments[@]}") \
		allnoconfig >"$obj/config.log" 2>&1 ||
		{ tail -n 20 "$obj/config.log" >&2; die "configuring failed"; }
	check_config
	echo "$key" >"$obj/.config-key"
}

# Say how far the build is: the log has one line a step.
progress() {
	while sleep 15 && kill -0 $$ 2>/dev/null; do
		say "  $flavour: $(wc -l <"$log") of about $about steps," \
			"$((SECONDS - start)) s"
	done
}

build() {
	local rc=0 watcher
	progress 8>&- 9>&- &	# it must not hold the lock
	watcher=$!
	kmake "$OVERLAY" "$obj" "${make_words[@]}" "$@" >"$log" 2>&1 || rc=$?
	kill "$watcher" 2>/dev/null
	wait "$watcher" 2>/dev/null || true
	grep -E '(warning|error): ' "$log" >&2 || true
	[ $rc = 0 ] && return
	grep -vE '^  [A-Z]+ ' "$log" | tail -n 30 >&2
	die "building the $flavour kernel failed; whole log: $log"
}

[ -f "$OVERLAY/.mosix-overlay" ] || die "no overlay: run 'make overlay' first"
lock_trees shared
lock_objects "$flavour"
start=$SECONDS
configure
[ $# -gt 0 ] || set -- bzImage
say "building $flavour ($*) in build/$flavour with $(nproc) jobs ..."
build "$@"
say "built $flavour: $(wc -l <"$log") steps, $((SECONDS - start)) s"
