#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Every function that other files can call has kernel-doc right above it, with
# Context:, and with Return: unless it returns nothing. Every reason to stay is
# in its table, and no other.

. "$(dirname "$0")/lib.sh"
cd "$TOP"

mapfile -t files < <(our_files | awk '{ print $2 }' |
	grep -E '^(kernel|deputy|loadinfo)/.*\.c$' | grep -v '_kunit\.c$')

# Kernel style: the head of a definition begins in column one and "{" follows
# alone in column one.
awk '
	function judge(    void) {
		void = (head ~ /^(__init |__cold |noinline )*void [^*]/)
		if (!doc)
			complain("no kernel-doc")
		else if (doc !~ /\n \* Context:/)
			complain("no Context:")
		else if (!void && doc !~ /\n \* Returns?:/)
			complain("no Return:")
	}
	function complain(what) {
		sub(/\(.*/, "", head)
		print FILENAME ":" first ": " head "(): " what > "/dev/stderr"
		bad = 1
	}
	FNR == 1 { doc = head = "" }
	/^\/\*\*$/ { doc = ""; collecting = 1 }
	collecting { doc = doc "\n" $0 }
	/^ \*\/$/ { collecting = 0; fresh = FNR; next }
	collecting { next }
	# the type may stand on a line of its own
	/^[a-z_][a-z0-9_ *]*$/ { fresh += (fresh == FNR - 1); next }
	/^[a-z_].*[(,]/ && !/;$/ && !/^(static|struct [a-z_]+ = |typedef|DEFINE_|else)/ && !head {
		head = $0
		first = FNR
		if (fresh != FNR - 1)
			doc = ""
		next
	}
	/^{/ && head { judge(); head = doc = "" }
	/^}/ || /;[ \t]*$/ { head = "" }
	END { exit bad }
' "${files[@]}" || die "functions lack documentation (lines above)"
table=Documentation/stay-reasons.rst
stay=$(sed -n 's/^\t\[STAY_[A-Z0-9_]*\][^"]*"\(.*\)",$/\1/p' kernel/stay.c)
told=$(sed -n '/^reason  /,$p' $table | grep -vE '^(=| |reason )' |
	cut -c1-47 | sed 's/ *$//; /^$/d')
diff <(sort <<<"$stay") <(sort <<<"$told") >&2 ||
	die "$table does not have the reasons of kernel/stay.c (lines above)"
say "kernel-doc: ${#files[@]} files document what they offer"
