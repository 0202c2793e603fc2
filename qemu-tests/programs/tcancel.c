// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that are cancelled: at a point they choose, in the middle of a loop,
 * not while they forbid it, and out of each kind of call that waits. Each runs
 * its clean-up handlers, last one first, and the destructor of its key.
 */
#include "thread.h"

#include <poll.h>
#include <semaphore.h>
#include <sys/socket.h>

enum { HANDLERS = 3 };

/**
 * struct job - one thread that is going to be cancelled
 * @run: what it does
 * @thread: the thread
 * @started: it is about to wait, or to spin
 * @go: it may go on to where it is cancelled
 * @order: what its handlers saw: 3, 2, 1
 * @handlers: how many have run
 * @destroyed: the destructor of its key has run
 */
struct job {
	void (*run)(struct job *job);
	pthread_t thread;
	unsigned int started;
	unsigned int go;
	unsigned int order[HANDLERS];
	unsigned int handlers;
	unsigned int destroyed;
};

static pthread_key_t key;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static sem_t empty;
static int pipe_fds[2], socket_fds[2];

static void destroy(void *arg)
{
	struct job *job = arg;

	job->destroyed++;
}

static void clean(struct job *job, unsigned int number)
{
	if (job->handlers < HANDLERS)
		job->order[job->handlers] = number;
	job->handlers++;
}

static void clean_1(void *arg)
{
	clean(arg, 1);
}

static void clean_2(void *arg)
{
	clean(arg, 2);
}

static void clean_3(void *arg)
{
	clean(arg, 3);
}

static void *run_job(void *arg)
{
	struct job *job = arg;

	CHECK_ZERO(pthread_setspecific(key, job));
	pthread_cleanup_push(clean_1, job);
	pthread_cleanup_push(clean_2, job);
	pthread_cleanup_push(clean_3, job);
	job->run(job);
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return job;
}

static void wait_to_read(struct job *job)
{
	char c;

	thread_count(&job->started);
	read(pipe_fds[0], &c, 1);
}

static void wait_to_receive(struct job *job)
{
	char c;

	thread_count(&job->started);
	recv(socket_fds[0], &c, 1, 0);
}

static void wait_for_time(struct job *job)
{
	struct timespec ts = { .tv_sec = 100000 };

	thread_count(&job->started);
	nanosleep(&ts, NULL);
}

static void unlock(void *arg)
{
	CHECK_ZERO(pthread_mutex_unlock(arg));
}

/* Cancelled in it, it has the mutex again. */
static void wait_for_change(struct job *job)
{
	CHECK_ZERO(pthread_mutex_lock(&lock));
	pthread_cleanup_push(unlock, &lock);
	thread_count(&job->started);
	while (1)
		pthread_cond_wait(&never, &lock);
	pthread_cleanup_pop(1);
}

static void wait_for_semaphore(struct job *job)
{
	thread_count(&job->started);
	sem_wait(&empty);
}

static void wait_for_event(struct job *job)
{
	struct pollfd p = { .fd = pipe_fds[0], .events = POLLIN };

	thread_count(&job->started);
	poll(&p, 1, -1);
}

static void wait_for_signal(struct job *job)
{
	thread_count(&job->started);
	pause();
}

/* No call, so no point at which it could be cancelled but one. */
static void defer(struct job *job)
{
	thread_count(&job->started);
	while (!__atomic_load_n(&job->go, __ATOMIC_SEQ_CST))
		;
	thread_count(&job->started);
	pthread_testcancel();
}

static void spin(struct job *job)
{
	CHECK_ZERO(pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL));
	thread_count(&job->started);
	while (1)
		__atomic_fetch_add(&job->go, 1, __ATOMIC_RELAXED);
}

/* Calls that would be points are none while it is forbidden. */
static void forbid(struct job *job)
{
	CHECK_ZERO(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL));
	thread_count(&job->started);
	while (!__atomic_load_n(&job->go, __ATOMIC_SEQ_CST))
		usleep(1000);
	thread_count(&job->started);
	CHECK_ZERO(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL));
	while (1)
		pthread_testcancel();
}

static void start(struct job *job, void (*run)(struct job *job))
{
	*job = (struct job){ .run = run };
	job->thread = thread_start(run_job, job);
}

static void end(struct job *job, const char *name)
{
	void *result = thread_end(job->thread);

	CHECK(result == PTHREAD_CANCELED, "%s: it ended with %p", name, result);
	CHECK(job->handlers == HANDLERS, "%s: %u handlers ran", name,
	      job->handlers);
	for (unsigned int i = 0; i < HANDLERS; i++)
		CHECK(job->order[i] == HANDLERS - i,
		      "%s: handler %u ran as number %u", name, job->order[i],
		      i + 1);
	CHECK(job->destroyed == 1, "%s: the destructor ran %u times", name,
	      job->destroyed);
}

/* Asked first, it may not end before it gets to the point. */
static void cancel_later(void (*run)(struct job *job), const char *name)
{
	struct job job;

	start(&job, run);
	thread_await(&job.started, 1, name);
	CHECK_ZERO(pthread_cancel(job.thread));
	usleep(1000);
	CHECK(!job.handlers, "%s: cancelled too early", name);
	__atomic_store_n(&job.go, 1, __ATOMIC_SEQ_CST);
	end(&job, name);
	CHECK(job.started == 2, "%s: it did not get to the point", name);
}

static void cancel_anywhere(void)
{
	struct job job;

	start(&job, spin);
	thread_await(&job.started, 1, "spin");
	thread_await(&job.go, 1000, "spin");
	CHECK_ZERO(pthread_cancel(job.thread));
	end(&job, "spin");
}

static const struct {
	const char *name;
	void (*run)(struct job *job);
} waits[] = {
	{ "read", wait_to_read },	{ "recv", wait_to_receive },
	{ "nanosleep", wait_for_time },	{ "cond_wait", wait_for_change },
	{ "sem_wait", wait_for_semaphore }, { "poll", wait_for_event },
	{ "pause", wait_for_signal },
};

enum { WAITS = ARRAY_SIZE(waits) };

int main(int argc, char **argv)
{
	static struct job jobs[WAITS];

	victim_begin(argc, argv);
	CHECK_ZERO(pthread_key_create(&key, destroy));
	CHECK_CALL(sem_init(&empty, 0, 0));
	CHECK_CALL(pipe(pipe_fds));
	CHECK_CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, socket_fds));
	while (victim_next()) {
		/* They wait while the others come and go. */
		for (int i = 0; i < WAITS; i++)
			start(&jobs[i], waits[i].run);
		cancel_later(defer, "deferred");
		cancel_later(forbid, "forbidden");
		cancel_anywhere();
		for (int i = 0; i < WAITS; i++) {
			thread_await(&jobs[i].started, 1, waits[i].name);
			CHECK_ZERO(pthread_cancel(jobs[i].thread));
			end(&jobs[i], waits[i].name);
		}
		CHECK_ZERO(pthread_mutex_trylock(&lock));
		CHECK_ZERO(pthread_mutex_unlock(&lock));
	}
	return victim_pass();
}
