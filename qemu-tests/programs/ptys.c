// SPDX-License-Identifier: GPL-2.0-only
/*
 * The victim is the terminal: it has the master of a pty, whose session is a
 * child at home. Lines, echo, modes, the size and its signal, ^C, ^D and ^Z, the
 * foreground group, the end of a session. The child's child is its job.
 */
#include "partner.h"

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <termios.h>

static int master, slave = -1;
static char slave_name[64];
static volatile sig_atomic_t windows, interrupts;

static void on_signal(int sig)
{
	if (sig == SIGWINCH)
		windows++;
	else
		interrupts++;
}

/* The child's jobs. */

static long lead_session(long unused)
{
	struct sigaction sa = { .sa_handler = on_signal,
				.sa_flags = SA_RESTART };

	(void)unused;
	close(master);
	CHECK_CALL(sigaction(SIGWINCH, &sa, NULL));
	CHECK_CALL(sigaction(SIGINT, &sa, NULL));
	CHECK(signal(SIGHUP, SIG_IGN) != SIG_ERR, "signal");
	CHECK(signal(SIGTTOU, SIG_IGN) != SIG_ERR, "signal");
	CHECK_CALL(setsid());
	slave = CHECK_CALL(open(slave_name, O_RDWR));
	CHECK(tcgetpgrp(slave) == getpid(), "the terminal is not ours");
	return getpid();
}

/* Reads a line and says its length; answers with it, backwards. */
static long read_line(long unused)
{
	char line[256], back[257];
	ssize_t got = CHECK_CALL(read(slave, line, sizeof(line)));

	(void)unused;
	for (ssize_t i = 0; i < got - 1; i++)
		back[i] = line[got - 2 - i];
	if (got) {
		back[got - 1] = '\n';
		CHECK(write(slave, back, got) == got, "write: %s",
		      strerror(errno));
	}
	return got;
}

static long columns(long unused)
{
	struct winsize size;

	(void)unused;
	CHECK_CALL(ioctl(slave, TIOCGWINSZ, &size));
	return size.ws_col * 1000 + size.ws_row;
}

static long set_columns(long value)
{
	struct winsize size = { .ws_col = value / 1000,
				.ws_row = value % 1000 };

	return ioctl(slave, TIOCSWINSZ, &size);
}

static long window_signals(long unused)
{
	(void)unused;
	return windows;
}

/* What is typed gets to the terminal's signals a little later: until @want. */
static long interrupt_signals(long want)
{
	while (interrupts < want)
		usleep(1000);
	return interrupts;
}

static long flush(long unused)
{
	(void)unused;
	return tcflush(slave, TCIOFLUSH);
}

static long local_flags(long unused)
{
	struct termios modes;

	(void)unused;
	CHECK_CALL(tcgetattr(slave, &modes));
	return modes.c_lflag;
}

static long foreground(long pgrp)
{
	CHECK_CALL(tcsetpgrp(slave, pgrp ? pgrp : getpid()));
	return tcgetpgrp(slave);
}

/* A job in a group of its own, which has the terminal and waits for signals. */
static long start_job(long unused)
{
	sighandler_t handler = signal(SIGINT, SIG_DFL);
	pid_t job = CHECK_CALL(fork());

	(void)unused;
	if (!job) {
		CHECK_CALL(prctl(PR_SET_PDEATHSIG, SIGKILL));
		setpgid(0, 0);
		for (;;)
			pause();
	}
	/* Whichever of both is first. */
	setpgid(job, job);
	CHECK(signal(SIGINT, handler) == SIG_DFL, "signal");
	CHECK(foreground(job) == job, "the job is not in front");
	return job;
}

static long wait_for_job(long job)
{
	int status;

	CHECK(CHECK_CALL(waitpid(job, &status, WUNTRACED)) == job, "a stranger");
	if (!WIFSTOPPED(status))
		foreground(0);
	return status;
}

/* The victim's half. */

static void type(const char *keys)
{
	ssize_t size = strlen(keys);

	CHECK(write(master, keys, size) == size, "write: %s", strerror(errno));
}

static void shown(const char *want)
{
	size_t size = strlen(want), at = 0;
	char got[600] = "";
	ssize_t part;

	while (at < size) {
		part = CHECK_CALL(read(master, got + at, sizeof(got) - 1 - at));
		at += part;
	}
	CHECK(at == size && !memcmp(got, want, size),
	      "the terminal shows '%s', not '%s'", got, want);
}

static void lines(void)
{
	char line[64], want[160];
	long length;

	snprintf(line, sizeof(line), "line %lu\n", victim.done);
	partner_tell(read_line, 0);
	type(line);
	length = partner_hear();
	CHECK(length == (long)strlen(line), "a line of %ld", length);
	length = snprintf(want, sizeof(want), "line %lu\r\n", victim.done);
	for (int i = strlen(line) - 2; i >= 0; i--)
		want[length++] = line[i];
	strcpy(want + length, "\r\n");
	shown(want);
	/* What is erased is not read; the echo rubs it out. */
	partner_tell(read_line, 0);
	type("ab\177c\n");
	CHECK(partner_hear() == 3, "the erased character was read");
	shown("ab\b \bc\r\nca\r\n");
	partner_tell(read_line, 0);
	type("\004");
	CHECK(!partner_hear(), "^D is not the end");
}

static void raw_and_back(void)
{
	struct termios old, new;
	long flags;

	CHECK_CALL(tcgetattr(master, &old));
	CHECK((old.c_lflag & (ICANON | ECHO | ISIG)) == (ICANON | ECHO | ISIG),
	      "strange modes: %#x", old.c_lflag);
	new = old;
	cfmakeraw(&new);
	new.c_oflag |= OPOST | ONLCR;
	new.c_cc[VMIN] = 3;
	CHECK_CALL(tcsetattr(master, TCSANOW, &new));
	flags = partner_ask(local_flags, 0);
	CHECK(flags == (long)new.c_lflag, "the child sees modes %#lx, not %#x",
	      flags, new.c_lflag);
	partner_tell(read_line, 0);
	type("\003\004x");
	CHECK(partner_hear() == 3, "a raw terminal made lines");
	shown("\004\003\r\n");
	CHECK_CALL(tcsetattr(master, TCSADRAIN, &old));
	flags = partner_ask(local_flags, 0);
	CHECK(flags == (long)old.c_lflag, "the child sees modes %#lx, not %#x",
	      flags, old.c_lflag);
}

static void window(void)
{
	long want = (80 + victim.done % 50) * 1000 + 25;
	long before = partner_ask(window_signals, 0);
	struct winsize size = { .ws_col = want / 1000, .ws_row = 25 };

	CHECK_CALL(ioctl(master, TIOCSWINSZ, &size));
	CHECK(partner_ask(columns, 0) == want, "another size");
	CHECK(partner_ask(window_signals, 0) == before + 1,
	      "%ld SIGWINCH", partner_ask(window_signals, 0) - before);
	/* The same size once more is no change. */
	CHECK_CALL(ioctl(master, TIOCSWINSZ, &size));
	CHECK(partner_ask(window_signals, 0) == before + 1, "one more SIGWINCH");
	CHECK(!partner_ask(set_columns, 132043), "TIOCSWINSZ of the child");
	CHECK_CALL(ioctl(master, TIOCGWINSZ, &size));
	CHECK(size.ws_col == 132 && size.ws_row == 43, "%u columns, %u rows",
	      size.ws_col, size.ws_row);
}

static pid_t in_front(void)
{
	pid_t pgrp;

	CHECK_CALL(ioctl(master, TIOCGPGRP, &pgrp));
	return pgrp;
}

static void jobs(void)
{
	long before = partner_ask(interrupt_signals, 0), job, status;
	pid_t session;

	type("\003");
	CHECK(partner_ask(interrupt_signals, before + 1) == before + 1,
	      "^C: two SIGINT");
	shown("^C");
	CHECK_CALL(ioctl(master, TIOCGSID, &session));
	CHECK(session == partner_pid && in_front() == partner_pid,
	      "session %d, group %d", session, in_front());
	job = partner_ask(start_job, 0);
	CHECK(in_front() == job, "group %d in front, not %ld", in_front(), job);
	partner_tell(wait_for_job, job);
	type("\032");
	status = partner_hear();
	CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP,
	      "^Z: status %#lx", status);
	/* The next ^C flushes what of it has not come yet. */
	shown("^Z");
	CHECK_CALL(kill(-job, SIGCONT));
	partner_tell(wait_for_job, job);
	type("\003");
	status = partner_hear();
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT,
	      "^C: status %#lx", status);
	CHECK(in_front() == partner_pid, "group %d in front", in_front());
	CHECK(partner_ask(interrupt_signals, 0) == before + 1,
	      "the leader got the job's ^C");
	shown("^C");
}

/* In packet mode each read begins with what happened. */
static void packets(void)
{
	char got[8] = "";
	int on = 1, off = 0;

	CHECK_CALL(ioctl(master, TIOCPKT, &on));
	CHECK(!partner_ask(flush, 0), "tcflush in the child");
	CHECK(read(master, got, sizeof(got)) == 1 &&
	      (got[0] & TIOCPKT_FLUSHREAD), "packet %#x", got[0]);
	partner_tell(read_line, 0);
	type("p\n");
	CHECK(partner_hear() == 2, "a line of another length");
	for (size_t at = 0, part; at < 6; at += part - 1) {
		part = CHECK_CALL(read(master, got, 7 - at));
		CHECK(got[0] == TIOCPKT_DATA, "packet %#x", got[0]);
		CHECK(!memcmp(got + 1, &"p\r\np\r\n"[at], part - 1),
		      "other bytes in a packet");
	}
	CHECK_CALL(ioctl(master, TIOCPKT, &off));
}

static long hang_up(long unused)
{
	(void)unused;
	return close(slave);
}

int main(int argc, char **argv)
{
	char byte;

	victim_begin(argc, argv);
	master = CHECK_CALL(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
	CHECK_CALL(grantpt(master));
	CHECK_CALL(unlockpt(master));
	CHECK(!ptsname_r(master, slave_name, sizeof(slave_name)), "ptsname");
	partner_begin();
	CHECK(partner_ask(lead_session, 0) == partner_pid, "another leader");
	while (victim_next()) {
		lines();
		raw_and_back();
		window();
		jobs();
		packets();
	}
	CHECK(!partner_ask(hang_up, 0), "close in the child");
	CHECK(read(master, &byte, 1) == -1 && errno == EIO,
	      "a terminal without a program: %s", strerror(errno));
	partner_end();
	return victim_pass();
}
