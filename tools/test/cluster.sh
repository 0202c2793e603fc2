# shellcheck shell=bash disable=SC2154 # variables of check.sh
# SPDX-License-Identifier: GPL-2.0-only
# mosctl: into a cluster and out of it, and what an admin may write for that.

etc=$tmp/etc
c=("$bin/mosctl" -p "$proc" -e "$etc")
key=$(printf '%064d' 7)
: >"$proc/mosix/key"

map() { # LINE...: a map of these
	printf '%s\n' "$@" >"$tmp/map"
}
# refuses WORDS LINE...: with the line where it is wrong
refuses() {
	local words=$1

	shift
	map "$@"
	runs 1 "${c[@]}" check "$tmp/map" && says err "$words"
}
becomes() { # TEXT LINE...
	local text=$1

	shift
	map "$@"
	runs 0 "${c[@]}" check "$tmp/map" && [ "$(cat "$tmp/out")" = "$text" ]
}

claim "a map is taken as it is" becomes $'self 2
node 1 198.51.100.1:7236\nnode 2 198.51.100.2:7' \
	"self 2" "# all" "node 1 198.51.100.1" "  node 2 198.51.100.2:7 # here"
claim "self is who has an address of this host" becomes \
	$'self 9\nnode 3 198.51.100.3:7236\nnode 9 127.0.0.1:7236' \
	"node 3 198.51.100.3" "node 9 127.0.0.1"
claim "a row is what it was in older systems" becomes $'self 5
node 4 198.51.100.254:7236\nnode 5 198.51.100.255:7236\nnode 6 198.51.101.0:7236' \
	"self 5" "4 198.51.100.254 3"
claim "IPv6 is in brackets" becomes \
	$'self 1\nnode 1 [2001:db8::6]:7236\nnode 2 [2001:db8::7]:9' \
	"self 1" "node 1 2001:db8:0::6" "node 2 [2001:db8::7]:9"
claim "a pin stays" becomes $'self 1\nnode 1 198.51.100.1:7236 '"$key" \
	"self 1" "node 1 198.51.100.1 $key"
claim "no nodes are no error" becomes "" "# nobody yet"
claim "an id twice is named, with both lines" \
	refuses "map:3: node 1 is in line 2, too" "self 1" \
	"node 1 198.51.100.1" "node 1 198.51.100.2"
claim "so is an address" refuses "map:3: 198.51.100.1 is node 1 of line 2, too" \
	"self 1" "node 1 198.51.100.1" "node 2 198.51.100.1"
claim "one that is hidden in a row, too" refuses "map:2: node 2 is in line 1" \
	"1 198.51.100.1 3" "node 2 198.51.100.9"
claim "nobody of this host is wrong" refuses "map: no node is at an address" \
	"node 1 198.51.100.1"
claim "two of this host are wrong" refuses "nodes 1 and 2 are both" \
	"node 1 127.0.0.1" "node 2 127.0.0.1:7237"
claim "self that is none is wrong" refuses "self is 3, and there is no such" \
	"self 3" "node 1 198.51.100.1"
claim "what is wrong does not rule a terminal" \
	refuses "map:1: '[?]\\[2Jx' is neither" $'\e[2Jx'
claim "nor does it go on without end" refuses "' is neither|x{300}" \
	"$(printf 'x%.0s' {1..5000})"
claim "it is cut" test "$(wc -c <"$tmp/err")" -lt 600
claim "self twice is wrong" refuses "map:2: self is said twice" "self 1" \
	"self 1" "node 1 198.51.100.1"
claim "self alone is wrong" refuses "there is no node in it" "self 1"
claim "an id of 0 is wrong" refuses "map:1: '0' is no id" "node 0 198.51.100.1"
claim "so is one of 65536" refuses "'65536' is no id" "node 65536 198.51.100.1"
claim "a port of 0 is wrong" refuses "'0' is no port" "node 1 198.51.100.1:0"
claim "half an address is wrong" refuses "'198.51.100' is no address" \
	"node 1 198.51.100"
claim "a host that is none is wrong" refuses "map:1: no-such.invalid: " \
	"node 1 no-such.invalid"
claim "a name that is every host's own is wrong" \
	refuses "localhost is a loopback address here: see /etc/hosts" \
	"node 1 localhost"
claim "a short pin is wrong" refuses "64 hex digits" "node 1 198.51.100.1 ab"
claim "another word is wrong" refuses "'mode' is neither" "mode 1 198.51.100.1"
claim "a node has several addresses" becomes \
	$'self 1\nnode 1 198.51.100.1:7236\nalias 1 198.51.101.1\nalias 1 2001:db8::1\nnode 2 198.51.100.2:9' \
	"alias 1 198.51.101.1" "self 1" "1 198.51.100.1 1" "node 2 198.51.100.2:9" \
	"1 2001:db8:0::1 ALIAS"
claim "but four of them" refuses "more than 3 aliases" "self 1" \
	"node 1 198.51.100.1" "alias 1 198.51.101.1" "alias 1 198.51.101.2" \
	"alias 1 198.51.101.3" "alias 1 198.51.101.4"
claim "all with one port" refuses "port of its node" "self 1" \
	"node 1 198.51.100.1" "alias 1 198.51.101.1:9"
claim "none that another one has" refuses "is node 2 of line 3, too" "self 1" \
	"node 1 198.51.100.1" "node 2 198.51.100.2:9" "alias 1 198.51.100.2"
claim "nor an alias of nobody" refuses "there is no node 7" "self 1" \
	"node 1 198.51.100.1" "alias 7 198.51.100.2"
claim "own addresses are of one kind" refuses "another kind than in line 2" "self 1" \
	"node 1 198.51.100.1" "node 2 2001:db8::1"
claim "a row beyond the last id is wrong" refuses "ids end at 65535" \
	"65535 198.51.100.1 2"
claim "what is no text is wrong" bash -c 'printf "self 1\0" >"$1"; shift
	! "$@" 2>/dev/null' bash "$tmp/map" "${c[@]}" check "$tmp/map"
rows() {
	local i

	for ((i = 0; i < 17; i++)); do
		echo "$((i * 250 + 1)) 10.0.$i.0 250"
	done
}
rows >"$tmp/map"
claim "more than the kernel takes is wrong" runs 1 "${c[@]}" check "$tmp/map"
claim "and said" says err "map:17: more than 4096 nodes"
map "node 1 127.0.0.1" "node 2 198.51.100.2"
claim "mosctl config gives it to the kernel" runs 0 "${c[@]}" config "$tmp/map"
claim "as the kernel takes it" starts $'self 1\nnode 1 127.0.0.1' mosix/config
claim "mosctl config -" runs 0 sh -c '"$@" <"$0"' "$tmp/map" "${c[@]}" config -
claim "a kernel that refuses it" refused 22 1 "${c[@]}" config "$tmp/map"
claim "is asked about IPv4" says err "are all addresses IPv4"

claim "mosctl newkey" runs 0 "${c[@]}" newkey
claim "prints 64 hex digits" says out '^[0-9a-f]{64}$'
cp "$tmp/out" "$tmp/key"
claim "others each time" test "$("${c[@]}" newkey)" != "$(cat "$tmp/key")"
chmod 600 "$tmp/key"
claim "mosctl key" runs 0 "${c[@]}" key "$tmp/key"
claim "gives it to the kernel" holds "$(cat "$tmp/key")" mosix/key
claim "and says nothing" test ! -s "$tmp/err"
chmod 644 "$tmp/key"
claim "a key that others can read" runs 0 "${c[@]}" key "$tmp/key"
claim "is told" says err "can be read by others"
claim "a key that is refused fails" refused 22 1 "${c[@]}" key "$tmp/key"
claim "and says what one is" says err "64 hex digits, nor 'insecure'"
claim "a key that is not there fails" runs 1 "${c[@]}" key "$tmp/none"

claim "setup with nobody of this host fails" runs 1 "${c[@]}" setup 198.51.100.2
claim "and leaves nothing" test -z "$(ls "$etc")"
claim "mosctl setup" runs 0 "${c[@]}" setup 198.51.100.2 127.0.0.1
claim "tells how to go on" says out "scp -p $etc/map $etc/key root@HOST:$etc/"
claim "makes a map" runs 0 "${c[@]}" check "$etc/map"
claim "with all, in order" says out '^node 2 127.0.0.1:7236$'
claim "and itself" says out '^self 2$'
claim "makes a key" grep -qxE '[0-9a-f]{64}' "$etc/key"
claim "that is secret" test "$(stat -c %a "$etc/key")" = 600
cp "$etc/key" "$tmp/key"
claim "a second one fails" runs 1 "${c[@]}" setup 127.0.0.1
claim "and says why" says err "has something in it: edit it"
echo "# nobody" >"$etc/map"
claim "where only comments are it does" runs 0 "${c[@]}" setup 127.0.0.1
claim "and keeps the key" cmp "$tmp/key" "$etc/key"
claim "nothing else is left there" test "$(echo "$etc"/*)" = "$etc/key $etc/map"

make_proc
: >"$proc/mosix/key"
echo "no key: closed" >"$proc/mosix/security"
echo 1 >"$proc/mosix/admin/block"
echo 1 >"$proc/mosix/admin/stay"
claim "mosctl join" runs 0 "${c[@]}" join
claim "gives the key" holds "$(cat "$etc/key")" mosix/key
claim "and the map" starts $'self 1\nnode 1 127.0.0.1:7236' mosix/config
claim "and ends what a drain left" holds 0 mosix/admin/block
claim "of both kinds" holds 0 mosix/admin/stay
echo 16384 >"$proc/mosix/admin/reserve_kib"
cat >"$etc/settings" <<-END
	# of this node
	block 1
	reserve_kib 65536   # a quarter
	admins $(id -gn)
END
chmod 600 "$proc/mosix/admin/"*
claim "mosctl join stay" runs 0 "${c[@]}" join stay
claim "moves nothing yet" holds 1 mosix/admin/stay
claim "but takes what settings say" holds 65536 mosix/admin/reserve_kib
claim "mosctl settings" runs 0 "${c[@]}" settings
claim "moves" holds 0 mosix/admin/stay
claim "and blocks if they say so" holds 1 mosix/admin/block
claim "another word is wrong" runs 2 "${c[@]}" join now
claim "mosctl join with settings" runs 0 "${c[@]}" join
claim "blocks if they say so" holds 1 mosix/admin/block
claim "sets what they say" holds 65536 mosix/admin/reserve_kib
claim "lets a group tune" test "$(stat -c %a "$proc/mosix/admin/stay")" = 664
claim "but not what only tells" \
	test "$(stat -c %a "$proc/mosix/admin/tunables")" = 600
printf 'no_such 1\nblock 0\nstay\n' >"$etc/settings"
claim "settings that are none" runs 0 "${c[@]}" join
claim "are named" says err "no_such: this kernel has no such tunable"
claim "with their line" says err "settings:3: not: NAME VALUE"
claim "and do not keep the node out" starts "self 1" mosix/config
claim "nor the others" holds 0 mosix/admin/block
echo "../self 1" >"$etc/settings"
claim "a setting leads" runs 0 "${c[@]}" join
claim "nowhere else" says err "\.\./self: Invalid argument"
echo "admins no-such-group" >"$etc/settings"
claim "a group that is none" runs 0 "${c[@]}" join
claim "is told" says err "no-such-group: there is no such group"
rm "$etc/settings"
: >"$proc/mosix/config"
mv "$etc/key" "$tmp/key"
claim "without a key the node stays out" runs 1 "${c[@]}" join
claim "and says why" says err "there is no .*/key: nothing will go or come"
claim "with no map given" holds "" mosix/config
echo "links encrypted" >"$proc/mosix/security"
claim "one that has a key already does without" runs 0 "${c[@]}" join
echo "# nobody" >"$etc/map"
claim "a map that names nobody is no error" runs 0 "${c[@]}" join
claim "and is told" says err "this node is alone"
rm "$etc/map"
claim "none is one" runs 1 "${c[@]}" join

locked() { # COMMAND...: while somebody changes the map
	flock "$etc/.lock" timeout 1 "$@"
}
echo "node 1 127.0.0.1" >"$etc/map"
: >"$proc/mosix/config"
claim "join waits while another node's map is taken" runs 124 locked "${c[@]}" join
claim "so does config" runs 124 locked "${c[@]}" config "$etc/map"
claim "and leave" runs 124 locked "${c[@]}" leave
claim "nothing was given" holds "" mosix/config
claim "a folder that all may read, all may lock: it keeps nobody waiting" \
	runs 0 flock "$etc" timeout 5 "${c[@]}" config "$etc/map"
claim "which only root may do to what does" test "$(stat -c %a "$etc/.lock")" = 600
claim "who types does not, nor keeps others waiting" \
	runs 0 locked sh -c 'echo "node 1 127.0.0.1" | "$@" config -' sh "${c[@]}"

make_proc
echo 0 >"$proc/mosix/admin/leave"
claim "shutdown drains" runs 3 "${c[@]}" --timeout 1 shutdown
claim "says how many are left" says err "stopped with 2 left"
claim "and leaves all the same" starts $'\n' mosix/config
claim "and is not about to any more" holds 0 mosix/admin/leave
echo 1 >"$proc/mosix/admin/leave"
claim "nor is who was drained, and leaves then" runs 0 "${c[@]}" leave
claim "about to" holds 0 mosix/admin/leave

printf 'no key: closed\nold_key_left_s 0\nlinks_made 3\n' >"$proc/mosix/security"
claim "status of a node that is closed" runs 0 "${c[@]}" status
claim "says so" says out "no key is set, nothing goes or comes"
claim "status of it as JSON" runs 0 "${c[@]}" --json status
claim "says so, too" json 'd["links"]' closed
claim "mosctl why" runs 0 "${c[@]}" why 10
claim "says so, too" says out "this node has no key"
claim "mosctl security" runs 0 "${c[@]}" security
claim "has all" says out "^links_made 3$"
claim "mosctl --json security" runs 0 "${c[@]}" -j security
claim "has all of it" json '[d["links"], d["links_made"]]' "['closed', 3]"
sed -i '1s/.*/links INSECURE/' "$proc/mosix/security"
claim "status of one in clear" runs 0 "${c[@]}" status
claim "warns" says out "links are INSECURE"
rm -r "$etc"
