// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers: real-time signals of a child at home come all, in order, with their
 * values; within handlers, again in the same one, once only, on another stack,
 * left by siglongjmp, with another mask behind them than before.
 */
#include "partner.h"

#include <setjmp.h>
#include <ucontext.h>

enum { NUMBERS = 3, EACH = 20, DEPTH = 6, STACK_BYTES = 256 * 1024 };

enum { JUMPS = 20, DELAY_MS = 2 };

static volatile int seen[NUMBERS], total, wrong, depth, deepest;
static volatile bool all_were_sent, calls;
static siginfo_t first_wrong;
static sigjmp_buf back;
static char *stack;

static sigset_t set_of(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	return set;
}

static void install(int sig, void (*handler)(int, siginfo_t *, void *),
		    int flags, const sigset_t *mask)
{
	struct sigaction sa = { .sa_sigaction = handler,
				.sa_flags = SA_SIGINFO | flags };

	if (mask)
		sa.sa_mask = *mask;
	CHECK_CALL(sigaction(sig, &sa, NULL));
}

static void no_handler_is_left(int sig)
{
	sigset_t now;

	CHECK_CALL(sigprocmask(SIG_BLOCK, NULL, &now));
	CHECK(!sigismember(&now, sig), "signal %d is still blocked", sig);
}

/* The child's jobs. */

static long send_queued(long unused)
{
	(void)unused;
	for (int i = 0; i < EACH; i++)
		for (int n = NUMBERS - 1; n >= 0; n--)
			CHECK_CALL(sigqueue(getppid(), SIGRTMIN + 8 + n,
					    (union sigval){ i }));
	return 0;
}

static long kill_later(long sig)
{
	usleep(DELAY_MS * 1000);
	return kill(getppid(), sig);
}

/* The victim's handlers and what they are for. */

static void on_queued(int sig, siginfo_t *info, void *context)
{
	int n = sig - SIGRTMIN - 8;

	(void)context;
	if (!wrong && (info->si_value.sival_int != seen[n] ||
		       info->si_pid != partner_pid ||
		       info->si_uid != getuid() || info->si_code != SI_QUEUE ||
		       info->si_signo != sig)) {
		first_wrong = *info;
		wrong = 1 + seen[n];
	}
	/* Every smaller number has come before. */
	for (int i = 0; i < n && all_were_sent; i++)
		if (seen[i] != EACH)
			wrong = 1000 + n;
	/* A call in a handler: what waits here waits where it is made. */
	if (calls)
		getppid();
	seen[n]++;
	total++;
}

static void check_queued(const char *how)
{
	CHECK(!wrong, "%s: signal %d of %d, value %d, code %d, wrong as %d",
	      how, first_wrong.si_signo, first_wrong.si_pid,
	      first_wrong.si_value.sival_int, first_wrong.si_code, wrong);
	CHECK(total == NUMBERS * EACH, "%s: %d signals of %d", how, total,
	      NUMBERS * EACH);
}

static void forget(void)
{
	for (int i = 0; i < NUMBERS; i++)
		seen[i] = 0;
	total = 0;
	wrong = 0;
}

/* As they are sent, then all at once; a handler keeps all others away. */
static void queued(void)
{
	sigset_t all, mine, old, pending;

	sigfillset(&all);
	sigemptyset(&mine);
	for (int n = 0; n < NUMBERS; n++) {
		sigaddset(&mine, SIGRTMIN + 8 + n);
		install(SIGRTMIN + 8 + n, on_queued, SA_RESTART, &all);
	}
	for (int i = 0; i < 2; i++) {
		forget();
		calls = i;
		CHECK(!partner_ask(send_queued, 0), "sigqueue in the child");
		check_queued(calls ? "with calls" : "one by one");
	}
	calls = false;
	forget();
	all_were_sent = true;
	CHECK_CALL(sigprocmask(SIG_BLOCK, &mine, &old));
	CHECK(!partner_ask(send_queued, 0), "sigqueue in the child");
	CHECK(!total, "%d blocked signals", total);
	CHECK_CALL(sigpending(&pending));
	for (int n = 0; n < NUMBERS; n++)
		CHECK(sigismember(&pending, SIGRTMIN + 8 + n),
		      "signal %d is not pending", SIGRTMIN + 8 + n);
	CHECK_CALL(sigprocmask(SIG_SETMASK, &old, NULL));
	check_queued("all at once");
	all_were_sent = false;
}

static void on_deeper(int sig, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	if (++depth > deepest)
		deepest = depth;
	if (depth < DEPTH)
		raise(sig);
	depth--;
	total++;
}

/* In itself with SA_NODEFER, after itself without. */
static void again_in_itself(void)
{
	total = 0;
	deepest = 0;
	install(SIGUSR1, on_deeper, SA_NODEFER, NULL);
	CHECK_CALL(raise(SIGUSR1));
	CHECK(deepest == DEPTH && total == DEPTH,
	      "SA_NODEFER: %d deep, %d times", deepest, total);
	no_handler_is_left(SIGUSR1);
}

static void on_raise_other(int sig, siginfo_t *info, void *context)
{
	int before = total;

	(void)info;
	(void)context;
	raise(sig == SIGUSR1 ? SIGUSR2 : SIGRTMIN + 12);
	/* What is raised in a handler that does not block it comes at once. */
	if (total != before + (sig == SIGUSR1 ? 2 : 1))
		wrong = sig;
	total++;
}

static void on_count(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	(void)context;
	total++;
}

static void on_blocked_raise(int sig, siginfo_t *info, void *context)
{
	int before = total;

	(void)sig;
	(void)info;
	(void)context;
	raise(SIGUSR2);
	if (total != before)
		wrong = SIGUSR2;
}

static void in_each_other(void)
{
	sigset_t other = set_of(SIGUSR2);

	total = 0;
	wrong = 0;
	install(SIGUSR1, on_raise_other, 0, NULL);
	install(SIGUSR2, on_raise_other, 0, NULL);
	install(SIGRTMIN + 12, on_count, 0, NULL);
	CHECK_CALL(raise(SIGUSR1));
	CHECK(total == 3 && !wrong, "three handlers: %d, wrong in %d", total,
	      wrong);
	total = 0;
	install(SIGUSR1, on_blocked_raise, 0, &other);
	install(SIGUSR2, on_count, SA_RESETHAND, NULL);
	CHECK_CALL(raise(SIGUSR1));
	CHECK(total == 1 && !wrong, "blocked in a handler: %d, wrong %d", total,
	      wrong);
	install(SIGUSR2, on_count, SA_RESETHAND, NULL);
	partner_tell(kill_later, SIGUSR2);
	while (total != 2)
		usleep(100);
	CHECK(!partner_hear(), "the child's kill");
	CHECK(signal(SIGUSR2, SIG_IGN) == SIG_DFL, "SA_RESETHAND kept it");
	CHECK(!partner_ask(kill_later, SIGUSR2) && total == 2,
	      "an ignored signal came");
}

static bool on_other_stack(void)
{
	char here;

	return &here >= stack && &here < stack + STACK_BYTES;
}

static void on_stack(int sig, siginfo_t *info, void *context)
{
	stack_t now, none = { .ss_flags = SS_DISABLE };

	(void)info;
	(void)context;
	if (!on_other_stack() || sigaltstack(NULL, &now) ||
	    now.ss_flags != SS_ONSTACK || now.ss_sp != stack)
		wrong = 1;
	if (sigaltstack(&none, NULL) != -1 || errno != EPERM)
		wrong = 2;
	if (sig == SIGUSR1)
		raise(SIGUSR2);
	total++;
}

static void on_usual_stack(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	(void)context;
	if (on_other_stack())
		wrong = 3;
	total++;
}

static void other_stack(void)
{
	stack_t now;

	total = 0;
	wrong = 0;
	install(SIGUSR1, on_stack, SA_ONSTACK, NULL);
	install(SIGUSR2, on_stack, SA_ONSTACK, NULL);
	partner_tell(kill_later, SIGUSR1);
	while (total != 2)
		usleep(100);
	CHECK(!partner_hear(), "the child's kill");
	CHECK(!wrong, "on the other stack: wrong as %d", wrong);
	install(SIGUSR1, on_usual_stack, 0, NULL);
	CHECK_CALL(raise(SIGUSR1));
	CHECK(total == 3 && !wrong, "on the usual stack: wrong as %d", wrong);
	CHECK_CALL(sigaltstack(NULL, &now));
	CHECK(!now.ss_flags && now.ss_sp == stack, "sigaltstack: %d, %p",
	      now.ss_flags, now.ss_sp);
}

static void on_jump(int sig, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	if (!on_other_stack())
		wrong = 4;
	siglongjmp(back, sig);
}

/* Out of a handler as often as there is no room for its frames to be left. */
static void jumps(void)
{
	volatile int count = 0;
	stack_t now;
	int sig;

	wrong = 0;
	install(SIGUSR1, on_jump, SA_ONSTACK, NULL);
	sig = sigsetjmp(back, 1);
	if (sig) {
		CHECK(sig == SIGUSR1 && !wrong, "back from %d, wrong %d", sig,
		      wrong);
		no_handler_is_left(SIGUSR1);
		if (count % 2)
			CHECK(!partner_hear(), "the child's kill");
		count++;
	}
	if (count < JUMPS) {
		if (count % 2) {
			partner_tell(kill_later, SIGUSR1);
			for (;;)
				;
		}
		raise(SIGUSR1);
		CHECK(0, "the handler came back");
	}
	CHECK_CALL(sigaltstack(NULL, &now));
	CHECK(!now.ss_flags, "still on the other stack");
}

static void on_change_mask(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)sig;
	(void)info;
	sigaddset(&uc->uc_sigmask, SIGUSR2);
	total++;
}

/* A handler that comes back to another mask. */
static void other_mask(void)
{
	sigset_t now, usr2 = set_of(SIGUSR2);

	total = 0;
	install(SIGUSR1, on_change_mask, 0, NULL);
	install(SIGUSR2, on_count, 0, NULL);
	CHECK_CALL(raise(SIGUSR1));
	CHECK_CALL(sigprocmask(SIG_BLOCK, NULL, &now));
	CHECK(total == 1 && sigismember(&now, SIGUSR2),
	      "the handler's mask was not taken");
	CHECK(!partner_ask(kill_later, SIGUSR2), "the child's kill");
	CHECK(total == 1, "a blocked signal came");
	CHECK_CALL(sigprocmask(SIG_UNBLOCK, &usr2, NULL));
	CHECK(total == 2, "an unblocked signal did not come");
}

int main(int argc, char **argv)
{
	stack_t other = { .ss_size = STACK_BYTES };

	victim_begin(argc, argv);
	stack = malloc(STACK_BYTES);
	CHECK(stack, "no memory");
	other.ss_sp = stack;
	CHECK_CALL(sigaltstack(&other, NULL));
	partner_begin();
	while (victim_next()) {
		queued();
		again_in_itself();
		in_each_other();
		other_stack();
		jumps();
		other_mask();
	}
	partner_end();
	return victim_pass();
}
