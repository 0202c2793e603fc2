// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holds one of everything that others can see of it: descriptors of all kinds
 * with a state, three kinds of locks, signals that are blocked, ignored, caught
 * and waiting. All of that stays as it is until the end.
 */
#include "folder.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>

enum { QUEUED = 3, COUNT = 5, PLACE = 1234 };

static int file, counter, timer;

static void on_signal(int sig)
{
	(void)sig;
}

static int lock_file(const char *name)
{
	return CHECK_CALL(open(folder_path(name), O_CREAT | O_RDWR, 0600));
}

static void hold_locks(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET,
			      .l_start = 10, .l_len = 20 };

	CHECK_CALL(flock(lock_file("flock"), LOCK_EX));
	CHECK_CALL(fcntl(lock_file("posix"), F_SETLK, &lock));
	lock.l_type = F_RDLCK;
	CHECK_CALL(fcntl(lock_file("ofd"), F_OFD_SETLK, &lock));
}

static void hold_files(void)
{
	struct itimerspec later = { .it_value.tv_sec = 100000,
				    .it_interval.tv_sec = 7 };
	struct epoll_event event = { EPOLLIN | EPOLLET, { .u64 = 0xabcdef } };
	int ends[2], epoll, watch;
	sigset_t set;

	file = lock_file("file");
	CHECK_CALL(fcntl(file, F_SETFL, O_APPEND | O_NONBLOCK));
	CHECK_CALL(lseek(file, PLACE, SEEK_SET));
	CHECK_CALL(open(folder, O_PATH | O_CLOEXEC));
	CHECK_CALL(pipe(ends));
	counter = CHECK_CALL(eventfd(COUNT, EFD_SEMAPHORE | EFD_NONBLOCK));
	timer = CHECK_CALL(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
	CHECK_CALL(timerfd_settime(timer, 0, &later, NULL));
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 7);
	CHECK_CALL(signalfd(-1, &set, 0));
	epoll = CHECK_CALL(epoll_create1(0));
	CHECK_CALL(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event));
	watch = CHECK_CALL(inotify_init1(0));
	CHECK_CALL(inotify_add_watch(watch, folder, IN_MOVE));
	CHECK_CALL(posix_openpt(O_RDWR | O_NOCTTY));
}

static void hold_sockets(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = CHECK_CALL(socket(AF_INET, SOCK_STREAM, 0));

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK_CALL(bind(fd, (struct sockaddr *)&in, sizeof(in)));
	CHECK_CALL(listen(fd, 1));
	fd = CHECK_CALL(socket(AF_INET, SOCK_DGRAM, 0));
	CHECK_CALL(bind(fd, (struct sockaddr *)&in, sizeof(in)));
	CHECK(strlen(folder_path("unix")) < sizeof(un.sun_path), "a long path");
	strcpy(un.sun_path, folder_path("unix"));
	fd = CHECK_CALL(socket(AF_UNIX, SOCK_SEQPACKET, 0));
	CHECK_CALL(bind(fd, (struct sockaddr *)&un, sizeof(un)));
	CHECK_CALL(listen(fd, 1));
}

static void hold_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal,
				.sa_flags = SA_RESTART };
	sigset_t set;

	CHECK_CALL(sigaction(SIGUSR1, &sa, NULL));
	CHECK_CALL(sigaction(SIGRTMAX - 1, &sa, NULL));
	CHECK(signal(SIGHUP, SIG_IGN) != SIG_ERR, "signal");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGRTMIN + 7);
	CHECK_CALL(sigprocmask(SIG_BLOCK, &set, NULL));
	for (int i = 0; i < QUEUED; i++)
		CHECK_CALL(sigqueue(getpid(), SIGRTMIN + 7,
				    (union sigval){ i }));
	CHECK_CALL(raise(SIGUSR2));
}

static void check_held(void)
{
	struct itimerspec left;
	sigset_t pending;

	CHECK(lseek(file, 0, SEEK_CUR) == PLACE, "the place is %ld",
	      lseek(file, 0, SEEK_CUR));
	CHECK_CALL(timerfd_gettime(timer, &left));
	CHECK(left.it_value.tv_sec <= 100000 && left.it_value.tv_sec > 90000 &&
	      left.it_interval.tv_sec == 7, "%ld s left", left.it_value.tv_sec);
	CHECK_CALL(sigpending(&pending));
	CHECK(sigismember(&pending, SIGUSR2) &&
	      sigismember(&pending, SIGRTMIN + 7), "signals are lost");
}

static void check_signals(void)
{
	struct timespec none = { 0, 0 };
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 7);
	for (int i = 0; i < QUEUED; i++)
		CHECK(sigtimedwait(&set, &info, &none) == SIGRTMIN + 7 &&
		      info.si_value.sival_int == i && info.si_pid == getpid(),
		      "signal %d: value %d of %d", i, info.si_value.sival_int,
		      info.si_pid);
	CHECK(sigtimedwait(&set, &info, &none) == -1 && errno == EAGAIN,
	      "one signal more: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	static const char * const names[] = {
		"flock", "posix", "ofd", "file", "unix",
	};
	uint64_t value;

	victim_begin(argc, argv);
	folder_begin();
	hold_locks();
	hold_files();
	hold_sockets();
	hold_signals();
	while (victim_next())
		check_held();
	check_signals();
	for (int i = 0; i < COUNT; i++)
		CHECK(read(counter, &value, 8) == 8 && value == 1, "eventfd");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		CHECK_CALL(unlink(folder_path(names[i])));
	folder_end();
	return victim_pass();
}
