#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The page protocol (pages.pml) in every order that its steps can have, as KTAP:
# the model has no bad end, and each change that breaks it on purpose has one.
#
#	kernel/test/model/check.sh [all]
#
# all: longer ones, too. Needs spin. Leaves what it made in build/test/model, with
# the trail of a run that ended badly.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:-$here/../../../build/test/model}
count=0
failed=0
mkdir -p "$out"

# NAME OPTIONS: 0 no bad end, 1 one, 2 not known. What pan said is in NAME/log.
explore() {
	local dir=$out/$1
	shift
	rm -rf "$dir"
	mkdir -p "$dir"
	(
		cd "$dir"
		spin -a "$@" "$here/pages.pml" >log &&
			cc -O1 -w -DSAFETY -DCOLLAPSE -DVECTORSZ=2048 -DMEMLIM=6000 \
				-o pan pan.c >>log 2>&1 &&
			./pan -m200000 >>log 2>&1
	) || return 2
	grep -q 'errors: 0' "$dir/log" || return 1
	! grep -qE 'max search depth too small|out of memory' "$dir/log" || return 2
}

claim() {
	local ok=$1
	shift
	count=$((count + 1))
	if ((ok)); then
		echo "ok $count - $*"
	else
		echo "not ok $count - $*"
		failed=1
	fi
}

claim_sound() {
	local name=$1 what=$2 rc=0
	shift 2
	explore "$name" "$@" || rc=$?
	claim $((rc == 0)) "$what ($(sed -n 's/ *\([0-9]*\) states, stored.*/\1/p' \
		"$out/$name/log") states)"
	((rc == 0)) || tail -n 20 "$out/$name/log" | sed 's/^/# /'
}

claim_caught() {
	local name=$1 what=$2 rc=0
	shift 2
	explore "$name" "-DM_$name" "$@" || rc=$?
	claim $((rc == 1)) "it is seen when $what"
	((rc == 1)) || tail -n 20 "$out/$name/log" | sed 's/^/# /'
}

echo "KTAP version 1"
claim_sound plain "no page is lost, doubled or old" -DOPS=2
claim_sound look-body "nor when somebody on the host reads one" \
	-DOPS=1 -DSTAYS=1 -DLOOK=BODY
claim_sound look-home "nor when somebody at home does" \
	-DOPS=0 -DSTAYS=1 -DLOOK=HOME
claim_sound cut "nor when the link is cut" -DOPS=1 -DCUT
claim_caught SENDER_KEEPS "who sends a page keeps it" -DOPS=1
claim_caught SERVE_UNCOMMITTED "a page leaves before the body is known to run" \
	-DLOOK=BODY -DCUT
claim_caught SEND_AFTER_UNLOCK "a page is given away before it is on the link"
claim_caught LAND_UNASKED "a page lands that is not absent"
claim_caught LINK_REORDERS "the link does not keep the order" -DOPS=1
claim_caught MOVE_DROPS_LANDED "a page that landed does not move with its mapping"
claim_caught TASK_MOVES_H "the task moves H when it wakes, not the receiver"
claim_caught CHANGE_ENDS_TOO_EARLY "a page leaves in front of mremap's answer"
claim_caught COMMIT_AT_END "home gives up before the body has said that it runs" \
	-DCUT
claim_caught FENCE_PUSHES_ON "the fence does not end the push"
claim_caught FENCE_SERVES_ON "the fence does not wait for what was asked for"
claim_caught FENCE_FIRST "the body asks for pages behind its fence" \
	-DOPS=1 -DSTAYS=1 -DLOOK=BODY
claim_caught LEAVE_ASKS_ON "it leaves while somebody is about to ask" \
	-DOPS=1 -DSTAYS=1 -DLOOK=BODY
if [[ ${1-} == all ]]; then
	claim_sound all-body "with more: no page is lost" -DOPS=1 -DLOOK=BODY
	claim_sound all-home "with more: no page is lost" \
		-DOPS=1 -DSTAYS=1 -DLOOK=HOME
	claim_caught ASK_ON_ANY_LINK \
		"a late request goes onto the next stay's link" -DOPS=1 -DLOOK=HOME
fi
echo "1..$count"
exit $failed
