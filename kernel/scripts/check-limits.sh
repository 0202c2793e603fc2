#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# House limits of size: a file of more than 700 lines, a function of more than
# 100 or with more than 5 parameters fails. What passes the soft limits (500
# and 60) is only named.

. "$(dirname "$0")/lib.sh"
cd "$TOP"

mapfile -t files < <(find kernel deputy loadinfo tools qemu-tests \
	-name '*.[ch]' 2>/dev/null | sort)

# Kernel style: a function opens with "{" and closes with "}" in column one.
awk '
	function note(hard, what) {
		if (hard)
			failed = 1
		print (hard ? "error: " : "note: ") what > "/dev/stderr"
	}
	function end_file() {
		if (lines > 500 && file !~ /_cases\.h$/)
			note(lines > 700, file ": " lines " lines")
	}
	FNR == 1 { end_file(); file = FILENAME; head = "" }
	{ lines = FNR }
	# collect the head of a definition: from its first line to the "{"
	/^[A-Za-z_].*\(/ && !/;[ \t]*$/ { head = $0; first = FNR; next_head = 1 }
	!/^[A-Za-z_{]/ && next_head { head = head $0 }
	/;[ \t]*$/ && !/^\t/ { next_head = 0 }
	/^{/ && next_head {
		open = FNR
		next_head = 0
		if (head !~ /^(struct|union|enum|static const|DEFINE|#)/) {
			args = head
			sub(/^[^(]*\(/, "", args)
			while (gsub(/\([^()]*\)/, "", args)) { }
			if (gsub(/,/, ",", args) + 1 > 5)
				note(1, file ":" first ": more than 5 parameters")
		}
	}
	/^}/ && open {
		n = FNR - open - 1
		if (n > 60)
			note(n > 100, file ":" open ": function of " n " lines")
		open = 0
	}
	END { end_file(); exit failed }
' "${files[@]}" || die "house limits are broken (lines above)"
say "limits: ${#files[@]} files keep them"
