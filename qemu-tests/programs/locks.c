// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks of files against a child at home: held, refused, waited for on either
 * side, shared, released at close; three kinds, by whole files and by ranges.
 */
#include "folder.h"
#include "partner.h"

#include <assert.h>
#include <sys/file.h>

enum { WAIT_MS = 10, LENGTH = 10 };

enum kind { FLOCK, POSIX, OFD, KINDS };

static const char * const kind_name[] = { "flock", "POSIX", "OFD" };

/* Of whoever runs: the child has descriptors of its own. */
static int fds[KINDS], deadly;

static void set_up(void)
{
	for (int i = 0; i < KINDS; i++)
		fds[i] = CHECK_CALL(open(folder_path(kind_name[i]),
					 O_CREAT | O_RDWR | O_CLOEXEC, 0600));
	deadly = CHECK_CALL(open(folder_path("deadly"), O_CREAT | O_RDWR, 0600));
}

/* What a lock is about: one word, as the child's jobs take one value. */
union request {
	struct {
		uint8_t kind;
		uint8_t type;		/* F_RDLCK, F_WRLCK, F_UNLCK */
		uint8_t wait;
		uint8_t after_ms;
		uint16_t start;
		uint16_t length;
	};
	long value;
};

static_assert(sizeof(union request) == sizeof(long), "one word");

static int flock_of(const union request *request)
{
	int how = request->type == F_RDLCK ? LOCK_SH :
		  request->type == F_WRLCK ? LOCK_EX : LOCK_UN;

	return flock(fds[FLOCK], how | (request->wait ? 0 : LOCK_NB));
}

/* 0 or the error's number. */
static long lock_it(long value)
{
	union request request = { .value = value };
	struct flock lock = { .l_type = request.type, .l_whence = SEEK_SET,
			      .l_start = request.start,
			      .l_len = request.length };
	int ret, posix = request.wait ? F_SETLKW : F_SETLK;
	int ofd = request.wait ? F_OFD_SETLKW : F_OFD_SETLK;

	if (request.after_ms)
		usleep(request.after_ms * 1000);
	if (request.kind == FLOCK)
		ret = flock_of(&request);
	else
		ret = fcntl(fds[request.kind],
			    request.kind == POSIX ? posix : ofd, &lock);
	return ret ? errno : 0;
}

static long request_of(int kind, int type, int wait, int start)
{
	union request request = { { .kind = kind, .type = type, .wait = wait,
				    .start = start, .length = LENGTH } };

	return request.value;
}

static long later(long value)
{
	union request request = { .value = value };

	request.after_ms = WAIT_MS;
	return request.value;
}

static void gets(const char *who, int kind, long got, long want)
{
	CHECK(got == want, "%s lock: %s got '%s', not '%s'", kind_name[kind],
	      who, strerror(got), strerror(want));
}

/* My lock, there and not refused, or refused. */
static void mine(int kind, int type, int start, long want)
{
	gets("the victim", kind, lock_it(request_of(kind, type, 0, start)),
	     want);
}

static void theirs(int kind, int type, int start, long want)
{
	gets("the child", kind,
	     partner_ask(lock_it, request_of(kind, type, 0, start)), want);
}

/* Who holds it, by the question that only ranges have; 0 for nobody. */
static long holder(long kind)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	CHECK_CALL(fcntl(fds[kind], kind == POSIX ? F_GETLK : F_OFD_GETLK,
			 &lock));
	return lock.l_type == F_UNLCK ? 0 : lock.l_pid;
}

static void held_and_refused(int kind)
{
	mine(kind, F_WRLCK, 0, 0);
	theirs(kind, F_WRLCK, 0, EAGAIN);
	theirs(kind, F_RDLCK, 0, EAGAIN);
	if (kind != FLOCK) {
		pid_t want = kind == POSIX ? getpid() : -1;
		pid_t got = partner_ask(holder, kind);

		CHECK(got == want, "%s lock: held by %d, not %d",
		      kind_name[kind], got, want);
	}
	mine(kind, F_RDLCK, 0, 0);
	theirs(kind, F_RDLCK, 0, 0);
	mine(kind, F_WRLCK, 0, EAGAIN);
	theirs(kind, F_UNLCK, 0, 0);
	/* flock() gives up what it had before it asks for more. */
	mine(kind, F_WRLCK, 0, 0);
	mine(kind, F_UNLCK, 0, 0);
	theirs(kind, F_WRLCK, 0, 0);
	mine(kind, F_RDLCK, 0, EAGAIN);
	if (kind == POSIX)
		CHECK(holder(kind) == partner_pid, "held by %ld", holder(kind));
	theirs(kind, F_UNLCK, 0, 0);
}

static void waited_for(int kind)
{
	mine(kind, F_WRLCK, 0, 0);
	partner_tell(lock_it, request_of(kind, F_WRLCK, 1, 0));
	usleep(WAIT_MS * 1000);
	mine(kind, F_UNLCK, 0, 0);
	gets("the child", kind, partner_hear(), 0);
	mine(kind, F_WRLCK, 0, EAGAIN);
	partner_tell(lock_it, later(request_of(kind, F_UNLCK, 1, 0)));
	gets("the victim", kind, lock_it(request_of(kind, F_WRLCK, 1, 0)), 0);
	gets("the child", kind, partner_hear(), 0);
	theirs(kind, F_RDLCK, 0, EAGAIN);
	mine(kind, F_UNLCK, 0, 0);
}

/* Ranges beside each other, over each other, split and joined. */
static void ranges(int kind)
{
	mine(kind, F_WRLCK, 0, 0);
	theirs(kind, F_WRLCK, LENGTH, 0);
	theirs(kind, F_WRLCK, LENGTH / 2, EAGAIN);
	mine(kind, F_WRLCK, LENGTH / 2, EAGAIN);
	mine(kind, F_WRLCK, 2 * LENGTH, 0);
	theirs(kind, F_UNLCK, LENGTH, 0);
	mine(kind, F_WRLCK, LENGTH, 0);
	mine(kind, F_UNLCK, LENGTH / 2, 0);
	theirs(kind, F_WRLCK, LENGTH / 2, 0);
	theirs(kind, F_UNLCK, LENGTH / 2, 0);
	theirs(kind, F_RDLCK, 2 * LENGTH, EAGAIN);
	for (int at = 0; at <= 2 * LENGTH; at += LENGTH)
		mine(kind, F_UNLCK, at, 0);
	CHECK(!partner_ask(holder, kind), "%s locks are left", kind_name[kind]);
}

/* A POSIX lock goes with any descriptor of its file, the others with theirs. */
static void released_at_close(int kind)
{
	int twin = CHECK_CALL(dup(fds[kind]));
	int other = CHECK_CALL(open(folder_path(kind_name[kind]), O_RDWR));

	mine(kind, F_WRLCK, 0, 0);
	close(other);
	theirs(kind, F_WRLCK, 0, kind == POSIX ? 0 : EAGAIN);
	if (kind == POSIX) {
		theirs(kind, F_UNLCK, 0, 0);
		mine(kind, F_WRLCK, 0, 0);
		close(twin);
	} else {
		close(fds[kind]);
		theirs(kind, F_WRLCK, 0, EAGAIN);
		close(twin);
		fds[kind] = CHECK_CALL(open(folder_path(kind_name[kind]),
					    O_RDWR));
	}
	theirs(kind, F_WRLCK, 0, 0);
	theirs(kind, F_UNLCK, 0, 0);
}

static long deadly_lock(int start, int type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET,
			      .l_start = start, .l_len = 1 };

	return fcntl(deadly, F_SETLKW, &lock) ? errno : 0;
}

/* Wants byte @start and has the other one, as the other has it. */
static long deadly_wait(long start)
{
	long error = deadly_lock(start, F_WRLCK);

	CHECK(!error || error == EDEADLK, "F_SETLKW: %s", strerror(error));
	CHECK(!deadly_lock(1 - start, F_UNLCK), "unlock");
	return error;
}

static long deadly_take(long start)
{
	return deadly_lock(start, F_WRLCK);
}

static long deadly_leave(long start)
{
	return deadly_lock(start, F_UNLCK);
}

/* Two who wait for each other: one of them, whoever came second, is told. */
static void deadly_embrace(void)
{
	long me, it;

	CHECK(!deadly_take(0), "the first byte");
	CHECK(!partner_ask(deadly_take, 1), "the second byte");
	partner_tell(deadly_wait, 0);
	me = deadly_wait(1);
	it = partner_hear();
	CHECK((me == EDEADLK) != (it == EDEADLK), "a deadlock of '%s' and '%s'",
	      strerror(me), strerror(it));
	deadly_leave(1);
	partner_ask(deadly_leave, 0);
}

static long open_again(long unused)
{
	(void)unused;
	for (int i = 0; i < KINDS; i++)
		close(fds[i]);
	close(deadly);
	set_up();
	return 0;
}

int main(int argc, char **argv)
{
	victim_begin(argc, argv);
	folder_begin();
	set_up();
	partner_begin();
	/* A descriptor that both have is one owner for flock() and OFD locks. */
	partner_ask(open_again, 0);
	while (victim_next()) {
		for (int kind = 0; kind < KINDS; kind++) {
			held_and_refused(kind);
			waited_for(kind);
			released_at_close(kind);
		}
		ranges(POSIX);
		ranges(OFD);
		deadly_embrace();
	}
	partner_end();
	for (int i = 0; i < KINDS; i++)
		CHECK_CALL(unlink(folder_path(kind_name[i])));
	CHECK_CALL(unlink(folder_path("deadly")));
	folder_end();
	return victim_pass();
}
