#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The base's semantic patches over our kernel side, as KTAP.

. "$(dirname "$0")/lib.sh"

echo "KTAP version 1"
if ! command -v spatch >/dev/null; then
	echo "1..0 # SKIP coccinelle is not installed: make deps"
	exit 0
fi
base=$(realpath "$BASES/current")
mapfile -t files < <(our_files | awk '{ print $2 }' |
	grep -E '^(kernel|deputy|loadinfo)/.*\.[ch]$')
mapfile -t rules < <(cd "$base/scripts/coccinelle" &&
	grep -rl 'virtual report' --include='*.cocci' . | sed 's|^\./||' | sort)
failed=0
n=0
cd "$TOP"
for rule in "${rules[@]}"; do
	n=$((n + 1))
	said=$(spatch -D report --very-quiet --no-show-diff --jobs "$(nproc)" \
		--cocci-file "$base/scripts/coccinelle/$rule" "${files[@]}" \
		2>/dev/null | grep -E '^[a-z]+/.*:[0-9]+' || true)
	if [ -z "$said" ]; then
		echo "ok $n - $rule"
		continue
	fi
	printf '%s\n' "$said" | sed 's/^/# /'
	echo "not ok $n - $rule"
	failed=1
done
echo "1..$n"
exit $failed
