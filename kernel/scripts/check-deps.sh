#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The dependency law: who may include what. One line for each breach.

. "$(dirname "$0")/lib.sh"
cd "$TOP"

bad=0

breach() {
	say "$1"
	bad=1
}

# includes PATTERN FILE...: lines "file:line: #include ..." which match.
includes() {
	local pattern=$1
	shift
	grep -HnE "^[[:space:]]*#[[:space:]]*include[[:space:]]+$pattern" "$@" \
		2>/dev/null || true
}

# forbid WHY PATTERN FILE...
forbid() {
	local why=$1 pattern=$2 line
	shift 2
	while read -r line; do
		breach "$line: $why"
	done < <(includes "$pattern" "$@" </dev/null)
}

sources() {
	find "$@" -name '*.[ch]' 2>/dev/null | sort
}

mapfile -t deputy < <(sources deputy)
mapfile -t loadinfo < <(sources loadinfo)
mapfile -t mechanism < <(sources kernel |
	grep -vxE 'kernel/(main|msgdef)\.c|kernel/(test|include)/.*')
# Who plays a node has to speak as one. Nodes that tell each other the map shake
# hands as links do: that is pure, and the only thing of the kernel side there.
mapfile -t user < <(sources tools qemu-tests/programs qemu-tests/guest |
	grep -vxE 'qemu-tests/programs/liar\.h|tools/(channel|primitive)\.h')

forbid "deputy/ and loadinfo/ do not know each other" \
	'["<].*loadinfo/' /dev/null "${deputy[@]}"
forbid "deputy/ and loadinfo/ do not know each other" \
	'["<].*deputy/' /dev/null "${loadinfo[@]}"
forbid "kernel/ knows neither half above it (but main.c, msgdef.c do)" \
	'["<].*(deputy|loadinfo)/' /dev/null "${mechanism[@]}"
forbid "the hooks include what is upstream only" \
	'"' /dev/null kernel/include/linux/mosix.h
forbid "programs of user space know /proc, not the kernel side" \
	'".*(kernel|deputy|loadinfo)/' /dev/null "${user[@]}"

# Patches: upstream files include one header of ours.
while read -r line; do
	breach "$line: upstream files include <linux/mosix.h> only"
done < <(grep -HnE '^\+[[:space:]]*#[[:space:]]*include.*mosix' \
	kernel/patches/*.patch | grep -v '<linux/mosix\.h>' || true)

# Pure files, and all headers they include: no service of kernel or libc.
mapfile -t pure < <(pure_files | grep -vx kernel/pure.h)
forbid "pure files, and what they include, know no service" \
	'<' /dev/null "${pure[@]}"
while read -r line; do
	breach "$line: only kernel/pure.h asks for __KERNEL__"
done < <(grep -HnE '#.*(if|defined).*__KERNEL__' "${mechanism[@]}" \
	"${deputy[@]}" "${loadinfo[@]}" | grep -v '^kernel/pure\.h:' || true)

# A stack trace names a file, so a name is used once.
while read -r name; do
	breach "$name: two files of that name, rename one"
done < <(our_files | awk '{ print $2 }' | grep -E '\.[ch]$' |
	grep -v '^qemu-tests/' | xargs -rn1 basename | sort | uniq -d)

[ $bad = 0 ] || die "the dependency law is broken (lines above)"
say "dependency law: $((${#deputy[@]} + ${#loadinfo[@]} +
	${#mechanism[@]} + ${#user[@]})) files hold it"
