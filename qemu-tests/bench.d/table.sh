# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Samples, medians and the table.
#
#   table_begin                begin $results and $samples anew
#   sample KEY COMMAND...      run it $runs times; each prints one number, whose
#                              median is $(median KEY) from now on. Fails when the
#                              command does
#   sampled KEY VALUE...       the same with numbers that are there already
#   against REF KEY COMMAND... sample KEY, and after each time what the words of REF
#                              print, as "KEY: reference": what else this machine
#                              does meanwhile slows both
#   row NAME OURS UNIT REFERENCE REACH   OURS and REFERENCE are keys of samples, or
#                              numbers. Higher is better where REACH is ">= N";
#                              "-" where a figure is only shown
#   row_against KEY UNIT REACH of what against() has sampled
#   skipped NAME REACH REASON  a row that could not be measured
#   table_print                with how far the samples of each median lie apart
#
# Columns of $results are those of all our results.tsv; $samples has "KEY NUMBER"
# lines with a tab between, from which anybody can have other sums.
#
# Needs $results, $samples, $runs.

declare -A median

table_begin() {
	mkdir -p "${results%/*}"
	printf 'row\tours\tunit\treference\tratio\treach\tok\n' >"$results"
	: >"$samples"
	: >"$results.spread"
	: >"$results.skipped"
}

sampled() {
	local key=$1
	shift
	printf "$key\t%s\n" "$@" >>"$samples"
	median[$key]=$(printf '%s\n' "$@" | sort -n | sed -n "$(($# / 2 + 1))p")
}

# number COMMAND...: what it prints, in $value.
number() {
	value=$("$@")
	[[ $value =~ ^[0-9]+$ ]] && return
	echo "bench: $*: not a number: $value" >&2
	return 1
}

sample() {
	local key=$1 values=() value i
	shift
	echo "  $key ..." >&2
	for ((i = 0; i < runs; i++)); do
		number "$@"
		values+=("$value")
	done
	sampled "$key" "${values[@]}"
}

against() {
	local reference key=$2 values=() references=() value i
	read -ra reference <<<"$1"
	shift 2
	echo "  $key ..." >&2
	for ((i = 0; i < runs; i++)); do
		number "$@"
		values+=("$value")
		number "${reference[@]}"
		references+=("$value")
	done
	sampled "$key" "${values[@]}"
	sampled "$key: reference" "${references[@]}"
}

median() {
	echo "${median[$1]-$1}"
}

# "12-15": the least and the largest sample; nothing for a number.
spread() {
	awk -F '\t' -v key="$1" '
		$1 == key && (!n || $2 < least) { least = $2 }
		$1 == key && (!n++ || $2 > most) { most = $2 }
		END { if (n) print least "-" most; else print "-" }' "$samples"
}

row() {
	awk -v OFS='\t' -v name="$1" -v ours="$(median "$2")" -v unit="$3" \
		-v ref="$(median "$4")" -v reach="$5" 'BEGIN {
		ratio = ref > 0 ? ours / ref : 0
		split(reach, r, " ")
		if (reach == "-")
			ok = "shown"
		else if (r[1] == ">=")
			ok = ratio >= r[2] ? "yes" : "no"
		else
			ok = ratio <= r[2] ? "yes" : "no"
		print name, ours, unit, ref,
			sprintf(ratio < 0.1 ? "%.5f" : "%.3f", ratio), reach, ok
		}' >>"$results"
	printf '%s\t%s\t%s\n' "$1" "$(spread "$2")" "$(spread "$4")" \
		>>"$results.spread"
}

row_against() {
	row "$1" "$1" "$2" "$1: reference" "$3"
}

skipped() {
	printf '%s\t-\t-\t-\t-\t%s\tskipped\n' "$1" "$2" >>"$results"
	printf '%s\t-\t-\n' "$1" >>"$results.spread"
	echo "  $1 is skipped: $3" >&2
	echo "$3" >>"$results.skipped"
}

# Names are said once: both files have a line for each row, in one order.
table_print() {
	paste "$results" <(printf 'x\tspread\tof reference\n'
		cat "$results.spread") |
		awk -F '\t' -v OFS='\t' '{ print $1, $2, $9, $3, $4, $10, $5, $6, $7 }' |
		column -t -s "$(printf '\t')"
	uniq -c "$results.skipped" |
		sed 's/^ *\([0-9]*\) /# SKIP \1 rows: /'
}
