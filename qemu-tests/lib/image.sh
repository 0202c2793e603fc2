# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The file system of the guests: an initramfs made by the kernel's
# usr/gen_init_cpio from a list, so no root, no mount and no copying.
#
#   image_tools          compile hub, on, tsckhz, agent, pcapture, pcapcheck
#   image_programs       compile programs/*.c and selftests/*.c
#   image_make OUT PROG...  write the image, with these Debian programs in it
#
# Needs $TOP (the repository) and $WORK (its build/qemu).

image_path=/usr/sbin:/usr/bin:/sbin:/bin
image_cflags=(-O2 -g -Wall -Wextra -Werror)

# compile OUT SOURCES FLAGS...: only when a source or a header is newer.
# $1 is the output, $2 the sources (blank between them), the rest flags.
image_compile() {
	local out=$1 sources=$2 source first
	shift 2
	first=${sources%%[[:space:]]*}
	for source in $sources "${first%/*}"/*.h "$TOP"/qemu-tests/lib/*.h \
		"$TOP"/kernel/{pure,wire,handshake}.h; do
		[[ ! -e $source || $out -nt $source ]] && continue
		mkdir -p "${out%/*}"
		# shellcheck disable=SC2086 # several sources
		if ! cc "${image_cflags[@]}" -o "$out.$$" $sources "$@" \
			2>"$out.log"; then
			cat "$out.log" >&2
			rm -f "$out" "$out.log"
			return 1
		fi
		rm "$out.log"
		mv "$out.$$" "$out"
		return 0
	done
}

image_tools() {
	local q=$TOP/qemu-tests bin=$WORK/bin
	local f=$q/lib/frame.c
	image_compile "$bin/hub" "$q/lib/hub.c $f" &&
		image_compile "$bin/on" "$q/lib/on.c $f" &&
		image_compile "$bin/tsckhz" "$q/lib/tsckhz.c" &&
		image_compile "$bin/agent" "$f $q/guest/agent.c" -static &&
		image_compile "$bin/pcapture" "$q/pcap/pcapture.c" -lpcap &&
		image_compile "$bin/pcapcheck" "$(printf '%s ' \
			"$q"/pcap/*.c | sed 's|[^ ]*/pcapture.c||') \
			$TOP/kernel/wire.c $TOP/kernel/tally.c $f" -lpcap
}

# A victim is built static; and dynamic too when its source says
# "build: dynamic" in a comment. All are tried; names what does not compile.
image_programs() {
	local q=$TOP/qemu-tests c name bad=0
	# Includes of kselftest_harness.h are written both ways in the base.
	local base=$TOP/build/linux/tools/testing/selftests
	for c in "$q"/programs/*.c; do
		name=programs/$(basename "$c" .c)
		image_compile "$WORK/$name" "$c" -static -pthread || bad=1
		if grep -q 'build: dynamic' "$c"; then
			image_compile "$WORK/$name.dyn" "$c" -pthread || bad=1
		fi
	done
	for c in "$q"/selftests/*.c; do
		[[ -e $c ]] || continue
		name=selftests/$(basename "$c" .c)
		image_compile "$WORK/$name" "$c" -static -pthread \
			-Wno-unused-parameter -I"$base" -I"$base/timens" || bad=1
	done
	# Programs whose source is gone are no programs any more.
	for c in "$WORK"/{programs,selftests}/*; do
		name=${c#"$WORK"/}
		[[ -e $q/${name%.dyn}.c || ! -e $c ]] || rm "$c"
	done
	return $bad
}

# The dynamic loader and the libraries of the ELF file $1, one a line.
image_libraries() {
	ldd "$1" 2>/dev/null | awk '$2 == "=>" && $3 ~ /^\// { print $3 }
		$1 ~ /^\// { print $1 }'
}

# List lines for a file and, once each, for the folders above it.
image_file() {
	local path=$1 from=$2 mode=$3 dir=
	local part IFS=/
	for part in ${path%/*}; do
		[[ $part ]] || continue
		dir=$dir/$part
		echo "dir $dir 755 0 0"
	done
	echo "file $path $from $mode 0 0"
}

# One Debian program with its libraries.
image_program() {
	local name=$1 path lib
	path=$(PATH=$image_path type -P "$name") || {
		echo "the tests need the program '$name': install it" >&2
		return 1
	}
	image_file "$path" "$(readlink -f "$path")" 755
	for lib in $(image_libraries "$path"); do
		image_file "$lib" "$(readlink -f "$lib")" 755
	done
	[[ $name != python3 ]] || image_python "$path"
}

# Python's library, compiled beforehand: an emulated machine compiles slowly.
# What no batch job imports (tests, editors, windows) stays out.
image_python() {
	local version lib out file so
	version=$(basename "$(readlink -f "$1")")
	lib=/usr/lib/$version
	out=$WORK/$version
	if [[ ! -e $out.done ]]; then
		rm -rf "$out"
		mkdir -p "$out"
		(cd "$lib" && find . -name '*.py' -print | grep -vE \
			'^./(test|idlelib|tkinter|turtledemo|lib2to3|ensurepip|distutils|pydoc_data|config-|xml|xmlrpc|wsgiref|curses|dbm|sqlite3|venv|msilib)' |
			cpio -pdm --quiet "$out") || return 1
		"$1" -m compileall -b -q -s "$out" -p "$lib" "$out" || return 1
		find "$out" -name '*.py' -delete
		touch "$out.done"
	fi
	while read -r file; do
		image_file "$lib/${file#"$out"/}" "$file" 644
	done < <(find "$out" -name '*.pyc')
	for file in "$lib"/lib-dynload/*.so; do
		[[ $file =~ /(_curses|_sqlite3|_dbm|_gdbm|_tkinter|readline|_test|xx) ]] &&
			continue
		image_file "$file" "$file" 755
		for so in $(image_libraries "$file"); do
			image_file "$so" "$(readlink -f "$so")" 755
		done
	done
}

image_list() {
	local file applet program
	cat "$TOP/qemu-tests/guest/spec"
	echo "slink /bin/sh $(PATH=$image_path type -P dash) 777 0 0"
	while read -r applet; do
		case " bin/sh bin/busybox $* " in
		*" $applet "* | *" ${applet##*/} "*) continue ;;
		esac
		echo "slink /$applet /bin/busybox 777 0 0"
	done < <("$BUSYBOX" --list-full)
	for file in "$WORK"/programs/*; do
		[[ ! -x $file ]] || echo "file /bin/${file##*/} $file 755 0 0"
		[[ $file != *.dyn ]] || for program in $(image_libraries "$file"); do
			image_file "$program" "$(readlink -f "$program")" 755
		done
	done
	for file in "$WORK"/selftests/*; do
		[[ ! -x $file ]] || echo "file /selftests/${file##*/} $file 755 0 0"
	done
	# busybox's own shell prefers its applets to the programs in $PATH.
	for program in dash tc "$@"; do
		image_program "$program" || return 1
	done
}

# The lists' lines may repeat (folders, libraries): each is wanted once.
image_make() {
	local out=$1 gen
	shift
	BUSYBOX=$(PATH=$image_path type -P busybox) || {
		echo "no busybox: run 'make deps'" >&2
		return 1
	}
	if ldd "$BUSYBOX" >/dev/null 2>&1; then
		echo "$BUSYBOX is not static: install busybox-static" >&2
		return 1
	fi
	for gen in "$TOP"/build/*/usr/gen_init_cpio; do
		[[ -x $gen ]] && break
	done
	export BUSYBOX BIN=$WORK/bin GUEST=$TOP/qemu-tests/guest
	image_list "$@" >"$out.list.all" || return 1
	awk '!seen[$0]++' "$out.list.all" >"$out.list"
	"$gen" "$out.list" >"$out" || return 1
	rm -f "$out.list.all"
}
