#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# sqlite3 with a rollback journal: transactions, one that is rolled back, two
# writers at once, an integrity check, the database itself byte for byte.
set -euo pipefail

db=$PWD/db
sqlite3 "$db" <<'END'
PRAGMA journal_mode = DELETE;
PRAGMA synchronous = FULL;
CREATE TABLE item (id INTEGER PRIMARY KEY, part INTEGER, name TEXT, weight REAL);
CREATE INDEX item_part ON item (part, weight);
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
INSERT INTO item SELECT i, i * 7919 % 97, 'item ' || (i * 31 % 1009), i * 1.5 FROM n;
COMMIT;
BEGIN;
DELETE FROM item WHERE part % 2;
ROLLBACK;
SAVEPOINT s;
UPDATE item SET weight = weight + 1 WHERE part < 40;
RELEASE s;
DELETE FROM item WHERE id % 13 = 0;
END
sqlite3 "$db" 'SELECT part, count(*), sum(weight), min(name) FROM item GROUP BY part'

for i in {1..15}; do
	sqlite3 "$db" "INSERT INTO item (part, name) VALUES (1000, 'one at a time $i')"
done
sqlite3 "$db" 'VACUUM; PRAGMA integrity_check'
cp "$db" "$OUT/db"

# Two at once: who comes first is not the same each time, what they leave is.
sqlite3 "$db" 'CREATE TABLE both (who INTEGER, n INTEGER)'
for who in 1 2; do
	for n in {1..10}; do
		sqlite3 -cmd '.timeout 60000' "$db" "INSERT INTO both VALUES ($who, $n)"
	done &
done
wait
sqlite3 "$db" 'PRAGMA integrity_check;
	SELECT who, count(*), sum(n) FROM both GROUP BY who'
sqlite3 "$db" .dump | grep -v '"\?both"\? ' | cksum
[[ ! -e $db-journal ]]
