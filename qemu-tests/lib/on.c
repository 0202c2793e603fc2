// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run a shell command on a node of the cluster: standard output, standard
 * error and the exit status are the command's, as if it ran here.
 */
#define _GNU_SOURCE
#include "frame.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define CTRL_RIGHT_BRACKET	0x1d

static const char usage[] =
"usage: on [-d DIR] [-t SECONDS] [-w SECONDS] [-P FILE] [-ip] NODE COMMAND...\n"
"  -d DIR      folder of the running cluster (default: $CLUSTER)\n"
"  -t SECONDS  time limit of the command (default: $ON_LIMIT, else 60;\n"
"              0: none)\n"
"  -w SECONDS  wait so long for the node to come up (default: fail at once)\n"
"  -P FILE     write the command's process id in the guest to FILE\n"
"  -i          pass standard input on (default: /dev/null)\n"
"  -p          run on a terminal of its own; implies -i; ^] leaves\n"
"Exit status: the command's; 124 time limit; 253 the node is down; 254 no\n"
"cluster.\n";

static const char *dir;
static int sock = -1;
static int limit;
static int boot_wait;
static int flags;
static const char *pid_file;
static long long deadline;	/* ms; 0: none */
static size_t in_flight;	/* bytes of input sent and not taken */
static int input = -1;		/* where input comes from; -1: no more */
static struct buf rx, tx;
static struct termios saved;

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void set_deadline(int seconds)
{
	deadline = seconds ? now_ms() + seconds * 1000LL : 0;
}

static void restore_terminal(void)
{
	tcsetattr(0, TCSANOW, &saved);
}

static void send_frame(enum frame_type type, const void *data, size_t len)
{
	struct frame head = { .type = type, .len = len };

	if (type == FRAME_EXEC)
		head.flags = flags;
	frame_add(&tx, head, data);
}

static void send_window(void)
{
	struct winsize size;
	uint16_t edge[2];

	if (!(flags & FRAME_F_PTY) || ioctl(0, TIOCGWINSZ, &size))
		return;
	edge[0] = size.ws_row;
	edge[1] = size.ws_col;
	send_frame(FRAME_WINCH, edge, sizeof(edge));
}

static void raw_terminal(void)
{
	struct termios raw;

	if (!(flags & FRAME_F_PTY) || tcgetattr(0, &saved))
		return;
	raw = saved;
	cfmakeraw(&raw);
	tcsetattr(0, TCSANOW, &raw);
	atexit(restore_terminal);
}

/* The folder may be deep, and a socket's name may not be long. */
static void call_hub(const char *node)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "node.%s", node);
	sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (here < 0 || chdir(dir) || sock < 0 ||
	    connect(sock, (struct sockaddr *)&addr, sizeof(addr)))
		err(FRAME_STATUS_HUB, "no node %s in a cluster at %s", node,
		    dir);
	if (fchdir(here))
		err(FRAME_STATUS_HUB, "back to the folder we came from");
	close(here);
}

static void write_all(int fd, const char *data, size_t len)
{
	ssize_t n;

	for (; len; data += n, len -= n) {
		n = write(fd, data, len);
		if (n < 0)
			exit(128 + SIGPIPE);
	}
}

static void started(uint32_t pid)
{
	FILE *file;

	set_deadline(limit);
	send_window();
	if (!pid_file)
		return;
	file = fopen(pid_file, "w");
	if (!file || fprintf(file, "%u\n", pid) < 0 || fclose(file))
		err(FRAME_STATUS_HUB, "%s", pid_file);
}

static void handle_frame(const struct frame *head, const char *payload)
{
	uint32_t number = 0;

	if (head->len >= sizeof(number))
		memcpy(&number, payload, sizeof(number));
	switch (head->type) {
	case FRAME_STARTED:
		started(number);
		break;
	case FRAME_TAKEN:
		in_flight -= number;
		break;
	case FRAME_STDOUT:
		write_all(1, payload, head->len);
		break;
	case FRAME_STDERR:
		write_all(2, payload, head->len);
		break;
	case FRAME_EXIT:
		exit(number);
	}
}

static void read_hub(void)
{
	const char *payload;
	struct frame head;
	int got;

	if (buf_fill(&rx, sock, 256 * 1024) <= 0)
		errx(FRAME_STATUS_HUB, "the cluster went away");
	while ((got = frame_next(&rx, &head, &payload)) > 0) {
		handle_frame(&head, payload);
		frame_done(&rx, &head);
	}
	if (got < 0)
		errx(FRAME_STATUS_HUB, "the hub does not speak frames");
}

static void read_input(void)
{
	static char chunk[FRAME_CHUNK];
	ssize_t n = read(input, chunk, sizeof(chunk));

	if (n < 0)
		n = 0;
	if (flags & FRAME_F_PTY && isatty(0) &&
	    memchr(chunk, CTRL_RIGHT_BRACKET, n))
		exit(0);	/* hanging up kills the command */
	send_frame(FRAME_STDIN, chunk, n);
	in_flight += n;
	if (!n)
		input = -1;
}

static void out_of_time(const char *node, const char *command)
{
	warnx("node %s: not over after %d s: %s", node,
	      limit ? limit : boot_wait, command);
	exit(FRAME_STATUS_LIMIT);
}

static int time_left(void)
{
	long long left = deadline - now_ms();

	if (!deadline)
		return -1;
	return left > 0 ? left : 0;
}

static void converse(const char *node, const char *command)
{
	struct pollfd fds[2];
	int n;

	for (;;) {
		fds[0] = (struct pollfd){ .fd = sock, .events = POLLIN };
		if (buf_len(&tx))
			fds[0].events |= POLLOUT;
		fds[1] = (struct pollfd){ .fd = input, .events = POLLIN };
		if (in_flight >= FRAME_WINDOW)
			fds[1].fd = -1;
		n = poll(fds, 2, time_left());
		if (n < 0 && errno == EINTR) {
			send_window();
			continue;
		}
		if (!n)
			out_of_time(node, command);
		if (fds[0].revents & (POLLIN | POLLHUP | POLLERR))
			read_hub();
		if (fds[1].revents)
			read_input();
		if (buf_len(&tx) && buf_drain(&tx, sock) < 0)
			errx(FRAME_STATUS_HUB, "the cluster went away");
	}
}

static void join(char *command, size_t room, char **words)
{
	size_t used = 0;

	for (command[0] = 0; *words; words++) {
		used += snprintf(command + used, room - used, "%s%s",
				 used ? " " : "", *words);
		if (used >= room)
			errx(2, "the command is too long: put it in a file");
	}
}

static void changed_window(int sig)
{
	(void)sig;		/* poll() returns, and that is the point */
}

static void take_option(int option)
{
	switch (option) {
	case 'd':
		dir = optarg;
		break;
	case 't':
		limit = atoi(optarg);
		break;
	case 'w':
		boot_wait = atoi(optarg);
		flags |= FRAME_F_WAIT;
		break;
	case 'P':
		pid_file = optarg;
		break;
	case 'p':
		flags |= FRAME_F_STDIN | FRAME_F_PTY;
		break;
	case 'i':
		flags |= FRAME_F_STDIN;
		break;
	default:
		fputs(usage, stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	static char command[FRAME_MAX];
	const char *env = getenv("ON_LIMIT");
	int option;

	dir = getenv("CLUSTER");
	limit = env ? atoi(env) : 60;
	while ((option = getopt(argc, argv, "+d:t:w:P:ip")) > 0)
		take_option(option);
	if (argc - optind < 2 || !dir)
		take_option('?');
	join(command, sizeof(command), argv + optind + 1);
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGWINCH, &(struct sigaction){ .sa_handler = changed_window },
		  NULL);
	call_hub(argv[optind]);
	if (flags & FRAME_F_STDIN)
		input = 0;
	raw_terminal();
	send_frame(FRAME_EXEC, command, strlen(command));
	set_deadline(boot_wait ? boot_wait : limit);
	converse(argv[optind], command);
}
