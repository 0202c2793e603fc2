/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A partner: a child that is there before the victim says that it is ready, so
 * only the victim is moved. It does one job after the other and answers.
 *
 *	partner_begin();
 *	answer = partner_ask(job, value);	answer of job(value)
 *	partner_tell(job, value);		the same without waiting ...
 *	answer = partner_hear();		... until here
 *	partner_end();
 *
 * A job is a function of the victim. It knows the descriptors and paths from
 * before partner_begin(), and what other jobs have left.
 */
#ifndef PARTNER_H
#define PARTNER_H

#include "victim.h"

#include <sys/socket.h>
#include <sys/wait.h>

typedef long (*partner_job)(long value);

/* Both run the same program at the same addresses: a job is its address. */
struct partner_order {
	partner_job job;
	long value;
};

enum { PARTNER_DONE = 42 };

static int partner_fd;
static pid_t partner_pid;

__attribute__((noreturn)) static inline void partner_serve(int fd)
{
	struct partner_order order;
	long answer;
	ssize_t got;

	CHECK(signal(SIGTERM, SIG_IGN) != SIG_ERR, "signal");
	for (;;) {
		got = recv(fd, &order, sizeof(order), 0);
		if (got == -1 && errno == EINTR)
			continue;
		if (got != sizeof(order))
			_exit(PARTNER_DONE);
		answer = order.job(order.value);
		/* A victim that has failed does not listen any more. */
		if (send(fd, &answer, sizeof(answer), MSG_NOSIGNAL) !=
		    sizeof(answer))
			_exit(PARTNER_DONE);
	}
}

static inline void partner_begin(void)
{
	int pair[2];

	CHECK_CALL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	partner_pid = CHECK_CALL(fork());
	if (!partner_pid) {
		close(pair[0]);
		partner_serve(pair[1]);
	}
	close(pair[1]);
	partner_fd = pair[0];
}

static inline void partner_tell(partner_job job, long value)
{
	struct partner_order order = { job, value };
	ssize_t ret;

	do {
		ret = send(partner_fd, &order, sizeof(order), MSG_NOSIGNAL);
	} while (ret == -1 && errno == EINTR);
	CHECK(ret == sizeof(order), "the partner is gone: %s", strerror(errno));
}

static inline long partner_hear(void)
{
	long answer;
	ssize_t ret;

	do {
		ret = recv(partner_fd, &answer, sizeof(answer), 0);
	} while (ret == -1 && errno == EINTR);
	CHECK(ret == sizeof(answer), "the partner hung up: %zd", ret);
	return answer;
}

static inline long partner_ask(partner_job job, long value)
{
	partner_tell(job, value);
	return partner_hear();
}

static inline void partner_end(void)
{
	int status;
	pid_t pid;

	close(partner_fd);
	do {
		pid = waitpid(partner_pid, &status, 0);
	} while (pid == -1 && errno == EINTR);
	CHECK(pid == partner_pid, "waitpid: %d, %s", pid, strerror(errno));
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == PARTNER_DONE,
	      "the partner ended with %#x", status);
}

#endif
