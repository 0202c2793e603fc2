// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two processes append records to one file at the same time, each through a
 * descriptor of its own: no record is torn or lost, each writer's are in order.
 */
#include "bytes.h"
#include "folder.h"
#include "partner.h"

#include <sys/uio.h>

enum { RECORDS = 30, SMALL = 5000, LARGE = 80000, WRITERS = 2 };

struct record {
	uint32_t size;
	uint32_t writer;
	uint64_t number;
};

static char *all;
static uint64_t numbers[WRITERS];

static uint64_t seed_of(const struct record *record)
{
	return record->number * 1000003 + record->writer * 7919;
}

static size_t size_of(uint64_t number, uint32_t writer)
{
	uint64_t dice = victim_mix(number * 2 + writer);

	return dice % 16 ? dice / 16 % SMALL : dice / 16 % LARGE;
}

/* A record in one write, or as two parts of one writev. */
static void append(int fd, uint32_t writer, uint64_t number)
{
	static char buffer[sizeof(struct record) + LARGE];
	struct record record = { .writer = writer, .number = number };
	struct iovec parts[2];
	ssize_t done, size;

	record.size = size_of(number, writer);
	memcpy(buffer, &record, sizeof(record));
	bytes_fill(buffer + sizeof(record), record.size, seed_of(&record));
	size = sizeof(record) + record.size;
	if (number % 3) {
		done = CHECK_CALL(write(fd, buffer, size));
	} else {
		parts[0] = (struct iovec){ &record, sizeof(record) };
		parts[1] = (struct iovec){ buffer + sizeof(record), record.size };
		done = CHECK_CALL(writev(fd, parts, 2));
	}
	CHECK(done == size, "%zd of %zd bytes appended", done, size);
}

/* The child's job, too; opens the file anew each time. */
static long append_records(long writer)
{
	int fd = CHECK_CALL(open(folder_path("log"), O_WRONLY | O_APPEND));

	for (int i = 0; i < RECORDS; i++)
		append(fd, writer, numbers[writer]++);
	close(fd);
	return RECORDS;
}

static void check_log(int fd)
{
	uint64_t first = numbers[0] - RECORDS, next[WRITERS] = { first, first };
	size_t size, at = 0;
	struct stat st;

	CHECK_CALL(fstat(fd, &st));
	all = realloc(all, st.st_size);
	CHECK_CALL(lseek(fd, 0, SEEK_SET));
	size = bytes_read(fd, all, st.st_size);
	CHECK(size == (size_t)st.st_size, "%zu bytes, not %ld", size,
	      st.st_size);
	while (at < size) {
		struct record record;

		CHECK(size - at >= sizeof(record), "a torn head at %zu", at);
		memcpy(&record, all + at, sizeof(record));
		CHECK(record.writer < WRITERS &&
		      record.number == next[record.writer],
		      "at %zu: record %lu of writer %u", at, record.number,
		      record.writer);
		CHECK(record.size == size_of(record.number, record.writer) &&
		      size - at >= sizeof(record) + record.size,
		      "at %zu: a record of %u bytes", at, record.size);
		at += sizeof(record);
		bytes_check(all + at, record.size, seed_of(&record), "a record");
		at += record.size;
		next[record.writer]++;
	}
	for (int i = 0; i < WRITERS; i++)
		CHECK(next[i] == first + RECORDS, "writer %d lost %lu records",
		      i, first + RECORDS - next[i]);
}

int main(int argc, char **argv)
{
	int fd;

	victim_begin(argc, argv);
	folder_begin();
	fd = CHECK_CALL(open(folder_path("log"), O_CREAT | O_EXCL | O_RDWR,
			     0600));
	partner_begin();
	while (victim_next()) {
		partner_tell(append_records, 1);
		append_records(0);
		CHECK(partner_hear() == RECORDS, "the partner wrote fewer");
		check_log(fd);
		CHECK_CALL(ftruncate(fd, 0));
	}
	partner_end();
	CHECK_CALL(unlink(folder_path("log")));
	folder_end();
	return victim_pass();
}
