// SPDX-License-Identifier: GPL-2.0-only
/*
 * POSIX and System V message queues and System V semaphores, shared with a child
 * at home: order, priorities and types, full and empty, who was the last.
 */
#include "partner.h"

#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>

enum { DEPTH = 6, SIZE = 500, DELAY_MS = 5, WAIT_S = 60, SEMAPHORES = 3 };

union semun {
	int val;
	struct semid_ds *buf;
	unsigned short *array;
};

struct message {
	long type;
	char bytes[SIZE];
};

static mqd_t mq;
static char mq_name[64];
static int queue, semaphores;

static struct timespec in_a_minute(void)
{
	struct timespec ts;

	CHECK_CALL(clock_gettime(CLOCK_REALTIME, &ts));
	ts.tv_sec += WAIT_S;
	return ts;
}

/* The child's jobs. */

static long mq_send_later(long priority)
{
	char bytes[SIZE];

	usleep(DELAY_MS * 1000);
	memset(bytes, 'A' + priority, SIZE);
	return mq_send(mq, bytes, SIZE - priority, priority);
}

static long mq_take_later(long unused)
{
	unsigned int priority = 0;
	char bytes[SIZE];

	(void)unused;
	usleep(DELAY_MS * 1000);
	CHECK_CALL(mq_receive(mq, bytes, SIZE, &priority));
	return priority;
}

static long msg_send_later(long type)
{
	struct message m = { .type = type };

	usleep(DELAY_MS * 1000);
	memset(m.bytes, 'a' + type, SIZE);
	return msgsnd(queue, &m, SIZE - type, 0);
}

static long msg_take_later(long type)
{
	struct message m;

	usleep(DELAY_MS * 1000);
	CHECK_CALL(msgrcv(queue, &m, SIZE, type, 0));
	return m.type;
}

static long raise_later(long number)
{
	struct sembuf up = { number, 1, 0 };

	usleep(DELAY_MS * 1000);
	return semop(semaphores, &up, 1);
}

static long lower(long number)
{
	struct sembuf down = { number, -1, 0 };

	return semop(semaphores, &down, 1);
}

/* The victim's half. */

static void mq_put(unsigned int priority, char fill)
{
	struct timespec limit = in_a_minute();
	char bytes[SIZE];

	memset(bytes, fill, SIZE);
	CHECK_CALL(mq_timedsend(mq, bytes, SIZE - priority, priority, &limit));
}

static void mq_is_next(unsigned int want, char fill)
{
	struct timespec limit = in_a_minute();
	unsigned int priority = 999;
	char bytes[SIZE] = "";
	ssize_t got;

	got = CHECK_CALL(mq_timedreceive(mq, bytes, SIZE, &priority, &limit));
	CHECK(priority == want && got == SIZE - (ssize_t)want,
	      "%zd bytes of priority %u, not %u", got, priority, want);
	for (ssize_t i = 0; i < got; i++)
		CHECK(bytes[i] == fill, "byte %zd is %c, not %c", i, bytes[i],
		      fill);
}

/* Priorities first, then the order in which they came; full and empty. */
static void posix_queue(void)
{
	struct timespec past = { 1, 0 };
	struct mq_attr attr;
	char bytes[SIZE];

	mq_put(1, 'a');
	mq_put(5, 'b');
	mq_put(1, 'c');
	mq_put(30, 'd');
	CHECK_CALL(mq_getattr(mq, &attr));
	CHECK(attr.mq_curmsgs == 4 && attr.mq_maxmsg == DEPTH &&
	      attr.mq_msgsize == SIZE && !attr.mq_flags,
	      "%ld of %ld messages of %ld bytes", attr.mq_curmsgs,
	      attr.mq_maxmsg, attr.mq_msgsize);
	mq_is_next(30, 'd');
	mq_is_next(5, 'b');
	mq_is_next(1, 'a');
	mq_is_next(1, 'c');
	CHECK(mq_timedreceive(mq, bytes, SIZE, NULL, &past) == -1 &&
	      errno == ETIMEDOUT, "an empty queue: %s", strerror(errno));
	CHECK(mq_receive(mq, bytes, SIZE - 1, NULL) == -1 && errno == EMSGSIZE,
	      "a small buffer: %s", strerror(errno));
	partner_tell(mq_send_later, 3);
	mq_is_next(3, 'D');
	CHECK(!partner_hear(), "the child's mq_send");
	for (int i = 0; i < DEPTH; i++)
		mq_put(i, 'f');
	attr.mq_flags = O_NONBLOCK;
	CHECK_CALL(mq_setattr(mq, &attr, NULL));
	CHECK(mq_send(mq, bytes, 1, 0) == -1 && errno == EAGAIN,
	      "a full queue: %s", strerror(errno));
	attr.mq_flags = 0;
	CHECK_CALL(mq_setattr(mq, &attr, NULL));
	partner_tell(mq_take_later, 0);
	mq_put(0, 'g');
	CHECK(partner_hear() == DEPTH - 1, "the child got a smaller priority");
	for (int i = DEPTH - 2; i >= 0; i--)
		mq_is_next(i, 'f');
	mq_is_next(0, 'g');
}

/* A signal says that the empty queue has a message. */
static void posix_notice(void)
{
	struct sigevent how = { .sigev_notify = SIGEV_SIGNAL,
				.sigev_signo = SIGRTMIN + 6,
				.sigev_value.sival_int = 4242 };
	struct timespec limit = { WAIT_S, 0 };
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 6);
	CHECK_CALL(mq_notify(mq, &how));
	CHECK(mq_notify(mq, &how) == -1 && errno == EBUSY, "a second notice");
	partner_tell(mq_send_later, 7);
	CHECK(CHECK_CALL(sigtimedwait(&set, &info, &limit)) == SIGRTMIN + 6,
	      "another signal");
	CHECK(info.si_code == SI_MESGQ && info.si_value.sival_int == 4242 &&
	      info.si_pid == partner_pid, "code %d, value %d, of %d",
	      info.si_code, info.si_value.sival_int, info.si_pid);
	CHECK(!partner_hear(), "the child's mq_send");
	mq_is_next(7, 'H');
}

static void msg_put(long type)
{
	struct message m = { .type = type };

	memset(m.bytes, '0' + type, SIZE);
	CHECK_CALL(msgsnd(queue, &m, SIZE - type, 0));
}

static void msg_is_next(long ask, long type, char first)
{
	struct message m = { };
	ssize_t got = CHECK_CALL(msgrcv(queue, &m, SIZE, ask, 0));

	CHECK(m.type == type && got == SIZE - type, "%zd bytes of type %ld, not %ld",
	      got, m.type, type);
	for (ssize_t i = 0; i < got; i++)
		CHECK(m.bytes[i] == first, "byte %zd is %c, not %c", i,
		      m.bytes[i], first);
}

static void sysv_queue(void)
{
	struct msqid_ds about;
	struct message m;

	for (long type = 1; type <= 4; type++)
		msg_put(type);
	msg_is_next(3, 3, '3');
	msg_is_next(-4, 1, '1');
	msg_is_next(0, 2, '2');
	CHECK(msgrcv(queue, &m, 10, 4, 0) == -1 && errno == E2BIG,
	      "a small buffer: %s", strerror(errno));
	CHECK(msgrcv(queue, &m, 10, 4, MSG_NOERROR) == 10 && m.bytes[9] == '4',
	      "a message that was cut");
	CHECK(msgrcv(queue, &m, SIZE, 0, IPC_NOWAIT) == -1 && errno == ENOMSG,
	      "an empty queue: %s", strerror(errno));
	CHECK_CALL(msgctl(queue, IPC_STAT, &about));
	CHECK(about.msg_lspid == getpid() && about.msg_lrpid == getpid() &&
	      !about.msg_qnum, "the last were %d and %d", about.msg_lspid,
	      about.msg_lrpid);
	partner_tell(msg_send_later, 8);
	msg_is_next(8, 8, 'i');
	CHECK(!partner_hear(), "the child's msgsnd");
	partner_tell(msg_take_later, 5);
	msg_put(5);
	CHECK(partner_hear() == 5, "the child got another type");
	CHECK_CALL(msgctl(queue, IPC_STAT, &about));
	CHECK(about.msg_lspid == getpid() && about.msg_lrpid == partner_pid,
	      "the last were %d and %d", about.msg_lspid, about.msg_lrpid);
}

static int value_of(int number)
{
	return CHECK_CALL(semctl(semaphores, number, GETVAL));
}

static void sysv_semaphores(void)
{
	unsigned short values[SEMAPHORES] = { 0, 2, 5 };
	struct sembuf all[3] = { { 0, -1, 0 }, { 1, -2, 0 }, { 2, 1, 0 } };
	struct timespec none = { 0, 1 }, limit = { WAIT_S, 0 };
	union semun arg = { .array = values };
	struct sembuf zero = { 1, 0, 0 };

	CHECK_CALL(semctl(semaphores, 0, SETALL, arg));
	CHECK(semtimedop(semaphores, all, 3, &none) == -1 && errno == EAGAIN,
	      "semtimedop: %s", strerror(errno));
	CHECK(value_of(1) == 2 && value_of(2) == 5, "half of it was done");
	partner_tell(raise_later, 0);
	CHECK_CALL(semtimedop(semaphores, all, 3, &limit));
	CHECK(!partner_hear(), "the child's semop");
	memset(values, 9, sizeof(values));
	CHECK_CALL(semctl(semaphores, 0, GETALL, arg));
	CHECK(!values[0] && !values[1] && values[2] == 6, "values %u %u %u",
	      values[0], values[1], values[2]);
	CHECK(semctl(semaphores, 2, GETPID) == getpid(), "the last was %d",
	      semctl(semaphores, 2, GETPID));
	CHECK_CALL(semop(semaphores, &zero, 1));
	/* The child waits: seen from here, and let go. */
	partner_tell(lower, 0);
	while (CHECK_CALL(semctl(semaphores, 0, GETNCNT)) != 1)
		usleep(1000);
	CHECK_CALL(semop(semaphores, &(struct sembuf){ 0, 1, 0 }, 1));
	CHECK(!partner_hear(), "the child's semop");
	CHECK(semctl(semaphores, 0, GETPID) == partner_pid, "the last was %d",
	      semctl(semaphores, 0, GETPID));
	all[1].sem_flg = IPC_NOWAIT;
	CHECK(semop(semaphores, &all[1], 1) == -1 && errno == EAGAIN,
	      "semop without waiting: %s", strerror(errno));
}

static void prepare(void)
{
	struct mq_attr attr = { .mq_maxmsg = DEPTH, .mq_msgsize = SIZE };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 6);
	CHECK_CALL(sigprocmask(SIG_BLOCK, &set, NULL));
	snprintf(mq_name, sizeof(mq_name), "/victim.%d", getpid());
	mq = CHECK_CALL(mq_open(mq_name, O_CREAT | O_EXCL | O_RDWR, 0600,
				&attr));
	queue = CHECK_CALL(msgget(IPC_PRIVATE, 0600));
	semaphores = CHECK_CALL(semget(IPC_PRIVATE, SEMAPHORES, 0600));
}

int main(int argc, char **argv)
{
	mqd_t again;

	victim_begin(argc, argv);
	prepare();
	partner_begin();
	while (victim_next()) {
		posix_queue();
		posix_notice();
		sysv_queue();
		sysv_semaphores();
		again = CHECK_CALL(mq_open(mq_name, O_RDONLY));
		CHECK_CALL(mq_close(again));
	}
	partner_end();
	CHECK_CALL(mq_unlink(mq_name));
	CHECK(mq_open(mq_name, O_RDONLY) == -1 && errno == ENOENT,
	      "the name is still there");
	CHECK_CALL(msgctl(queue, IPC_RMID, NULL));
	CHECK_CALL(semctl(semaphores, 0, IPC_RMID));
	return victim_pass();
}
