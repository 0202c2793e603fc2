# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The jobs of the soak. On each node there is one at a time, a victim, which is told to
# stop after a while, or work with a result (work.sh, and on node 1, where there is a
# Debian userland, real/*); restless moves all its processes about. Then it is
#
#   done    its status is 0, and its last word is PASS, or its result the right one
#   ended   by a failure that the rules end it for: the status says so, and since it
#           began a log has said what failed (by_the_rules)
#   lost    anything else
#
#   jobs_rehearse      results that are right, from undisturbed runs
#   jobs_tick          begin, stop and judge what is due
#   jobs_stop          no new ones, and all that run are told to stop
#   jobs_run           is there one left
#
# shellcheck disable=SC2034,SC2153,SC2154 # soak.sh has the rest

victims=(regs fpu tls heap "bigmem 4" stackdeep brk mmapanon filemap clock files sigs
	 futexes rseqv threads "allcheck 2" "forks 100" tmem)
works=(sums pack sort awk shell children)
reals=()
longest=$((60 + 150 * SLOW))	# seconds that one may take behind its time

done_jobs=0 ended_jobs=0 lost_jobs=0 moves=0 jobs=0
no_more=
declare -A right
# Of the job on each node.
name=() kind=() what=() stop_at=() told=() since=()

# lines_since NODE SECONDS REGEX: what the log of a node has said since then
lines_since() {
	node "$1" dmesg | awk -v from="$(($2 - booted[$1] - 5))" -v what="$3" '
		{ time = $0; gsub(/^\[ *|\].*/, "", time) }
		time + 0 >= from && $0 ~ what'
}

said_since() { # SECONDS REGEX: any node
	local i
	for ((i = 1; i <= NODES; i++)); do
		lines_since "$i" "$1" "$2"
	done
}

job_dir() {
	echo "/tmp/soak.${name[$1]}"
}

rehearse() { # KIND
	n1 "rm -rf /tmp/soak.rehearsal; mkdir /tmp/soak.rehearsal"
	node -t "$longest" 1 "sh /tmp/work.sh $1 /tmp/soak.rehearsal" || return
	right[$1]=$(n1 md5sum /tmp/soak.rehearsal/result)
	right[$1]=${right[$1]%% *}
	echo "$1: ${right[$1]}"
	[[ ${right[$1]} ]]
}

jobs_rehearse() {
	local work script
	for work in "${works[@]}"; do
		rehearse "$work" || return
	done
	n1 rm -rf /tmp/soak.rehearsal
	[[ ${DEBIAN-} ]] || return 0
	n1 "rm -rf /tmp/real; mkdir /tmp/real"
	for script in awk.sh perl.pl; do
		put 1 "$TOP/qemu-tests/real/$script" "/tmp/real/$script"
		real_folders
		node -t $((120 * SLOW)) 1 "$(real_command "$script")" || return
		n1 "mv /tmp/real/out /tmp/real/right.$script"
		reals+=("$script")
	done
}

real_folders() {
	n1 "cd /tmp/real && rm -rf work out tmp && mkdir work out tmp"
}

real_command() {
	echo "chroot /debian env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8" \
		"HOME=/tmp/real/work OUT=/tmp/real/out TMPDIR=/tmp/real/tmp sh -c" \
		"'cd /tmp/real/work && exec ../$1 >../out/stdout 2>../out/stderr'"
}

choose() { # I: sets kind and what
	dice 10
	if ((dice < 6)); then
		kind[$1]=victim
		dice ${#victims[@]}
		what[$1]=${victims[dice]}
	elif ((dice == 6 && $1 == 1 && ${#reals[@]})); then
		kind[$1]=real
		dice ${#reals[@]}
		what[$1]=${reals[dice]}
	else
		kind[$1]=work
		dice ${#works[@]}
		what[$1]=${works[dice]}
	fi
}

begin_job() { # I
	local id=$1 dir command nodes='' i
	choose "$id"
	jobs=$((jobs + 1))
	name[id]=job$jobs
	dir=$(job_dir "$id")
	node "$id" "rm -rf $dir; mkdir $dir"
	case ${kind[id]} in
	victim) command="${what[id]%% *} -d $dir" ;;
	work) command="sh /tmp/work.sh ${what[id]} $dir" ;;
	real)
		real_folders
		command=$(real_command "${what[id]}") ;;
	esac
	[[ ${what[id]} != *' '* ]] || command+=" ${what[id]#* }"
	for ((i = 1; i <= NODES; i++)); do
		((i == id)) || nodes+=" -n $i"
	done
	dice 40
	stop_at[id]=$((SECONDS + 15 + dice))
	told[id]=
	since[id]=$SECONDS
	dice 32000
	start "${name[id]}" "$id" "restless$nodes -s $dice -l $((55 + longest))" \
		"-r $dir/report $command"
	say "node $id: ${name[id]} is ${kind[id]} ${what[id]}"
}

tell_job() { # I: a victim, whose time has come
	[[ ! ${told[$1]} && ${kind[$1]} == victim ]] || return 0
	told[$1]=1
	node "$1" touch "$(job_dir "$1")/stop"
}

is_right() { # I STATUS
	local dir
	(($2 == 0)) || return
	dir=$(job_dir "$1")
	case ${kind[$1]} in
	victim) [[ $(out_of "${name[$1]}" | tail -n 1) == PASS* ]] ;;
	work) [[ $(node "$1" md5sum "$dir/result") == "${right[${what[$1]}]} "* ]] ;;
	real) n1 chroot /debian diff -r "/tmp/real/right.${what[$1]}" /tmp/real/out ;;
	esac
}

# A process that was killed, or one that was told of another that was, or of no memory;
# and somebody has said why. What is wrong otherwise is never by the rules.
by_the_rules() { # I STATUS
	local said
	said=$(said_since "${since[$1]}" \
		'is lost: |injected: .* (die|memory)|mosix: (guest|link) ')
	echo "$said"
	[[ $said ]] || return
	case ${kind[$1]}:$2 in
	*:137) return ;;
	victim:1)
		out_of "${name[$1]}" | grep -Eq \
			'0x9|status 9|Cannot allocate|temporarily|Interrupted|Killed' ;;
	work:0 | real:0 | *:124 | *:253 | *:254) return 1 ;;
	work:* | real:*)
		grep -Eq 'is lost: |injected: .* (die|memory)' <<<"$said" ;;
	*) return 1 ;;
	esac
}

judge_job() { # I STATUS
	local text="${name[$1]} (${kind[$1]} ${what[$1]}, node $1)" more
	more=$(node "$1" cat "$(job_dir "$1")/report" 2>/dev/null |
		awk '$1 == "moves" { print $2 }') || true
	moves=$((moves + ${more:-0}))
	if is_right "$1" "$2"; then
		done_jobs=$((done_jobs + 1))
		say "$text is done, ${more:-no} moves"
	elif by_the_rules "$1" "$2"; then
		ended_jobs=$((ended_jobs + 1))
		say "$text has ended with $2: $(out_of "${name[$1]}" | tail -n 1)"
	else
		lost_jobs=$((lost_jobs + 1))
		out_of "${name[$1]}" | tail -n 30
		err_of "${name[$1]}" | tail -n 200
		[[ ${kind[$1]} != real ]] || n1 tail -n 20 /tmp/real/out/stderr || true
		fail "$text: done, or ended by the rules (status $2)"
	fi
	node "$1" rm -rf "$(job_dir "$1")" || true
	name[$1]=
}

jobs_tick() {
	local id status
	for ((id = 1; id <= NODES; id++)); do
		if [[ ! ${name[id]-} ]]; then
			[[ $no_more ]] || begin_job "$id"
		elif ! kill -0 "$(cat "$TMP/job/${name[id]}.client")" 2>/dev/null; then
			status=0
			finish "${name[id]}" 10 || status=$?
			judge_job "$id" "$status"
		elif ((SECONDS >= since[id] + 115 + longest)); then
			stop_client "${name[id]}"
			judge_job "$id" 124
		elif ((SECONDS >= stop_at[id])); then
			tell_job "$id"
		fi
	done
}

jobs_stop() {
	local id
	no_more=1
	for ((id = 1; id <= NODES; id++)); do
		[[ ! ${name[id]-} ]] || tell_job "$id"
	done
}

jobs_run() {
	local id
	for ((id = 1; id <= NODES; id++)); do
		[[ ! ${name[id]-} ]] || return 0
	done
	return 1
}

# In the end as in the beginning.
claim_last_moves() {
	local i to
	for ((i = 1; i <= NODES; i++)); do
		to=$((i % NODES + 1))
		victim "last$i" "$i" heap && move "last$i" $to && goes_on "last$i" &&
			move "last$i" home && passes "last$i" || return
	done
}
