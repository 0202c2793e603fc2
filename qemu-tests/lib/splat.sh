# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What no guest may say on its console.
#
#   splats I     print what node I complained about since the mark; fails when
#                there is nothing
#   forgive I    set the mark after all that was said so far

splat_words='WARNING:|BUG:|BUG |Oops|KASAN|KCSAN:|UBSAN|Kernel panic'
splat_words+='|kmemleak: [0-9]+ new|rcu: INFO|rcu_.*detected stall'
splat_words+='|INFO: task .* blocked for more|INFO: (possible|trying to)'
splat_words+='|possible .* detected|inconsistent lock state'
splat_words+='|suspicious RCU usage|soft lockup|hard LOCKUP'
splat_words+='|list_(add|del) corruption|sleeping function called'
splat_words+='|mosix: a page came where one was'
splat_words+='|scheduling while atomic|Bad page state|cut here'

splats() {
	local mark
	mark=$(cat "$CLUSTER/mark.$1" 2>/dev/null) || mark=0
	tail -c "+$((mark + 1))" "$CLUSTER/console.$1" 2>/dev/null |
		grep -aE -A 40 "$splat_words"
}

forgive() {
	stat -c %s "$CLUSTER/console.$1" >"$CLUSTER/mark.$1" 2>/dev/null || true
}
