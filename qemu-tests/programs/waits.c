// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks in every call that a signal would end with EINTR, restarted or not. No
 * signal is sent, so none of them may ever end with EINTR. A child, which was
 * there from the start and stays where it is, wakes each after a while.
 */
#include "victim.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

enum { WAKE_AFTER_MS = 30, LONG_MS = 100000, SHORT_MS = 40 };

struct message {
	long type;
	char byte;
};

static int orders[2], pair[2], epoll, notify, signals, queue, semaphore;
static char watched_path[4096], fifo_path[4096];
static sigset_t blocked;

/* The child's half of each way: wake whoever waits. */

static void send_byte(void)
{
	CHECK_CALL(send(pair[1], "!", 1, 0));
}

static void send_message(void)
{
	struct message m = { 1, '!' };

	CHECK_CALL(msgsnd(queue, &m, 1, 0));
}

static void raise_semaphore(void)
{
	struct sembuf up = { 0, 1, 0 };

	CHECK_CALL(semop(semaphore, &up, 1));
}

static void touch_file(void)
{
	close(CHECK_CALL(open(watched_path, O_WRONLY)));
}

static void send_signal(void)
{
	CHECK_CALL(kill(getppid(), SIGRTMIN + 1));
}

static void open_fifo(void)
{
	close(CHECK_CALL(open(fifo_path, O_WRONLY)));
}

/* The victim's half. */

static void take_byte(void)
{
	char byte;

	CHECK(recv(pair[0], &byte, 1, 0) == 1, "recv: %s", strerror(errno));
}

static void in_read(void)
{
	char byte;

	CHECK(read(pair[0], &byte, 1) == 1, "read: %s", strerror(errno));
}

static void in_poll(void)
{
	struct pollfd one = { pair[0], POLLIN, 0 };

	CHECK(CHECK_CALL(poll(&one, 1, -1)) == 1, "poll: nothing");
	take_byte();
}

static void in_select(void)
{
	struct timeval limit = { LONG_MS / 1000, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(pair[0], &set);
	CHECK(CHECK_CALL(select(pair[0] + 1, &set, NULL, NULL, &limit)) == 1,
	      "select: nothing");
	take_byte();
}

static void in_epoll(void)
{
	struct epoll_event event;

	CHECK(CHECK_CALL(epoll_wait(epoll, &event, 1, LONG_MS)) == 1,
	      "epoll_wait: nothing");
	take_byte();
}

static void in_epoll_for_ever(void)
{
	struct epoll_event event;

	CHECK(CHECK_CALL(epoll_pwait(epoll, &event, 1, -1, &blocked)) == 1,
	      "epoll_pwait: nothing");
	take_byte();
}

static void in_timed_recv(void)
{
	struct timeval limit = { LONG_MS / 1000, 0 }, none = { 0, 0 };

	CHECK_CALL(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit,
			      sizeof(limit)));
	take_byte();
	CHECK_CALL(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &none,
			      sizeof(none)));
}

static void in_sigwait(void)
{
	struct timespec limit = { LONG_MS / 1000, 0 };
	siginfo_t info;

	CHECK(CHECK_CALL(sigtimedwait(&blocked, &info, &limit)) == SIGRTMIN + 1,
	      "sigtimedwait: another signal");
}

static void in_signalfd(void)
{
	struct signalfd_siginfo info;

	CHECK(CHECK_CALL(read(signals, &info, sizeof(info))) == sizeof(info),
	      "signalfd: too short");
}

static void in_msgrcv(void)
{
	struct message m;

	CHECK(CHECK_CALL(msgrcv(queue, &m, 1, 1, 0)) == 1, "msgrcv: empty");
}

static void in_semop(void)
{
	struct sembuf down = { 0, -1, 0 };

	CHECK_CALL(semop(semaphore, &down, 1));
}

static void in_semtimedop(void)
{
	struct timespec limit = { LONG_MS / 1000, 0 };
	struct sembuf down = { 0, -1, 0 };

	CHECK_CALL(semtimedop(semaphore, &down, 1, &limit));
}

static void in_inotify(void)
{
	char buffer[4096];

	CHECK(CHECK_CALL(read(notify, buffer, sizeof(buffer))) > 0,
	      "inotify: nothing");
}

static void in_open(void)
{
	close(CHECK_CALL(open(fifo_path, O_RDONLY)));
}

/* Nobody wakes these: they end by themselves, and not before their time. */
static void in_time_out(void)
{
	struct timespec limit = { 0, SHORT_MS * 1000000 };
	uint64_t start = victim_clock_ms(CLOCK_MONOTONIC);
	struct sembuf down = { 0, -1, 0 };
	struct epoll_event event;

	CHECK(!CHECK_CALL(epoll_wait(epoll, &event, 1, SHORT_MS)),
	      "epoll_wait: something");
	CHECK(semtimedop(semaphore, &down, 1, &limit) == -1 && errno == EAGAIN,
	      "semtimedop: %s", strerror(errno));
	CHECK(sigtimedwait(&blocked, NULL, &limit) == -1 && errno == EAGAIN,
	      "sigtimedwait: %s", strerror(errno));
	CHECK(victim_clock_ms(CLOCK_MONOTONIC) - start + 3 >= 3 * SHORT_MS,
	      "three time-outs in %lu ms",
	      victim_clock_ms(CLOCK_MONOTONIC) - start);
}

static void nothing(void)
{
}

static const struct {
	void (*wait)(void);
	void (*wake)(void);
} ways[] = {
	{ in_read, send_byte },		{ in_poll, send_byte },
	{ in_select, send_byte },	{ in_epoll, send_byte },
	{ in_epoll_for_ever, send_byte }, { in_timed_recv, send_byte },
	{ in_sigwait, send_signal },	{ in_signalfd, send_signal },
	{ in_msgrcv, send_message },	{ in_semop, raise_semaphore },
	{ in_semtimedop, raise_semaphore }, { in_inotify, touch_file },
	{ in_open, open_fifo },		{ in_time_out, nothing },
};

__attribute__((noreturn)) static void serve(void)
{
	uint8_t way;

	signal(SIGTERM, SIG_IGN);
	close(orders[1]);
	while (read(orders[0], &way, 1) == 1) {
		usleep(WAKE_AFTER_MS * 1000);
		ways[way].wake();
	}
	_exit(42);
}

static void prepare(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	const char *dir = victim.dir ? victim.dir : "/tmp";

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGRTMIN + 1);
	CHECK_CALL(sigprocmask(SIG_BLOCK, &blocked, NULL));
	CHECK_CALL(pipe(orders));
	CHECK_CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	epoll = CHECK_CALL(epoll_create1(0));
	CHECK_CALL(epoll_ctl(epoll, EPOLL_CTL_ADD, pair[0], &event));
	signals = CHECK_CALL(signalfd(-1, &blocked, 0));
	queue = CHECK_CALL(msgget(IPC_PRIVATE, 0600));
	semaphore = CHECK_CALL(semget(IPC_PRIVATE, 1, 0600));
	snprintf(watched_path, sizeof(watched_path), "%s/file.%d", dir, getpid());
	close(CHECK_CALL(open(watched_path, O_CREAT | O_WRONLY, 0600)));
	snprintf(fifo_path, sizeof(fifo_path), "%s/fifo.%d", dir, getpid());
	CHECK_CALL(mkfifo(fifo_path, 0600));
	notify = CHECK_CALL(inotify_init1(0));
	CHECK_CALL(inotify_add_watch(notify, watched_path, IN_CLOSE_WRITE));
}

static void clean_up(void)
{
	CHECK_CALL(msgctl(queue, IPC_RMID, NULL));
	CHECK_CALL(semctl(semaphore, 0, IPC_RMID));
	CHECK_CALL(unlink(watched_path));
	CHECK_CALL(unlink(fifo_path));
}

int main(int argc, char **argv)
{
	int status;
	pid_t child;

	victim_begin(argc, argv);
	prepare();
	child = CHECK_CALL(fork());
	if (!child)
		serve();
	close(orders[0]);
	while (victim_next()) {
		uint8_t way = victim.done % ARRAY_SIZE(ways);

		CHECK(write(orders[1], &way, 1) == 1, "the child hung up");
		ways[way].wait();
	}
	close(orders[1]);
	CHECK(CHECK_CALL(waitpid(child, &status, 0)) == child &&
	      WIFEXITED(status) && WEXITSTATUS(status) == 42,
	      "the child ended with %#x", status);
	clean_up();
	return victim_pass();
}
