#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh BIN: does pcapcheck find what is wrong, and nothing else? Captures
# are made from scripts by BIN/mkcap. Prints KTAP.
set -euo pipefail

bin=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
claims=0
failed=0

claim() { # claim STATUS TEXT
	claims=$((claims + 1))
	[ "$1" -eq 0 ] || failed=$((failed + 1))
	echo "$([ "$1" -eq 0 ] || echo "not ")ok $claims $2"
}

# ask QUESTION: about the script on standard input, what it says is in $said.
ask() {
	"$bin/mkcap" "$dir/cap"
	status=0
	said=$("$bin/pcapcheck" "$dir/cap" "$1" 2>&1) || status=$?
}

good() { # good TEXT: the script on standard input has nothing wrong
	ask check
	[ "$status" -eq 0 ] || echo "# ${said//$'\n'/$'\n# '}"
	claim "$status" "$1"
}

bad() { # bad TEXT WORDS: pcapcheck says WORDS about the script
	local what=1
	ask check
	if [ "$status" -eq 1 ] && grep -q "^bad: .*$2" <<<"$said"; then
		what=0
	else
		echo "# status $status: ${said//$'\n'/$'\n# '}"
	fi
	claim "$what" "$1"
}

says() { # says QUESTION TEXT WORDS
	ask "$1"
	[[ $said == *"$3"* ]] || echo "# ${said//$'\n'/$'\n# '}"
	claim "$([[ $said == *"$3"* ]]; echo $?)" "$2"
}

# The beginning of every link, up to the body that runs.
start='> HELLO id=1 least=9 most=10
< WELCOME id=1 least=10 most=10
> OFFER id=2 at=1 uid=1000 len=96
< ACCEPT id=2
> IMAGE record=5 version=5 len=128
> IMAGE_END id=3
< STARTED id=3'
old=${start/least=10 most=10/least=9 most=9}
old=${old/ uid=1000 len=96/}
# One page, which went out and came back.
trip='> PAGES addr=0x5000 count=1 len=4128
< PAGES addr=0x5000 count=1 len=4128'

signals() { # signals COUNT: as many for one thread
	for ((i = 0; i < $1; i++)); do
		echo "> SIGNAL tid=7 signo=40 to=1"
	done
}

check_sound() {
	good "a whole life" <<<"$start
	> PAGES addr=0x1000 count=2 len=8224
	< CALL id=1 nr=1 tid=7 nwin=1 win=9 dir=2
	> REPLY id=1 tid=7 out=5 len=45
	< PAGES addr=0x2000 count=1 zero=1
	< HOME_END id=2
	> HOME_OK id=2"
	good "a link of the version before" <<<"$old
	$trip"
	says messages "it is told who speaks what" \
		"WELCOME id=1 tid=0 len=32 node=0 peer=0 versions=10-10" <<<"$start"
	says messages "and whose a process is" "len=96 pid=0 at=1 uid=1000" \
		<<<"$start"
	says messages "or that it is not said" "len=88 pid=7 at=1"$'\n' \
		<<<"${old/at=1/at=1 pid=7}"
	good "segments in reverse order" <<<"segment 100
	order reverse
	$start
	$trip"
	good "segments seen twice" <<<"segment 500
	order twice
	$start
	$trip
	< CALL id=1"
	good "one byte a segment" <<<"segment 1
	$start"
	good "a page that comes back may leave again" <<<"$start
	$trip
	$trip"
	good "a copy may go twice" <<<"$start
	> PAGES addr=0x5000 count=1 flags=1 len=4128
	> PAGES addr=0x5000 count=1 flags=1 len=4128"
	good "a page may leave again after munmap" <<<"$start
	> PAGES addr=0x5000 count=1 len=4128
	< CALL id=1 nr=11
	> REPLY id=1
	> PAGES addr=0x5000 count=1 len=4128"
	good "as many signals as a body can have, and more when it has said so" \
		<<<"$start
	$(signals 32)
	< TAKEN tid=7 taken=16
	$(signals 16)
	> SIGNAL tid=7 signo=11 to=2
	< CALL id=1 tid=7 taken=33
	> REPLY id=1 tid=7
	$(signals 16)"
	good "both ends number their requests" <<<"$start
	> OFFER id=9 at=1 len=96
	< CALL id=9
	< ACCEPT id=9
	> REPLY id=9"
	says check "a lost segment is a hole" "1 with holes" <<<"$start
	segment 100
	lose
	> PAGES addr=0x5000 count=1 len=4128"
	good "a page may be kept that was sent early, twice" <<<"${start%> IMAGE_END*}
	> PAGES addr=0x5000 count=2 flags=2 len=8224
	> PAGES addr=0x6000 count=1 flags=2 len=4128
	> IMAGE_END id=3
	< STARTED id=3
	> PAGES addr=0x5000 count=2 kept=3
	< PAGES addr=0x5000 count=1 len=4128
	> SPENT"
	# Home had said 4 and the host 2 before the page, the call and its answer.
	good "a link goes on over another connection" <<<"${start/WELCOME id=1/WELCOME id=1 token=9}
	> PAGES addr=0x5000 count=1 len=4128
	< CALL id=1 nr=1 tid=7
	< TOOK took=3
	> REPLY id=1 tid=7
	again
	> RESUME token=9 took=2
	< RESUMED took=3
	> PAGES addr=0x5000 count=1 len=4128
	< CALL id=1 nr=1 tid=7
	> REPLY id=1 tid=7
	< PAGES addr=0x5000 count=1 len=4128
	> PAGES addr=0x5000 count=1 len=4128"
	good "a link that is over" <<<"${start/WELCOME id=1/WELCOME id=1 token=9}
	again
	> RESUME token=9 took=0xffffffffffffffff
	< RESUMED gone=1"
	good "a link that is no more" <<<"$start
	again
	> RESUME token=9 took=2
	< RESUMED gone=1"
	says pages "pages are counted by direction" " 3 1 1" <<<"$start
	> PAGES addr=0x1000 count=3 len=12320
	< PAGES addr=0x2000 count=1 zero=1
	< PAGES addr=0x9000 count=1 flags=1 len=4128"
}

check_codec() {
	bad "another magic" "HELLO at byte 0: header" <<<"> HELLO magic=7"
	bad "an unknown type" "header" <<<"$start
	> 99"
	bad "what only the host may say" "header" <<<"$start
	> STARTED id=9"
	bad "a payload too long" "header" <<<"$start
	> COME_HOME id=9 len=1"
	bad "an offer between two versions" "OFFER .*payload" \
		<<<"${start/len=96/len=92}"
	bad "an offer of no user" "OFFER .*payload" \
		<<<"${start/uid=1000/uid=0xffffffff}"
	bad "an offer with more behind its user" "OFFER .*payload" \
		<<<"${start/uid=1000/uid=1000 pad=1}"
	bad "a window without a direction" "CALL .*payload" <<<"$start
	< CALL id=1 nwin=1"
	bad "a link that begins in the middle" "not how a link begins" <<<"> IMAGE_END"
}

check_laws() {
	bad "a page that leaves twice" "page 5000 left twice" <<<"$start
	> PAGES addr=0x5000 count=1 len=4128
	> PAGES addr=0x5000 count=1 len=4128"
	bad "a page that comes back twice" "page 5000 left twice" <<<"$start
	$trip
	< PAGES addr=0x4000 count=2 zero=3"
	bad "a page that is kept though it was not sent" \
		"page 6000 was never sent early" <<<"${start%> IMAGE_END*}
	> PAGES addr=0x5000 count=1 flags=2 len=4128
	> IMAGE_END id=3
	< STARTED id=3
	> PAGES addr=0x5000 count=2 kept=3"
	bad "a page that is kept twice" "page 5000 was never sent early" \
		<<<"${start%> IMAGE_END*}
	> PAGES addr=0x5000 count=1 flags=2 len=4128
	> IMAGE_END id=3
	< STARTED id=3
	> PAGES addr=0x5000 count=1 kept=1
	< PAGES addr=0x5000 count=1 len=4128
	> PAGES addr=0x5000 count=1 kept=1"
	bad "a page that is early when the body has gone" "not early" <<<"$start
	> PAGES addr=0x5000 count=1 flags=2 len=4128"
	bad "a thousand pages later" "page 5000 left twice" <<<"$start
	> PAGES addr=0x5000 count=1 zero=1
	$(for ((i = 1; i < 1500; i++)); do
		echo "> PAGES addr=$((i * 32 * 4096 + 0x100000)) count=32" \
			"zero=0xffffffff"
	done)
	> PAGES addr=0x5000 count=1 zero=1"
	bad "more signals than a body can have" "SIGNAL .*more signals" \
		<<<"$start
	$(signals 32)
	< TAKEN tid=8 taken=16
	$(signals 1)"
	bad "an answer to nothing" "REPLY id=5 .*an answer to nothing" \
		<<<"$start
	> REPLY id=5"
	bad "an answer twice" "an answer to nothing" <<<"$start
	< CALL id=1
	> REPLY id=1
	> REPLY id=1"
	bad "another answer than may be" "not an answer to that" <<<"$start
	< CALL id=1
	> HOME_OK id=1"
	bad "an answer for another thread" "another thread" <<<"$start
	< CALL id=1 tid=7
	> REPLY id=1 tid=8"
	bad "more than the window" "more than the window" <<<"$start
	< CALL id=1 nwin=1 win=9 dir=2
	> REPLY id=1 out=10 len=50"
	bad "a window that the call did not write" "more than the window" \
		<<<"$start
	< CALL id=1 nwin=1 win=9 dir=1 len=161
	> REPLY id=1 out=1 len=41"
	bad "a call before IMAGE_END" "before the body was told to go" <<<"> HELLO id=1
	< WELCOME id=1
	< CALL id=1"
	bad "a version that is newer than home's" "home does not speak" \
		<<<"> HELLO id=1 least=8 most=9
	< WELCOME id=1 least=10 most=10"
	bad "one that is older" "home does not speak" \
		<<<"> HELLO id=1 least=9 most=10
	< WELCOME id=1 least=8 most=8"
	bad "two at once" "home does not speak" <<<"> HELLO id=1 least=9 most=10
	< WELCOME id=1 least=9 most=10"
	bad "an offer as in the version before" "of another version" \
		<<<"${start/ uid=1000 len=96/}"
	bad "an offer as in the version behind" "of another version" \
		<<<"${start/least=10 most=10/least=9 most=9}"
	bad "what was taken is said again" "left twice" \
		<<<"${start/WELCOME id=1/WELCOME id=1 token=9}
	> PAGES addr=0x5000 count=1 len=4128
	again
	> RESUME token=9 took=2
	< RESUMED took=4
	> PAGES addr=0x5000 count=1 len=4128"
	bad "more was taken than was said" "never said" <<<"$start
	< TOOK took=4"
	bad "and so says who goes on" "never said" \
		<<<"${start/WELCOME id=1/WELCOME id=1 token=9}
	again
	> RESUME token=9 took=3"
	bad "a request without a number" "without a number" <<<"$start
	< CALL"
}

# A handshake by its lengths, then a text each way.
talk='port 7237
< raw 1 1 1 1 0 2 9 64
> raw 2 1 1 1 0 2 9 56
< raw 3 1 1 1 0 2 9 96
> raw 4 1 1 1 0 2 9 64'

check_talks() {
	good "a question about the map and its answer" <<<"$talk
	> raw 20 1 0 3 7 20
	< raw 0 1 1 1 0 2 7 256"
	says check "is not a link" "0 links 0 messages" <<<"$talk
	> raw 20 1 0 3 7 20"
	says check "but counted" "1 talks" <<<"$talk
	> raw 20 1 0 3 7 20"
	bad "two questions" "more than one text" <<<"$talk
	> raw 20 1 0 3 7 20
	> raw 20 1 0 3 7 20"
	bad "a text that is too long" "not the length of a text" <<<"$talk
	> raw 255 4 7 20"
	bad "one without a tag" "not the length of a text" <<<"$talk
	> raw 15 1 0 3 7 15"
	bad "a map in clear" "not the message of the handshake" <<<"port 7237
	< raw 110 68"
	bad "an answer before the handshake" "not the message of the handshake" \
		<<<"port 7237
	< raw 1 1 1 1 0 2 9 64
	< raw 20 1 0 3 7 116"
}

echo "KTAP version 1"
check_sound
check_talks
check_codec
check_laws
echo "1..$claims"
[ "$failed" -eq 0 ]
