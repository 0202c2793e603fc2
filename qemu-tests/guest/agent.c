// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent of a guest: runs the commands that the host sends over a virtio
 * serial port, many at once, and sends back what they print and how they
 * end. Started by init, which starts it again should it ever die.
 */
#define _GNU_SOURCE
#include "../lib/frame.h"

#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define JOBS		128
#define PORT_NAME	"agent"
#define PATH		"/usr/sbin:/usr/bin:/sbin:/bin"
#define WORDS		64

/**
 * struct job - one command
 * @id: number of the conversation; 0: this slot is free
 * @pid: the shell, leader of its own session
 * @in: its standard input, or -1
 * @out: its standard output, or -1
 * @err: its standard error, or -1
 * @flags: enum frame_flag
 * @input: bytes for @in that it has not taken yet
 * @input_ended: close @in when @input is empty
 */
struct job {
	uint32_t id;
	pid_t pid;
	int in;
	int out;
	int err;
	int flags;
	struct buf input;
	int input_ended;
};

static struct job jobs[JOBS];
static int port = -1;
static struct buf rx;

/* Open the virtio port that carries our name. */
static int open_port(void)
{
	DIR *dir = opendir("/sys/class/virtio-ports");
	struct dirent *entry;
	char path[512], name[64];
	ssize_t n;
	int fd;

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name",
			 entry->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		n = read(fd, name, sizeof(name) - 1);
		close(fd);
		name[n > 0 ? n : 0] = 0;
		name[strcspn(name, "\n")] = 0;
		if (strcmp(name, PORT_NAME))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		closedir(dir);
		return open(path, O_RDWR | O_CLOEXEC);
	}
	if (dir)
		closedir(dir);
	errno = ENODEV;
	return -1;
}

/* Blocking is right here: the hub on the other side always reads. */
static void send_frame(uint32_t id, enum frame_type type, const void *payload,
		       size_t len)
{
	struct buf b = { 0 };
	struct frame head = { .id = id, .type = type, .len = len };

	frame_add(&b, head, payload);
	while (buf_len(&b)) {
		if (buf_drain(&b, port) < 0)
			err(1, "write to the port");
	}
	buf_free(&b);
}

static void send_number(uint32_t id, enum frame_type type, uint32_t number)
{
	send_frame(id, type, &number, sizeof(number));
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static struct job *find_job(uint32_t id)
{
	int i;

	for (i = 0; i < JOBS; i++) {
		if (jobs[i].id == id)
			return &jobs[i];
	}
	return NULL;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		warn("%s", path);
	close(fd);
}

/* Nothing in it that means something to a shell. */
static int is_plain(const char *command)
{
	for (; *command; command++) {
		if (!isalnum((unsigned char)*command) && !strchr(" _./:=,+@%^-", *command))
			return 0;
	}
	return 1;
}

/*
 * A shell is a dynamic program, and linking it takes an emulated machine
 * longer than all the rest: a command that is a program and plain words needs
 * none. Returns when the command is for the shell.
 */
static void become_program(const char *command, char *const *env)
{
	char *copy = strdup(command), *words[WORDS + 1];
	int n = 0;

	if (!copy || !is_plain(command))
		return;
	for (words[0] = strtok(copy, " "); words[n] && n < WORDS;)
		words[++n] = strtok(NULL, " ");
	if (!words[0] || words[n])
		return;
	/* The shell's own echo is not busybox's; "A=B program" is no program. */
	if (!strcmp(words[0], "echo") || strchr(words[0], '='))
		return;
	if (!strcmp(words[0], "exec"))
		memmove(words, words + 1, n * sizeof(words[0]));
	if (words[0])
		execvpe(words[0], words, env);
}

/* In the child: become the command. Descriptors 0, 1, 2 are in place. */
static void become(const char *command, int flags)
{
	static char *const env[] = {
		"PATH=" PATH, "HOME=/root", "TERM=linux", "LANG=C.UTF-8",
		"PS1=\\h:\\w# ", NULL
	};
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	/* The agent must outlive a full memory, its children need not. */
	write_file("/proc/self/oom_score_adj", "0");
	if (chdir("/tmp"))
		_exit(126);
	if (flags & FRAME_F_PTY)
		ioctl(0, TIOCSCTTY, 0);
	become_program(command, env);
	execle("/bin/sh", "sh", "-c", command, NULL, env);
	_exit(127);
}

/* Give @job pipes; @theirs are the child's ends. */
static int make_pipes(struct job *job, int theirs[3])
{
	int in[2], out[2], error[2];

	if (job->flags & FRAME_F_STDIN) {
		if (pipe2(in, O_CLOEXEC))
			return -1;
		theirs[0] = in[0];
		job->in = in[1];
		fcntl(job->in, F_SETFL, O_NONBLOCK);
	} else {
		theirs[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
	if (pipe2(out, O_CLOEXEC) || pipe2(error, O_CLOEXEC))
		return -1;
	theirs[1] = out[1];
	theirs[2] = error[1];
	job->out = out[0];
	job->err = error[0];
	return 0;
}

/* Give @job a terminal of its own. */
static int make_terminal(struct job *job, int theirs[3])
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	int i;

	if (master < 0 || grantpt(master) || unlockpt(master))
		return -1;
	fcntl(master, F_SETFL, O_NONBLOCK);
	for (i = 0; i < 3; i++) {
		theirs[i] = open(ptsname(master),
				 O_RDWR | O_NOCTTY | O_CLOEXEC);
		if (theirs[i] < 0)
			return -1;
	}
	job->out = master;
	job->in = fcntl(master, F_DUPFD_CLOEXEC, 0);
	return 0;
}

static void end_job(struct job *job, uint32_t status)
{
	uint32_t id = job->id;

	close_fd(&job->in);
	close_fd(&job->out);
	close_fd(&job->err);
	buf_free(&job->input);
	job->id = 0;
	job->pid = 0;
	send_number(id, FRAME_EXIT, status);
}

/*
 * The agent itself never moves: a command of a test waits for it. The lock is
 * inherited, so a job gives it back. Without our kernel there is none.
 */
static void set_lock(const char *value)
{
	write_file("/proc/self/mosix/lock", value);
}

static void start_job(const struct frame *head, const char *payload)
{
	struct job *job = find_job(0);
	int theirs[3] = { -1, -1, -1 };
	char *command;
	int i, bad;

	if (!job) {
		send_number(head->id, FRAME_EXIT, 126);
		return;
	}
	command = strndup(payload, head->len);
	*job = (struct job){ .id = head->id, .in = -1, .out = -1, .err = -1,
			     .flags = head->flags };
	if (job->flags & FRAME_F_PTY)
		bad = make_terminal(job, theirs);
	else
		bad = make_pipes(job, theirs);
	job->pid = bad || !command ? -1 : fork();
	if (!job->pid) {
		setsid();
		set_lock("0");
		for (i = 0; i < 3; i++)
			dup2(theirs[i], i);
		become(command, job->flags);
	}
	for (i = 0; i < 3; i++)
		close_fd(&theirs[i]);
	free(command);
	if (job->pid < 0)
		end_job(job, 126);
	else
		send_number(job->id, FRAME_STARTED, job->pid);
}

/* Pass on what there is to read; returns 0 at the end, -1 when dry. */
static int pass_output(struct job *job, int *fd, enum frame_type type)
{
	static char chunk[FRAME_CHUNK];
	ssize_t n = read(*fd, chunk, sizeof(chunk));

	if (n > 0) {
		send_frame(job->id, type, chunk, n);
		return n;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return -1;
	/* A terminal whose last user is gone says EIO. */
	close_fd(fd);
	return 0;
}

static void pass_input(struct job *job)
{
	static const char ctrl_d = 4;
	ssize_t n;

	if (job->in < 0)
		return;
	if (buf_len(&job->input)) {
		n = buf_drain(&job->input, job->in);
		if (n < 0) {
			/* Nobody reads: take the rest, so that nobody waits. */
			n = buf_len(&job->input);
			buf_take(&job->input, n);
			close_fd(&job->in);
		}
		if (n > 0)
			send_number(job->id, FRAME_TAKEN, n);
	}
	if (buf_len(&job->input) || !job->input_ended || job->in < 0)
		return;
	if (job->flags & FRAME_F_PTY && write(job->in, &ctrl_d, 1) < 0)
		warn("end of input");
	close_fd(&job->in);
}

static void set_window(struct job *job, const struct frame *head,
		       const char *payload)
{
	struct winsize size = { 0 };
	uint16_t edge[2];

	if (head->len != sizeof(edge) || job->out < 0)
		return;
	memcpy(edge, payload, sizeof(edge));
	size.ws_row = edge[0];
	size.ws_col = edge[1];
	ioctl(job->out, TIOCSWINSZ, &size);
}

static void handle_frame(const struct frame *head, const char *payload)
{
	struct job *job;

	if (head->type == FRAME_EXEC) {
		start_job(head, payload);
		return;
	}
	job = head->id ? find_job(head->id) : NULL;
	if (!job)
		return;		/* it ended while this was on the way */
	switch (head->type) {
	case FRAME_STDIN:
		if (job->in < 0 && head->len)
			send_number(job->id, FRAME_TAKEN, head->len);
		else
			buf_add(&job->input, payload, head->len);
		job->input_ended |= !head->len;
		pass_input(job);
		break;
	case FRAME_KILL:
		kill(-job->pid, SIGKILL);
		kill(job->pid, SIGKILL);
		break;
	case FRAME_WINCH:
		set_window(job, head, payload);
		break;
	}
}

static void read_port(void)
{
	const char *payload;
	struct frame head;
	ssize_t n;
	int got;

	n = buf_fill(&rx, port, 32 * 1024);
	if (n <= 0) {
		usleep(100000);		/* the host let go of the port */
		return;
	}
	while ((got = frame_next(&rx, &head, &payload)) > 0) {
		handle_frame(&head, payload);
		frame_done(&rx, &head);
	}
	if (got < 0)
		errx(1, "the port does not carry frames");
}

/*
 * A command is over when its shell is: what it left running may hold the
 * pipes for ever, and print for ever. What was printed before is passed on:
 * a pipe holds 64 KiB, a terminal a few lines a read.
 */
static void pass_rest(struct job *job, int *fd, enum frame_type type)
{
	int turns = 64;

	if (*fd >= 0)
		fcntl(*fd, F_SETFL, O_NONBLOCK);
	while (turns-- && *fd >= 0 && pass_output(job, fd, type) > 0)
		;
}

static void reap(void)
{
	struct job *job;
	pid_t pid;
	int status, i;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (i = 0; i < JOBS && jobs[i].pid != pid; i++)
			;
		if (i == JOBS)
			continue;
		job = &jobs[i];
		pass_rest(job, &job->out, FRAME_STDOUT);
		pass_rest(job, &job->err, FRAME_STDERR);
		end_job(job, WIFEXITED(status) ? WEXITSTATUS(status) :
			128 + WTERMSIG(status));
	}
}

/* One turn: wait, then serve whoever is ready. */
static void serve(int children)
{
	struct pollfd fds[2 + 3 * JOBS];
	struct signalfd_siginfo info;
	int i;

	fds[0] = (struct pollfd){ .fd = port, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = children, .events = POLLIN };
	for (i = 0; i < JOBS; i++) {
		struct job *job = &jobs[i];
		struct pollfd *fd = &fds[2 + 3 * i];
		int in = job->id && buf_len(&job->input) ? job->in : -1;

		fd[0] = (struct pollfd){ .fd = in, .events = POLLOUT };
		fd[1] = (struct pollfd){ .fd = job->id ? job->out : -1,
					 .events = POLLIN };
		fd[2] = (struct pollfd){ .fd = job->id ? job->err : -1,
					 .events = POLLIN };
	}
	if (poll(fds, 2 + 3 * JOBS, -1) < 0)
		return;
	for (i = 0; i < JOBS; i++) {
		struct job *job = &jobs[i];

		if (fds[2 + 3 * i].revents)
			pass_input(job);
		if (fds[3 + 3 * i].revents)
			pass_output(job, &job->out, FRAME_STDOUT);
		if (fds[4 + 3 * i].revents)
			pass_output(job, &job->err, FRAME_STDERR);
	}
	if (fds[1].revents && read(children, &info, sizeof(info)) > 0)
		reap();
	if (fds[0].revents)
		read_port();
}

int main(void)
{
	sigset_t chld;
	int children;

	port = open_port();
	if (port < 0)
		err(1, "virtio port %s", PORT_NAME);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	children = signalfd(-1, &chld, SFD_CLOEXEC);
	if (children < 0)
		err(1, "signalfd");
	write_file("/proc/self/oom_score_adj", "-1000");
	set_lock("1");
	setenv("PATH", PATH, 1);	/* where execvpe() looks */
	send_frame(0, FRAME_HELLO, NULL, 0);
	for (;;)
		serve(children);
}
