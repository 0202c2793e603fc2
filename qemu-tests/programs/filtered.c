// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program whose own seccomp filter stands in the way of some calls, by each
 * way in which a filter can: an error, a signal, a supervisor's word, the end of
 * the thread. Some of the calls are made at home by a process that is away, some
 * where it is.
 *
 *	filtered [die]	with "die" its last call is one that kills it
 */
#include "thread.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/ucontext.h>
#include <sys/utsname.h>

enum {
	NO_PARENT = 71, NO_YIELD, NO_EXEC, TRAPPED = 55,
	ASKED_FOR = 4321, TOLD = 4242, DEADLY = 1234, LAST = 99, PAGE = 4096,
	BY_SECCOMP = 1,		/* si_code */
};

#define FIELD(name) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))
#define IF(value, then, otherwise) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, then, otherwise)
#define SAY(action) BPF_STMT(BPF_RET | BPF_K, action)

static const struct sock_filter filter[] = {
	FIELD(nr),
	IF(SYS_getppid, 0, 1), SAY(SECCOMP_RET_ERRNO | NO_PARENT),
	IF(SYS_sched_yield, 0, 1), SAY(SECCOMP_RET_ERRNO | NO_YIELD),
	IF(SYS_uname, 0, 1), SAY(SECCOMP_RET_USER_NOTIF),
	IF(SYS_mincore, 0, 1), SAY(SECCOMP_RET_KILL_THREAD),
	IF(SYS_getsid, 0, 7),
	FIELD(args[0]),
	IF(ASKED_FOR, 0, 1), SAY(SECCOMP_RET_TRAP | TRAPPED),
	IF(DEADLY, 0, 1), SAY(SECCOMP_RET_KILL_PROCESS),
	IF(LAST, 0, 5), SAY(SECCOMP_RET_KILL_THREAD),
	IF(SYS_mprotect, 0, 3),
	FIELD(args[2]),
	IF(PROT_READ | PROT_WRITE | PROT_EXEC, 0, 1),
	SAY(SECCOMP_RET_ERRNO | NO_EXEC),
	SAY(SECCOMP_RET_ALLOW),
};

static int install(void)
{
	struct sock_fprog program = { ARRAY_SIZE(filter),
				      (struct sock_filter *)filter };

	CHECK_CALL(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	return CHECK_CALL(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
				  SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
}

/* The child answers for the calls that the filter hands over, until it dies. */
static void supervise(int listener)
{
	pid_t parent = getpid();

	if (CHECK_CALL(fork()))
		return;
	CHECK_CALL(prctl(PR_SET_PDEATHSIG, SIGKILL));
	for (;;) {
		struct seccomp_notif call = { 0 };
		struct seccomp_notif_resp answer = { .val = TOLD };

		/* ENOENT: the caller was interrupted, and asks again. */
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call))
			continue;
		if (call.data.nr != SYS_uname || call.pid != (__u32)parent)
			answer.error = -EBADMSG;
		answer.id = call.id;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
}

static volatile sig_atomic_t trapped;
static void *volatile trapped_at;

static void on_trap(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	trapped_at = info->si_call_addr;
	trapped = sig == SIGSYS && info->si_code == BY_SECCOMP &&
		  info->si_errno == TRAPPED && info->si_syscall == SYS_getsid &&
		  info->si_arch == AUDIT_ARCH_X86_64 &&
		  uc->uc_mcontext.gregs[REG_RAX] == SYS_getsid &&
		  (uintptr_t)info->si_call_addr ==
			  (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
	uc->uc_mcontext.gregs[REG_RAX] = ASKED_FOR;
}

#define CHECK_REFUSED(call, error) \
	do { \
		long ret = (call); \
		CHECK(ret == -1 && errno == (error), #call ": %ld, %s", ret, \
		      strerror(errno)); \
	} while (0)

static void *yield(void *arg)
{
	(void)arg;
	CHECK_REFUSED(syscall(SYS_sched_yield), NO_YIELD);
	return NULL;
}

/* Each makes a call that is its last, at home or where it is. */
static void *end_at_home(void *arg)
{
	syscall(SYS_getsid, LAST);
	victim_fail("a thread survives its last call, %p", arg);
}

static void *end_here(void *arg)
{
	syscall(SYS_mincore, 0, 0, 0);
	victim_fail("a thread survives its last call, %p", arg);
}

static void end_threads(void)
{
	pthread_t one = thread_start(end_at_home, NULL);
	pthread_t other = thread_start(end_here, NULL);

	thread_end(one);
	thread_end(other);
}

int main(int argc, char **argv)
{
	struct sigaction act = { .sa_sigaction = on_trap,
				 .sa_flags = SA_SIGINFO };
	struct utsname name;
	char *page;
	long ret;

	victim_begin(argc, argv);
	CHECK_CALL(sigaction(SIGSYS, &act, NULL));
	page = CHECK_CALL(mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	supervise(install());
	while (victim_next()) {
		CHECK_REFUSED(syscall(SYS_getppid), NO_PARENT);
		yield(NULL);
		CHECK_REFUSED(mprotect(page, PAGE, PROT_READ | PROT_WRITE |
				       PROT_EXEC), NO_EXEC);
		CHECK_CALL(mprotect(page, PAGE, PROT_READ));
		CHECK_CALL(mprotect(page, PAGE, PROT_READ | PROT_WRITE));
		*page = victim.done;
		trapped = 0;
		ret = syscall(SYS_getsid, ASKED_FOR);
		CHECK(trapped && ret == ASKED_FOR, "trap: %d, %ld, at %p",
		      trapped, ret, trapped_at);
		ret = syscall(SYS_uname, &name);
		CHECK(ret == TOLD, "the supervisor's word: %ld, %s", ret,
		      strerror(errno));
		CHECK(getsid(0) > 0, "what no filter forbids: %s",
		      strerror(errno));
		thread_end(thread_start(yield, NULL));
		end_threads();
	}
	if (argc > optind && !strcmp(argv[optind], "die"))
		syscall(SYS_getsid, DEADLY);
	return victim_pass();
}
