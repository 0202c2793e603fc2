/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every call that waits: how to wait in it, and how a child at home wakes who
 * does. Each takes back what it has done to be able to wait.
 */
#ifndef BLOCKING_H
#define BLOCKING_H

#include "folder.h"
#include "partner.h"

#include <linux/futex.h>
#include <linux/sched.h>
#include <mqueue.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>

enum { LONG_S = 100, MQ_DEPTH = 2, MSG_BYTES = 4000, FILL_BYTES = 4096 };

struct message {
	long type;
	char bytes[MSG_BYTES];
};

static int pipe_ends[2], pair[2], listener, event, timer, sig_fd, notify, pty;
static int slave, epoll, queue, semaphore, sink;
static mqd_t mq;
static pid_t brother;
static int lock_fd;
static volatile int word;
static sigset_t blocked;

/* 0, or the number of the error. */
static int error_of(long ret)
{
	return ret == -1 ? errno : 0;
}

/* Takes what is there, of a pipe that nobody else reads just then. */
static void drain_pipe(void)
{
	static char bytes[65536];
	struct pollfd one = { pipe_ends[0], POLLIN, 0 };
	int ret;

	/* A signal may meet this poll() instead of the call it was sent for. */
	while ((ret = poll(&one, 1, 0)))
		if (ret == 1)
			CHECK_CALL(read(pipe_ends[0], bytes, sizeof(bytes)));
		else
			CHECK(errno == EINTR, "poll: %s", strerror(errno));
}

/*
 * The victim goes on when its child has taken most of it, and then both take the
 * rest: what one has seen may be gone.
 */
static void drain_socket(void)
{
	static char bytes[65536];
	ssize_t n;

	do {
		n = recv(pair[1], bytes, sizeof(bytes), MSG_DONTWAIT);
	} while (n > 0 || (n < 0 && errno == EINTR));
	CHECK(n < 0 && errno == EAGAIN, "recv: %s", strerror(errno));
}

static void fill(int fd)
{
	static char bytes[FILL_BYTES];
	int flags = CHECK_CALL(fcntl(fd, F_GETFL));

	CHECK_CALL(fcntl(fd, F_SETFL, flags | O_NONBLOCK));
	while (write(fd, bytes, sizeof(bytes)) > 0)
		;
	CHECK(errno == EAGAIN, "filling up: %s", strerror(errno));
	CHECK_CALL(fcntl(fd, F_SETFL, flags));
}

static int in_read(int fd)
{
	char bytes[4096];

	return error_of(read(fd, bytes, sizeof(bytes)));
}

/* Pipes, sockets and other descriptors that are read or written. */

static void put_pipe(void)
{
	CHECK_CALL(write(pipe_ends[1], "!", 1));
}

/* As much as was written at once: the rest is for who goes on then. */
static void empty_pipe(void)
{
	char bytes[FILL_BYTES];

	CHECK_CALL(read(pipe_ends[0], bytes, sizeof(bytes)));
}

static void put_socket(void)
{
	CHECK_CALL(send(pair[1], "!", 1, 0));
}

static int read_pipe(void)
{
	return in_read(pipe_ends[0]);
}

static int splice_pipe(void)
{
	return error_of(splice(pipe_ends[0], NULL, sink, NULL, 1, 0));
}

static void fill_pipe(void)
{
	fill(pipe_ends[1]);
}

static int write_pipe(void)
{
	int error = error_of(write(pipe_ends[1], "!", 1));

	drain_pipe();
	return error;
}

static int recv_socket(void)
{
	char byte;

	return error_of(recv(pair[0], &byte, 1, 0));
}

static int recv_in_time(void)
{
	struct timeval limit = { LONG_S, 0 }, no_limit = { 0, 0 };
	int error;

	CHECK_CALL(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit,
			      sizeof(limit)));
	error = recv_socket();
	CHECK_CALL(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &no_limit,
			      sizeof(no_limit)));
	return error;
}

static void fill_socket(void)
{
	fill(pair[0]);
}

static int send_socket(void)
{
	int error = error_of(send(pair[0], "!", 1, 0));

	drain_socket();
	return error;
}

static int in_accept(void)
{
	int fd = accept(listener, NULL, NULL), error = error_of(fd);

	close(fd);
	return error;
}

static void call_listener(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = CHECK_CALL(socket(AF_UNIX, SOCK_STREAM, 0));

	strcpy(un.sun_path, folder_path("socket"));
	CHECK_CALL(connect(fd, (struct sockaddr *)&un, sizeof(un)));
	close(fd);
}

static int read_event(void)
{
	return in_read(event);
}

static void raise_event(void)
{
	CHECK_CALL(write(event, &(uint64_t){ 1 }, 8));
}

static int read_timer(void)
{
	return in_read(timer);
}

static void end_timer(void)
{
	struct itimerspec soon = { .it_value.tv_nsec = 1 };

	CHECK_CALL(timerfd_settime(timer, 0, &soon, NULL));
}

static int read_signal(void)
{
	return in_read(sig_fd);
}

static void send_blocked(void)
{
	CHECK_CALL(kill(getppid(), SIGRTMIN + 1));
}

static int read_notify(void)
{
	return in_read(notify);
}

static void touch(void)
{
	close(CHECK_CALL(open(folder_path("lock"), O_WRONLY)));
}

static int read_pty(void)
{
	return in_read(pty);
}

static void put_pty(void)
{
	CHECK_CALL(write(slave, "!", 1));
}

/* Names, locks, children. */

static int open_fifo(void)
{
	int fd = open(folder_path("fifo"), O_RDONLY), error = error_of(fd);

	close(fd);
	return error;
}

static void open_other_end(void)
{
	close(CHECK_CALL(open(folder_path("fifo"), O_WRONLY)));
}

static int by_flock(void)
{
	int error = error_of(flock(lock_fd, LOCK_EX));

	CHECK_CALL(flock(lock_fd, LOCK_UN));
	return error;
}

static int by_range(int command)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int error = error_of(fcntl(lock_fd, command, &lock));

	lock.l_type = F_UNLCK;
	CHECK_CALL(fcntl(lock_fd, command, &lock));
	return error;
}

static int by_posix_lock(void)
{
	return by_range(F_SETLKW);
}

static int by_ofd_lock(void)
{
	return by_range(F_OFD_SETLKW);
}

/* Of the child: it has all three kinds before the victim asks for any. */
static long hold_locks(long hold)
{
	struct flock lock = { .l_type = hold ? F_WRLCK : F_UNLCK,
			      .l_whence = SEEK_SET };

	CHECK_CALL(flock(lock_fd, hold ? LOCK_EX : LOCK_UN));
	CHECK_CALL(fcntl(lock_fd, F_SETLKW, &lock));
	return 0;
}

static long open_lock(long unused)
{
	(void)unused;
	return lock_fd = CHECK_CALL(open(folder_path("lock"), O_RDWR));
}

static void leave_locks(void)
{
	hold_locks(0);
}

static long make_brother(long unused)
{
	(void)unused;
	brother = CHECK_CALL(syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0,
				     0, 0));
	if (!brother) {
		CHECK_CALL(prctl(PR_SET_PDEATHSIG, SIGKILL));
		for (;;)
			pause();
	}
	return brother;
}

static int in_waitpid(void)
{
	return error_of(waitpid(brother, NULL, 0));
}

static void end_brother(void)
{
	CHECK_CALL(kill(brother, SIGKILL));
}

/* Queues and semaphores. */

static int in_msgrcv(void)
{
	struct message m;

	return error_of(msgrcv(queue, &m, MSG_BYTES, 0, 0));
}

static int in_msgsnd(void)
{
	static struct message m = { .type = 1 };
	int error;

	while (!msgsnd(queue, &m, MSG_BYTES, IPC_NOWAIT))
		;
	CHECK(errno == EAGAIN, "msgsnd: %s", strerror(errno));
	error = error_of(msgsnd(queue, &m, MSG_BYTES, 0));
	while (msgrcv(queue, &m, MSG_BYTES, 0, IPC_NOWAIT) >= 0)
		;
	return error;
}

static int in_mq_receive(void)
{
	char byte;

	return error_of(mq_receive(mq, &byte, 1, NULL));
}

static void put_mq(void)
{
	CHECK_CALL(mq_send(mq, "!", 1, 0));
}

static void take_mq(void)
{
	char byte;

	CHECK_CALL(mq_receive(mq, &byte, 1, NULL));
}

static int in_mq_send(void)
{
	int error;

	for (int i = 0; i < MQ_DEPTH; i++)
		put_mq();
	error = error_of(mq_send(mq, "!", 1, 0));
	for (int i = 0; i < MQ_DEPTH; i++)
		take_mq();
	return error;
}

static int in_semop(void)
{
	return error_of(semop(semaphore, &(struct sembuf){ 0, -1, 0 }, 1));
}

static int in_semtimedop(void)
{
	struct timespec limit = { LONG_S, 0 };

	return error_of(semtimedop(semaphore, &(struct sembuf){ 0, -1, 0 }, 1,
				   &limit));
}

/* Waiting for descriptors, for signals, for time. */

static int in_poll(void)
{
	struct pollfd one = { pipe_ends[0], POLLIN, 0 };

	return error_of(poll(&one, 1, -1));
}

static int in_ppoll(void)
{
	struct pollfd one = { pipe_ends[0], POLLIN, 0 };
	struct timespec limit = { LONG_S, 0 };

	return error_of(ppoll(&one, 1, &limit, &blocked));
}

static int in_select(void)
{
	struct timeval limit = { LONG_S, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(pipe_ends[0], &set);
	return error_of(select(pipe_ends[0] + 1, &set, NULL, NULL, &limit));
}

static int in_epoll_wait(void)
{
	struct epoll_event one;

	return error_of(epoll_wait(epoll, &one, 1, LONG_S * 1000));
}

static int in_epoll_pwait(void)
{
	struct epoll_event one;

	return error_of(epoll_pwait(epoll, &one, 1, -1, &blocked));
}

static int in_pause(void)
{
	return error_of(pause());
}

static int in_sigsuspend(void)
{
	return error_of(sigsuspend(&blocked));
}

static int in_sigtimedwait(void)
{
	struct timespec limit = { LONG_S, 0 };

	return error_of(sigtimedwait(&blocked, NULL, &limit));
}

static int in_sigwaitinfo(void)
{
	return error_of(sigwaitinfo(&blocked, NULL));
}

/* What is left, and what is over, are the whole, but for the timer's slack. */
static int in_nanosleep(void)
{
	struct timespec want = { LONG_S, 0 }, left = { };
	uint64_t start = victim_clock_ms(CLOCK_MONOTONIC), over, rest;
	int error = error_of(nanosleep(&want, &left));

	over = victim_clock_ms(CLOCK_MONOTONIC) - start;
	rest = left.tv_sec * 1000 + left.tv_nsec / 1000000;
	CHECK(error != EINTR || (rest <= LONG_S * 1000 &&
				 rest + over + 2 >= LONG_S * 1000),
	      "%lu ms left after %lu", rest, over);
	return error;
}

/* A moment is a moment: what is left of it is not said. */
static int in_absolute_sleep(void)
{
	struct timespec until, left = { 4711, 4711 };
	int error;

	CHECK_CALL(clock_gettime(CLOCK_MONOTONIC, &until));
	until.tv_sec += LONG_S;
	error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, &left);
	CHECK(left.tv_sec == 4711 && left.tv_nsec == 4711,
	      "an absolute sleep left %ld s", left.tv_sec);
	return error;
}

static int in_futex(void)
{
	int error = error_of(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0,
				     NULL, NULL, 0));

	error = error == EAGAIN && word ? 0 : error;
	word = 0;
	return error;
}

static int in_timed_futex(void)
{
	struct timespec limit = { LONG_S, 0 };

	return error_of(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0,
				&limit, NULL, 0));
}

static void change_word(void)
{
	CHECK_CALL(kill(getppid(), SIGUSR2));
}

/*
 * @begin is done by the victim before the child hears of anything, so @wake is
 * never too early; @prepare by the child. Who cannot be woken always ends with
 * EINTR.
 */
static const struct way {
	const char *name;
	int (*wait)(void);
	void (*wake)(void);
	partner_job prepare;
	void (*begin)(void);
} ways[] = {
	{ "read of a pipe", read_pipe, put_pipe, NULL, NULL },
	{ "write to a pipe", write_pipe, empty_pipe, NULL, fill_pipe },
	{ "splice", splice_pipe, put_pipe, NULL, NULL },
	{ "recv", recv_socket, put_socket, NULL, NULL },
	{ "recv with a limit", recv_in_time, NULL, NULL, NULL },
	{ "send", send_socket, drain_socket, NULL, fill_socket },
	{ "accept", in_accept, call_listener, NULL, NULL },
	{ "read of eventfd", read_event, raise_event, NULL, NULL },
	{ "read of timerfd", read_timer, end_timer, NULL, NULL },
	{ "read of signalfd", read_signal, send_blocked, NULL, NULL },
	{ "read of inotify", read_notify, touch, NULL, NULL },
	{ "read of a terminal", read_pty, put_pty, NULL, NULL },
	{ "open of a FIFO", open_fifo, open_other_end, NULL, NULL },
	{ "flock", by_flock, leave_locks, hold_locks, NULL },
	{ "F_SETLKW", by_posix_lock, leave_locks, hold_locks, NULL },
	{ "F_OFD_SETLKW", by_ofd_lock, leave_locks, hold_locks, NULL },
	{ "waitpid", in_waitpid, end_brother, make_brother, NULL },
	{ "mq_receive", in_mq_receive, put_mq, NULL, NULL },
	{ "mq_send", in_mq_send, take_mq, NULL, NULL },
	{ "futex", in_futex, change_word, NULL, NULL },
	{ "msgrcv", in_msgrcv, NULL, NULL, NULL },
	{ "msgsnd", in_msgsnd, NULL, NULL, NULL },
	{ "semop", in_semop, NULL, NULL, NULL },
	{ "semtimedop", in_semtimedop, NULL, NULL, NULL },
	{ "poll", in_poll, NULL, NULL, NULL },
	{ "ppoll", in_ppoll, NULL, NULL, NULL },
	{ "select", in_select, NULL, NULL, NULL },
	{ "epoll_wait", in_epoll_wait, NULL, NULL, NULL },
	{ "epoll_pwait", in_epoll_pwait, NULL, NULL, NULL },
	{ "pause", in_pause, NULL, NULL, NULL },
	{ "sigsuspend", in_sigsuspend, NULL, NULL, NULL },
	{ "sigtimedwait", in_sigtimedwait, NULL, NULL, NULL },
	{ "sigwaitinfo", in_sigwaitinfo, NULL, NULL, NULL },
	{ "nanosleep", in_nanosleep, NULL, NULL, NULL },
	{ "clock_nanosleep", in_absolute_sleep, NULL, NULL, NULL },
	{ "futex with a limit", in_timed_futex, NULL, NULL, NULL },
};

static void open_kinds(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct mq_attr attr = { .mq_maxmsg = MQ_DEPTH, .mq_msgsize = 1 };
	char name[64];

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGRTMIN + 1);
	CHECK_CALL(sigprocmask(SIG_BLOCK, &blocked, NULL));
	CHECK_CALL(pipe(pipe_ends));
	CHECK_CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	CHECK(strlen(folder_path("socket")) < sizeof(un.sun_path), "a long path");
	strcpy(un.sun_path, folder_path("socket"));
	listener = CHECK_CALL(socket(AF_UNIX, SOCK_STREAM, 0));
	CHECK_CALL(bind(listener, (struct sockaddr *)&un, sizeof(un)));
	CHECK_CALL(listen(listener, 1));
	event = CHECK_CALL(eventfd(0, 0));
	timer = CHECK_CALL(timerfd_create(CLOCK_MONOTONIC, 0));
	sig_fd = CHECK_CALL(signalfd(-1, &blocked, 0));
	lock_fd = CHECK_CALL(open(folder_path("lock"), O_CREAT | O_RDWR, 0600));
	notify = CHECK_CALL(inotify_init1(0));
	CHECK_CALL(inotify_add_watch(notify, folder_path("lock"),
				     IN_CLOSE_WRITE));
	pty = CHECK_CALL(posix_openpt(O_RDWR | O_NOCTTY));
	CHECK_CALL(grantpt(pty));
	CHECK_CALL(unlockpt(pty));
	slave = CHECK_CALL(open(ptsname(pty), O_RDWR | O_NOCTTY));
	CHECK_CALL(mkfifo(folder_path("fifo"), 0600));
	sink = CHECK_CALL(open("/dev/null", O_WRONLY));
	epoll = CHECK_CALL(epoll_create1(0));
	CHECK_CALL(epoll_ctl(epoll, EPOLL_CTL_ADD, pipe_ends[0],
			     &(struct epoll_event){ .events = EPOLLIN }));
	queue = CHECK_CALL(msgget(IPC_PRIVATE, 0600));
	semaphore = CHECK_CALL(semget(IPC_PRIVATE, 1, 0600));
	snprintf(name, sizeof(name), "/restarts.%d", getpid());
	mq = CHECK_CALL(mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attr));
	CHECK_CALL(mq_unlink(name));
}

static void close_kinds(void)
{
	CHECK_CALL(msgctl(queue, IPC_RMID, NULL));
	CHECK_CALL(semctl(semaphore, 0, IPC_RMID));
	CHECK_CALL(unlink(folder_path("socket")));
	CHECK_CALL(unlink(folder_path("lock")));
	CHECK_CALL(unlink(folder_path("fifo")));
}

#endif
