#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# gen-syscall.sh TABLE: turn syscall.tbl into a C header on standard output.
# A line that breaks the form which the head of the table describes ends the
# run with its number and what is wrong with it.
set -eu

[ $# -eq 1 ] || { echo "usage: gen-syscall.sh TABLE" >&2; exit 2; }

LC_ALL=C exec awk '
function bad(what) {
	printf "%s:%d: %s\n", FILENAME, FNR, what > "/dev/stderr"
	failed = 1
	exit 1
}

# The number in s, which must lie in 0..most.
function number(s, most) {
	if (s !~ /^[0-9]+$/ || length(s) > 6 || s + 0 > most)
		bad("not a number up to " most ": " s)
	return s + 0
}

# "#BYTES", "rARG" or "rARG*SIZE" -> lenkind, scale, len
function length_of(s,    part, n) {
	scale = 1
	if (substr(s, 1, 1) == "#") {
		lenkind = "FIXED"
		len = number(substr(s, 2), 65535)
		if (!len)
			bad("a window of no bytes")
		return
	}
	if (substr(s, 1, 1) != "r")
		bad("not a length: " s)
	lenkind = "ARG"
	n = split(substr(s, 2), part, "*")
	len = number(part[1], 5)
	if (n > 2)
		bad("not a length: " s)
	if (n == 2)
		scale = number(part[2], 255)
	if (!scale)
		bad("elements of no size: " s)
}

function window(key, value,    colon, arg, dir, back) {
	if (++windows > 3)
		bad("more than 3 windows")
	colon = index(value, ":")
	if (key == "str") {
		arg = number(value, 5)
		lenkind = "STR"
		scale = 1
		len = 0
	} else {
		if (!colon)
			bad("a window without a length: " value)
		arg = number(substr(value, 1, colon - 1), 5)
		length_of(substr(value, colon + 1))
	}
	if (arg in described)
		bad("argument " arg " is described twice")
	described[arg] = 1
	dir = key ~ /^(io|any)$/ ? "INOUT" : key == "out" ? "OUT" : "IN"
	back = key == "out" && lenkind == "ARG" ? "RET" : "OK"
	if (key == "any")
		back = "ALWAYS"
	out = out sprintf("\t\t{ .arg = %d, .dir = MOSIX_WIN_%s, ", arg, dir)
	out = out sprintf(".lenkind = MOSIX_LEN_%s,\n", lenkind)
	out = out sprintf("\t\t  .scale = %d, .len = %d, ", scale, len)
	out = out sprintf(".back = MOSIX_BACK_%s },\n", back)
}

function zero(value,    colon, mask) {
	if (zero_arg != "")
		bad("zero= twice")
	colon = index(value, ":")
	zero_mask = "~0ULL"
	if (colon) {
		mask = substr(value, colon + 1)
		if (mask !~ /^0x[0-9a-f]+$/ || mask ~ /^0x0+$/)
			bad("not a mask: " mask)
		zero_mask = mask "ULL"
		value = substr(value, 1, colon - 1)
	}
	zero_arg = number(value, 5)
}

function attributes(list,    attr, n, i, eq, key, value) {
	split("", described)
	handler = zero_arg = zero_mask = out = ""
	windows = again = 0
	if (list == "-")
		return
	n = split(list, attr, ",")
	for (i = 1; i <= n; i++) {
		eq = index(attr[i], "=")
		key = substr(attr[i], 1, eq - 1)
		value = substr(attr[i], eq + 1)
		if (key == "handler" && value ~ /^[a-z][a-z0-9_]*$/)
			handler = value
		else if (attr[i] == "again")
			again = 1
		else if (key == "zero")
			zero(value)
		else if (key ~ /^(in|out|io|any|str)$/)
			window(key, value)
		else
			bad("not an attribute: " attr[i])
	}
}

# What must hold whatever the attributes are.
function check(class, reason) {
	if (class ~ /^(both|special)$/ && handler == "")
		bad("a " class " call needs a handler")
	if (class !~ /^(both|special)$/ && handler != "")
		bad("a " class " call has no use for a handler")
	if (class ~ /^(local|return)$/ && windows)
		bad("a " class " call is not sent: no windows")
	if (class ~ /^(local|return)$/ && again)
		bad("a " class " call is not sent: no again")
	if (zero_arg != "" && !windows)
		bad("zero= without a window")
	if (class != "home" && reason == "")
		bad("a " class " call needs a reason")
}

/^#/ || /^[ \t]*$/ { next }

{
	line = $0
	reason = ""
	if (match(line, /[ \t]#[ \t]/)) {
		reason = substr(line, RSTART + RLENGTH)
		line = substr(line, 1, RSTART - 1)
	}
	if (split(line, field, " ") != 4)
		bad("want: number name class attributes [# reason]")
	nr = number(field[1], 65535)
	name = field[2]
	class = field[3]
	if (nr in seen)
		bad("number " nr " again")
	if (name !~ /^[a-z_][a-z0-9_]*$/)
		bad("not a name: " name)
	if (name in names)
		bad("name " name " again")
	if (class !~ /^(local|home|both|special|return)$/)
		bad("not a class: " class)
	seen[nr] = names[name] = 1
	attributes(field[4])
	check(class, reason)
	if (handler != "" && !(handler in handlers)) {
		handlers[handler] = 1
		declare = declare sprintf("long mosix_call_%s(%s);\n",
				handler, "struct mosix_call_ctx *ctx")
	}
	body = body sprintf("\t[%d] = {\n\t\t.name = \"%s\",\n", nr, name)
	body = body sprintf("\t\t.class = MOSIX_CALL_%s,\n", toupper(class))
	if (handler != "")
		body = body sprintf("\t\t.handler = mosix_call_%s,\n", handler)
	if (again)
		body = body "\t\t.again = 1,\n"
	if (zero_arg != "")
		body = body sprintf("\t\t.zero_arg = %d, .zero_mask = %s,\n",
				zero_arg, zero_mask)
	if (windows)
		body = body "\t\t.win = {\n" out "\t\t},\n"
	body = body "\t},\n"
}

END {
	if (failed)
		exit 1
	if (body == "")
		bad("no call at all")
	print "/* SPDX-License-Identifier: GPL-2.0-only */"
	print "/* Generated by gen-syscall.sh from syscall.tbl: do not edit. */"
	print ""
	printf "%s", declare
	print ""
	print "static const struct mosix_call_desc mosix_call_table[] = {"
	printf "%s", body
	print "};"
}
' "$1"
