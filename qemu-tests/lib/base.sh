# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The kernel's own selftests of the base, in node 1's Debian userland ("# disk:
# debian"): what passes at home must pass away.
#
#   base_begin            build them and bring them to node 1, or the test ends
#                         here, skipped
#   base_list COLLECTION  its tests, without those of base/left-out
#   claim_base COLLECTION...  each of its tests runs twice unmoved, and then away
#                         from its first instruction on; a verdict that was "ok"
#                         in both of the former is "ok" in the latter, or is in
#                         base/differences with the reason. One claim for each;
#                         skipped where nothing passes at home.
#
# All verdicts are in $TMP/base.COLLECTION: test, number, at home, away, name; and
# in build/base-selftests/verdicts, where base/table.sh finds them.

# TARGETS of tools/testing/selftests.
base_targets=(cachestat clone3 core exec fchmodat2 filelock futex ipc kcmp
	membarrier mincore openat2 pidfd prctl proc rlimits rseq sched seccomp
	sigaltstack sync timens timers vDSO x86 ptrace pid_namespace
	filesystems/epoll)
# Of mm, much of which is about huge pages and devices, these programs.
base_mm=(map_fixed_noreplace map_populate mlock-random-test mlock2-tests
	mremap_dontunmap mremap_test madv_populate mseal_test on-fault-limit
	mkdirty memfd_secret droppable)

# Some take a thread to be asleep ten milliseconds after it was made, or a process to
# end a second after it should; some repeat a race hundreds of thousands of times.
# They get more patience and fewer rounds, at home and away.
base_adapt() {
	local dir=$1/tools/testing/selftests
	sed -i -e 's/\(define timeout_ns\) *30000000$/\1 900000000/' \
		-e 's/\(define WAKE_WAIT_US\) 10000$/\1 300000/' \
		-e 's/^\tsleep(1);/\tsleep(4);/' "$dir"/futex/functional/*.c
	sed -i -e 's/\(CHILD_THREAD_MIN_WAIT\) + 2/\1 + 20/' \
		-e 's/, 5000);/, 25000);/' "$dir/pidfd/pidfd_test.c"
	sed -i -e 's/\(nr_iterations =\) 10000;/\1 500;/' \
		"$dir/pidfd/pidfd_poll_test.c"
	sed -i -e 's/> 5)/> 50)/' "$dir"/timens/*.c
	sed -i -e 's/\(define ROUNDS\) 400000/\1 4000/' \
		"$dir/openat2/rename_attack_test.c"
}

base_build() {
	local dir=$1 from=$1/tree
	local args=(-s -C "$from/tools/testing/selftests" "O=$dir/obj"
		"KHDR_INCLUDES=-isystem $dir/obj/usr/include")
	# Some write beside their sources, which must not be in our tree.
	rm -rf "$from" && cp -al "$TOP/build/linux" "$from" &&
		base_adapt "$from" &&
		make -s -C "$from" O="$dir/obj" headers &&
		make "${args[@]}" TARGETS="${base_targets[*]}" \
			INSTALL_PATH="$dir/tests" install &&
		make "${args[@]}" -k TARGETS=mm all
	# Some of mm cannot be built everywhere: those that were are enough.
	mkdir -p "$dir/tests/mm"
	local program
	for program in "${base_mm[@]}"; do
		[[ ! -e $dir/obj/kselftest/mm/$program ]] ||
			cp "$dir/obj/kselftest/mm/$program" "$dir/tests/mm"
	done
	[[ -e $dir/tests/kselftest-list.txt ]] || return
	find "$dir/tests/mm" -type f -printf 'mm:%f\n' \
		>>"$dir/tests/kselftest-list.txt"
	rm -rf "$dir/obj" "$from" "$dir"/tests/exec/load_address*
	tar -C "$dir/tests" -cf "$dir/tests.tar" .
}

base_make() {
	local dir=$TOP/build/base-selftests
	mkdir -p "$dir"
	(
		flock 9
		[[ ! $dir/tests.tar -nt $TOP/qemu-tests/lib/base.sh ]] || exit 0
		echo "building the selftests of the base ..." >&2
		base_build "$dir" >"$dir/build.log" 2>&1
	) 9>"$dir/lock" || return 1
}

base_begin() {
	need_debian "selftests of the base"
	must "the base's selftests can be built" base_make
	base=$TOP/build/base-selftests
	put 1 "$base/tests.tar" /tmp/base.tar
	put 1 "$TOP/qemu-tests/base/run.sh" /tmp/base.run
	# One waits for a PID to come round.
	n1 "echo 4096 >/proc/sys/kernel/pid_max"
	n1 "rm -rf /tmp/base && mkdir /tmp/base &&
		tar -xf /tmp/base.tar -C /tmp/base && rm /tmp/base.tar"
}

base_list() {
	local which pattern out
	grep "^$1:" "$base/tests/kselftest-list.txt" | sort -u |
		while read -r which; do
			out=
			while read -r pattern _; do
				# shellcheck disable=SC2053 # it is a pattern
				[[ $pattern == '#' || $which != $pattern ]] || out=1
			done <"$TOP/qemu-tests/base/left-out"
			[[ $out ]] || echo "$which"
		done
}

# base_run HOW COLLECTION [OPTIONS]: verdicts are in $TMP/base.HOW.
base_run() {
	local how=$1 collection=$2 which seconds=$((120 * SLOW))
	shift 2
	# What runs hundreds of programs is moved as often.
	[[ $how != away ]] || seconds=$((seconds * 4))
	: >"$TMP/base.$how"
	while read -r which; do
		echo "== $which, $how"
		n1 "rm -f /tmp/base.out"
		node -t $((seconds + 60)) 1 "sh /tmp/base.run $seconds \
			/tmp/base.out $which $*" || true
		n1 "cat /tmp/base.out" >>"$TMP/base.$how" || true
	done < <(base_list "$collection")
}

# Verdicts side by side: test, number, at home, away, name.
base_join() {
	awk -F '\t' -v OFS='\t' '
		{ key = $1 OFS $2 }
		FILENAME ~ /home1$/ { first[key] = $3; next }
		FILENAME ~ /home2$/ {
			home[key] = $3 == first[key] ? $3 : "unsteady"
			name[key] = $4
			order[++n] = key
			next
		}
		{ away[key] = $3 }
		END {
			for (i = 1; i <= n; i++) {
				key = order[i]
				if (!(key in away))
					away[key] = "missing"
				print key, home[key], away[key], name[key]
			}
		}' "$TMP"/base.{home1,home2,away}
}

# Those that pass at home and not away, and are not known.
base_lost() {
	awk -F '\t' '
		FILENAME ~ /differences$/ {
			if (!/^#/) {
				split($0, word, " ")
				known[word[1] "\t" word[2]] = 1
			}
			next
		}
		$3 == "ok" && $4 != "ok" && !($1 "\t" $2 in known)' \
		"$TOP/qemu-tests/base/differences" "$1"
}

claim_base() {
	local collection table passed lost moved
	for collection in "$@"; do
		base_run home1 "$collection"
		base_run home2 "$collection"
		base_run away "$collection" -a -n 2 -n 3 -s "${SEED-1}" |
			tee "$TMP/base.said"
		moved=$(awk '$1 == "moves" { n += $2 } END { print n + 0 }' \
			"$TMP/base.said")
		table=$TMP/base.${collection//\//-}
		base_join >"$table"
		mkdir -p "$base/verdicts"
		cp "$table" "$base/verdicts"
		lost=$(base_lost "$table")
		passed=$(awk -F '\t' '$3 == "ok"' "$table" | wc -l)
		if [[ $lost ]]; then
			echo "at home only:"
			echo "$lost"
			fail "$collection: what passes at home passes away"
		elif ((!passed)); then
			skip "$collection" "nothing of it passes at home"
		else
			ok "$collection: the $passed verdicts that pass at home pass away ($moved moves)"
		fi
	done
}
