#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make -j and gcc on two real libraries of the kernel's tools (../tools.tar, which
# the test made), and a program that uses them.
set -euo pipefail

tar -xf ../tools.tar
make -C tools/lib/subcmd -j4 >subcmd.log
make -C tools/lib/api -j4 >api.log
sort subcmd.log api.log | grep -E '^ +(CC|LD|AR) ' >"$OUT/built"
cp tools/lib/subcmd/libsubcmd.a tools/lib/api/libapi.a "$OUT"
find tools -name '*.o' | sort | xargs md5sum

cat >use.c <<'END'
#include <stdio.h>
#include <api/fs/fs.h>
#include <subcmd/parse-options.h>

int main(int argc, const char **argv)
{
	static const char * const usage[] = { "use [-n NUMBER] [WORD...]", NULL };
	int number = 1;
	const struct option options[] = {
		OPT_INTEGER('n', "number", &number, "a number"),
		OPT_END()
	};

	argc = parse_options(argc, argv, options, usage, 0);
	for (int i = 0; i < argc; i++)
		printf("%d %s\n", number * i, argv[i]);
	printf("%s\n", procfs__mountpoint() ? "proc" : "none");
	return 0;
}
END
# What links once with optimisation does so again, to the same bytes.
for level in 0 2 s; do
	gcc -O$level -Itools/lib -Itools/include -o use use.c \
		tools/lib/{string,ctype}.c "$OUT/libsubcmd.a" "$OUT/libapi.a"
	cp use "$OUT/use.$level"
	./use -n 7 some words here
	objdump -d use | cksum
done
