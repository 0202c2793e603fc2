#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a database with a journal, a web client whose server is at home, and
# programs that verify their own work do what they do unmoved when they are moved
# at random with all their children.
#
#   n1 (home, with the files and the server): restless --> n1, n2, n3
#
# disk: debian
# limit: 900
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/real.sh"

serve_files() {
	n1 "mkdir $real/www; cd $real/www
		seq 300000 >big; seq 50000 >middle
		for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
			seq \$i 977 10000\$i >small.\$i
		done"
	start server 1 busybox httpd -f -p 127.0.0.1:8099 -h "$real/www"
	wait_for 20 n1 busybox wget -q -O /dev/null http://127.0.0.1:8099/middle
}

real_begin
claim_real sqlite.sh
must "a web server runs at home" serve_files
SERVER=127.0.0.1:8099 claim_real curl.sh
claim_real stress.sh 180
