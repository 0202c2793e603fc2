#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# git: commits, branches, a merge, a rebase, packs, a clone, checks of it all.
set -euo pipefail

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_PAGER=cat
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org
export GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@example.org

# commit TEXT: at a time that is the same in each run
now=1000000000
commit() {
	now=$((now + 60))
	git add -A
	GIT_AUTHOR_DATE="$now +0000" GIT_COMMITTER_DATE="$now +0000" \
		git commit -q -m "$1"
}

git init -q -b main here
cd here
mkdir lib doc
for i in 1 2 3 4; do
	seq "$i" "$i" 6000 >"lib/$i"
	seq "$i" 3000 | sed 's/$/ lines of text/' >"doc/$i"
	commit "step $i"
done
git checkout -q -b side main~2
sed -i 's/^10$/ten/' lib/1
commit "ten in words"
git mv doc/1 doc/one
commit "a better name"
git checkout -q main
sed -i 's/^20$/twenty/' lib/1
commit "twenty in words"
GIT_AUTHOR_DATE="$now +0000" GIT_COMMITTER_DATE="$now +0000" \
	git merge -q -m "both" side
git checkout -q -b flat side
GIT_COMMITTER_DATE="$now +0000" git rebase -q main~1
GIT_COMMITTER_DATE="$now +0000" git tag -m "is flat" v1
git checkout -q main

git log --all --graph --format='%h %s' main side flat
git diff --stat main~3 main
git blame -s lib/1 | sort | uniq -c -w 8 | sort -rn | awk '{ print $1, $2 }' | head
git grep -c 'ten\|twenty' main
git -c gc.auto=0 -c pack.threads=3 repack -q -a -d
git fsck --full --strict 2>&1
git clone -q --no-local . ../there
cd ../there
git fsck --full
git archive --format=tar main | md5sum
git rev-parse HEAD "HEAD^{tree}"
git bundle create -q ../it.bundle main
git bundle list-heads ../it.bundle
