#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check-table.sh [BASE]: syscall.tbl against the base kernel's own table, and
# the generator against lines that it must refuse. Prints KTAP. BASE is the
# base's syscall_64.tbl or its kernel tree; the overlay's by default.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
deputy=$here/..
table=$deputy/syscall.tbl
build=$here/../../build
base_path=arch/x86/entry/syscalls/syscall_64.tbl
claims=0
failed=0

claim() { # claim STATUS TEXT
	claims=$((claims + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $claims $2"
	else
		failed=$((failed + 1))
		echo "not ok $claims $2"
	fi
}

skip() { # skip TEXT REASON
	claims=$((claims + 1))
	echo "ok $claims $1 # SKIP $2"
}

# Lines on standard input are what is wrong: none is good.
claim_none() { # claim_none TEXT
	local wrong
	wrong=$(cat)
	[ -z "$wrong" ] || printf '# %s\n' "${wrong//$'\n'/$'\n# '}"
	claim "${#wrong}" "$1"
}

find_base() { # find_base [BASE]
	local place
	for place in "$@" "$build/linux" "$build/base/current"; do
		[ ! -f "$place/$base_path" ] || place=$place/$base_path
		if [ -f "$place" ]; then
			echo "$place"
			return
		fi
	done
}

ours() { awk '!/^#/ && NF { print $1, $2 }' "$table"; }
theirs() { awk '$2 == "common" || $2 == "64" { print $1, $3 }' "$1"; }

check_base() { # check_base FILE
	local same="number and name are those of the base, each once"
	local x32="no number of the x32 ABI"
	if [ -z "$1" ]; then
		skip "$same" "no kernel base: make fetch"
		skip "$x32" "no kernel base: make fetch"
		return
	fi
	claim_none "$(theirs "$1" | wc -l) calls: $same" < <(
		diff <(theirs "$1" | sort) <(ours | sort) |
			sed -n 's/^< /only in the base: /p; s/^> /only here: /p')
	claim_none "$x32" < <(
		join <(awk '$2 == "x32" { print $1 }' "$1" | sort) \
			<(ours | sort -k 1,1))
}

check_order() {
	claim_none "the table is in the order of the numbers" < <(
		ours | awk 'NR > 1 && $1 + 0 <= last { print }
			    { last = $1 + 0 }')
}

check_counts() {
	awk '!/^#/ && NF { n[$3]++ }
	     END { for (c in n) printf "# %s %d\n", c, n[c] }' "$table" | sort
	claim_none "every class is known" < <(
		awk '!/^#/ && NF && $3 !~ /^(local|home|both|special|return)$/' \
			"$table")
}

# The list at the end of the documentation is that of the table.
check_documentation() {
	local doc=$here/../../Documentation/syscalls.rst
	claim_none "the documentation lists what is not home, and why" < <(
		diff <(awk '!/^#/ && NF && $3 != "home" {
				why = $0; sub(/.*# /, "", why)
				print $3, $2, why }' "$table" | sort) \
			<(awk '/^::$/ { on = 1; next }
				on && NF { $1 = $1; print }' "$doc" | sort) |
			sed -n 's/^< /not documented: /p; s/^> /not so: /p')
}

# refused WHAT LINE: the generator must name line 2 and make no table.
refused() {
	local file said status=0
	file=$(mktemp)
	printf '0\tread\thome\tout=1:r2\n%b\n' "$2" >"$file"
	said=$("$deputy/gen-syscall.sh" "$file" 2>&1 >/dev/null) && status=1
	[[ $said == *":2: "* ]] || status=1
	[ "$status" -eq 0 ] || printf '# %b: said: %s\n' "$2" "$said"
	rm -f "$file"
	claim "$status" "refused: $1"
}

check_generator() {
	local status=0
	"$deputy/gen-syscall.sh" "$table" >/dev/null || status=1
	claim "$status" "the generator takes the table"
	refused "too few columns" '1\twrite\thome'
	refused "too many columns" '1\twrite\thome\t-\tmore'
	refused "a number again" '0\twrite\thome\t-'
	refused "a name again" '1\tread\thome\t-'
	refused "a number that is none" '1x\twrite\thome\t-'
	refused "a class that is none" '1\twrite\tabroad\t- # why'
	refused "an attribute that is none" '1\twrite\thome\tup=1:r2'
	refused "a window without a length" '1\twrite\thome\tin=1'
	refused "a window of no bytes" '1\twrite\thome\tin=1:#0'
	refused "a length that is none" '1\twrite\thome\tin=1:2'
	refused "an argument that no call has" '1\twrite\thome\tin=6:r2'
	refused "a length from no argument" '1\twrite\thome\tin=1:r6'
	refused "elements of no size" '1\twrite\thome\tin=1:r2*0'
	refused "elements too big to count" '1\twrite\thome\tin=1:r2*256'
	refused "an argument described twice" '1\twrite\thome\tin=1:r2,str=1'
	refused "four windows" '1\twrite\thome\tstr=0,str=1,str=2,str=3'
	refused "zero= without a window" '1\twrite\thome\tzero=1'
	refused "zero= of no bit" '1\twrite\thome\tin=1:r2,zero=3:0x0'
	refused "both without a handler" '1\twrite\tboth\t- # why'
	refused "special without a handler" '1\twrite\tspecial\t- # why'
	refused "home with a handler" '1\twrite\thome\thandler=write'
	refused "local with a window" '1\twrite\tlocal\tin=1:r2 # why'
	refused "return with a window" '1\twrite\treturn\tin=1:r2 # why'
	refused "return and again" '1\twrite\treturn\tagain # why'
	refused "local without a reason" '1\twrite\tlocal\t-'
	refused "return without a reason" '1\twrite\treturn\t-'
}

echo "KTAP version 1"
check_base "$(find_base "$@")"
check_order
check_counts
check_documentation
check_generator
echo "1..$claims"
[ "$failed" -eq 0 ]
