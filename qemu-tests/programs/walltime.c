// SPDX-License-Identifier: GPL-2.0-only
/*
 * It is the same time in all calls that tell it, in the times of files, and for
 * whoever waits until some time: asleep, for a condition, a semaphore, a mutex.
 * Nobody is woken before it.
 */
#include "victim.h"

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>

/* A file's time and time(2) are those of the last tick. */
enum { TICK_NS = 10 * 1000000, WAIT_NS = 3 * 1000000, FILES = 5 };

static pthread_mutex_t taken, inherits, mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t both_run;

static int64_t ns(const struct timespec *ts)
{
	return (int64_t)ts->tv_sec * 1000000000 + ts->tv_nsec;
}

static int64_t now_ns(void)
{
	struct timespec now;

	CHECK_CALL(clock_gettime(CLOCK_REALTIME, &now));
	return ns(&now);
}

static struct timespec soon(void)
{
	int64_t at = now_ns() + WAIT_NS;

	return (struct timespec){ at / 1000000000, at % 1000000000 };
}

/* Whoever tells the time does so between two others. */
static void check_calls(void)
{
	int64_t before = now_ns(), tv_ns, seconds, raw_seconds;
	struct timeval tv, raw_tv;
	struct timespec raw;

	CHECK_CALL(gettimeofday(&tv, NULL));
	CHECK_CALL(syscall(SYS_gettimeofday, &raw_tv, NULL));
	CHECK_CALL(syscall(SYS_clock_gettime, CLOCK_REALTIME, &raw));
	seconds = time(NULL);
	raw_seconds = syscall(SYS_time, NULL);
	tv_ns = tv.tv_sec * 1000000000ll + tv.tv_usec * 1000ll;
	CHECK(tv_ns >= before - 1000, "gettimeofday is %ld ns early",
	      before - tv_ns);
	CHECK(raw_tv.tv_sec * 1000000000ll + raw_tv.tv_usec * 1000ll >= tv_ns,
	      "the call of gettimeofday is behind the vDSO");
	CHECK(ns(&raw) >= tv_ns && ns(&raw) <= now_ns(),
	      "clock_gettime is %ld ns early", tv_ns - ns(&raw));
	CHECK(seconds >= (before - TICK_NS) / 1000000000 &&
	      seconds <= now_ns() / 1000000000, "time is %ld, not %ld",
	      seconds, before / 1000000000);
	CHECK(raw_seconds >= seconds && raw_seconds <= now_ns() / 1000000000,
	      "the call of time is %ld, not %ld", raw_seconds, seconds);
}

/* By how much a file seems to be older than the time before it was written. */
static int64_t write_file(void)
{
	int64_t before = now_ns();
	struct stat is;
	int fd = CHECK_CALL(victim_open("touched", O_WRONLY | O_CREAT | O_TRUNC));

	CHECK_CALL(write(fd, "", 1));
	CHECK_CALL(fstat(fd, &is));
	close(fd);
	CHECK(ns(&is.st_mtim) <= now_ns(), "a file is from the future: %ld ns",
	      ns(&is.st_mtim) - before);
	return before - ns(&is.st_mtim);
}

/*
 * Files have the time of the last tick, which comes late where a machine has much
 * to do; but not each time.
 */
static void check_file(void)
{
	int64_t early = INT64_MAX;
	int i;

	for (i = 0; i < FILES && early > TICK_NS; i++) {
		if (i)
			usleep(TICK_NS / 1000);
		early = write_file();
	}
	CHECK(early <= TICK_NS, "%d files were written early, the last by %ld ns",
	      FILES, early);
}

static void check_time(const char *who, const struct timespec *until)
{
	int64_t late = now_ns() - ns(until);

	CHECK(late >= 0, "%s ended %ld ns early", who, -late);
	CHECK(late < 60 * 1000000000ll, "%s ended %ld s late", who,
	      late / 1000000000);
}

static void check_waits(void)
{
	struct timespec until = soon();
	sem_t zero;

	CHECK_CALL(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL));
	check_time("a sleep", &until);

	until = soon();
	pthread_mutex_lock(&mutex);
	CHECK(pthread_cond_timedwait(&never, &mutex, &until) == ETIMEDOUT,
	      "the condition came");
	pthread_mutex_unlock(&mutex);
	check_time("a wait for a condition", &until);

	CHECK_CALL(sem_init(&zero, 0, 0));
	until = soon();
	CHECK(sem_timedwait(&zero, &until) < 0 && errno == ETIMEDOUT,
	      "the semaphore is not 0");
	check_time("a wait for a semaphore", &until);

	until = soon();
	CHECK(pthread_mutex_timedlock(&taken, &until) == ETIMEDOUT,
	      "the mutex is free");
	check_time("a wait for a mutex", &until);

	until = soon();
	CHECK(pthread_mutex_timedlock(&inherits, &until) == ETIMEDOUT,
	      "the mutex that inherits is free");
	check_time("a wait for a mutex that inherits", &until);
}

static void *take(void *arg)
{
	pthread_mutex_lock(&taken);
	pthread_mutex_lock(&inherits);
	pthread_barrier_wait(&both_run);
	for (;;)
		pause();
	return arg;
}

int main(int argc, char **argv)
{
	pthread_mutexattr_t attr;
	pthread_t other;

	pthread_mutexattr_init(&attr);
	CHECK(!pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT),
	      "no such mutex");
	CHECK(!pthread_mutex_init(&inherits, &attr), "no mutex");
	CHECK(!pthread_mutex_init(&taken, NULL), "no mutex");
	pthread_barrier_init(&both_run, NULL, 2);
	CHECK(!pthread_create(&other, NULL, take, NULL), "no thread");
	pthread_barrier_wait(&both_run);
	victim_begin(argc, argv);
	CHECK(victim.dir, "where shall the file be?");
	while (victim_next()) {
		check_calls();
		check_file();
		check_waits();
	}
	return victim_pass();
}
