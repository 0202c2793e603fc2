// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes come and go while they are read: what cannot be read any more is
 * left out, and is no error.
 */
#include "process.h"
#include "cli.h"
#include "json.h"
#include "node.h"
#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void keep(char to[PROCESS_TEXT], const char *text)
{
	snprintf(to, PROCESS_TEXT, "%.*s", PROCESS_TEXT - 1, text);
}

/* The figures behind the name, which may have blanks and brackets in it. */
static void read_stat(struct process *process)
{
	static const char format[] =
" %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %*d %*d %llu %*u %lld";
	unsigned long long user = 0, system = 0;
	char text[VALUE_MAX];
	const char *rest;
	long long rss = 0;

	if (text_read(text, "%d/stat", process->pid))
		return;
	rest = strrchr(text, ')');
	if (!rest)
		return;
	if (sscanf(rest + 1, format, &process->state, &process->parent, &user,
		   &system, &process->start, &rss) < 6)
		return;
	process->ticks = user + system;
	process->rss_kib = rss * (sysconf(_SC_PAGESIZE) / 1024);
}

static void read_user(struct process *process)
{
	char name[VALUE_MAX];
	struct stat st;

	snprintf(name, sizeof(name), "%s/%d", text_dir(), process->pid);
	if (!stat(name, &st))
		process->user = st.st_uid;
}

static int read_id(const char *text, uid_t *user)
{
	long id;

	if (cli_number(text, 0, PROCESS_NO_USER - 1L, &id))
		return -EINVAL;
	*user = id;
	return 0;
}

/* Here a guest is nobody: whose it is only its home can tell, by its own numbers. */
static void read_home_user(struct process *process)
{
	char text[VALUE_MAX], *line, *rest = text;

	if (text_read(text, "%d/mosix/stats", process->pid))
		return;
	while ((line = strsep(&rest, "\n")))
		if (!strncmp(line, "uid ", 4))
			read_id(line + 4, &process->user);
}

/**
 * process_read - look at one process
 * @process: filled in
 * @pid: its PID as seen here
 *
 * Return: 0, or a negative errno: it is not there, or not known to move.
 */
int process_read(struct process *process, int pid)
{
	char text[VALUE_MAX];
	int ret;

	memset(process, 0, sizeof(*process));
	process->pid = pid;
	process->state = '?';
	process->user = PROCESS_NO_USER;
	ret = text_read(text, "%d/mosix/where", pid);
	if (ret)
		return ret;
	process->where = atoi(text);
	ret = text_read(text, "%d/mosix/home", pid);
	if (ret)
		return ret;
	process->home = atoi(text);
	if (!text_read(text, "%d/mosix/nmigs", pid))
		process->moves = atoi(text);
	if (!text_read(text, "%d/mosix/lock", pid))
		process->locked = atoi(text);
	keep(process->why, text_read(text, "%d/mosix/why", pid) ? "-" : text);
	keep(process->last, text_read(text, "%d/mosix/last", pid) ? "-" : text);
	keep(process->name, text_read(text, "%d/comm", pid) ? "?" : text);
	read_stat(process);
	if (process_is_guest(process))
		read_home_user(process);
	else
		read_user(process);
	return 0;
}

/**
 * process_is_away - is it of this node and elsewhere?
 * @process: which
 *
 * Return: 1 or 0.
 */
int process_is_away(const struct process *process)
{
	return process->where != process->home &&
	       process->home == node_self();
}

/**
 * process_is_guest - is it of another node?
 * @process: which
 *
 * Return: 1 or 0.
 */
int process_is_guest(const struct process *process)
{
	return process->home != node_self();
}

static int is_wanted(const struct process *process,
		     const struct process_filter *filter)
{
	if (filter->moved && process->where == process->home &&
	    !process->moves && !process_is_guest(process))
		return 0;
	if (filter->away && !process_is_away(process))
		return 0;
	if (filter->guests && !process_is_guest(process))
		return 0;
	if (filter->locked && !process->locked)
		return 0;
	if (filter->has_user && process->user != filter->user)
		return 0;
	if (filter->where && process->where != filter->where)
		return 0;
	return !filter->home || process->home == filter->home;
}

static int is_pid(const struct dirent *entry)
{
	return entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
}

static int is_among(int pid, const struct process_filter *filter)
{
	int i;

	for (i = 0; i < filter->pids; i++)
		if (filter->pid[i] == pid)
			return 1;
	return !filter->pid;
}

/**
 * process_list - all processes that are wanted, by PID
 * @list: receives them, for free()
 * @filter: which are wanted
 *
 * Return: how many, or a negative errno: not a kernel that moves processes.
 */
int process_list(struct process **list, const struct process_filter *filter)
{
	char self[VALUE_MAX];
	struct dirent **entry;
	int i, n, pid, have = 0;

	n = text_read(self, "mosix/self");
	if (n)
		return n;
	n = scandir(text_dir(), &entry, is_pid, NULL);
	if (n < 0)
		return -errno;
	*list = calloc(n + 1, sizeof(**list));
	for (i = 0; i < n; i++) {
		pid = atoi(entry[i]->d_name);
		free(entry[i]);
		if (*list && is_among(pid, filter) &&
		    !process_read(*list + have, pid) &&
		    is_wanted(*list + have, filter))
			have++;
	}
	free(entry);
	if (!*list)
		return -ENOMEM;
	process_sort(*list, have, "pid");
	return have;
}

static const char *sort_key;
static int sort_sign;

static long long figure(const struct process *process, const char *key)
{
	if (!strcmp(key, "where"))
		return process->where;
	if (!strcmp(key, "home"))
		return process->home;
	if (!strcmp(key, "moves"))
		return process->moves;
	if (!strcmp(key, "cpu"))
		return process->ticks;
	if (!strcmp(key, "mem"))
		return process->rss_kib;
	return process->pid;
}

static int compare(const void *a, const void *b)
{
	const struct process *one = a, *two = b;
	long long x = figure(one, sort_key), y = figure(two, sort_key);
	int ret = (x > y) - (x < y);

	if (!strcmp(sort_key, "name"))
		ret = strcmp(one->name, two->name);
	if (!strcmp(sort_key, "user"))
		ret = strcmp(process_user(one->user), process_user(two->user));
	if (!ret)
		return (one->pid > two->pid) - (one->pid < two->pid);
	return ret * sort_sign;
}

/**
 * process_sort - order a list
 * @list: of processes
 * @n: how many
 * @key: pid, name, user, where, home, moves, cpu or mem; behind a - the
 *	 largest come first
 *
 * Return: 0, or -EINVAL for what is no key.
 */
int process_sort(struct process *list, int n, const char *key)
{
	static const char keys[] = " pid name user where home moves cpu mem ";
	char word[32];

	sort_sign = *key == '-' ? -1 : 1;
	sort_key = key + (*key == '-');
	snprintf(word, sizeof(word), " %s ", sort_key);
	if (!*sort_key || strchr(sort_key, ' ') || !strstr(keys, word))
		return -EINVAL;
	if (n)
		qsort(list, n, sizeof(*list), compare);
	return 0;
}

/**
 * process_name - name of a process for people
 * @process: which
 *
 * A program calls itself what it likes, also what would rule the terminal of who
 * looks; that of a guest is another node's.
 *
 * Return: the name without that; until the next call.
 */
const char *process_name(const struct process *process)
{
	static char name[PROCESS_TEXT];

	keep(name, process->name);
	text_plain(name);
	return name;
}

/**
 * process_user - name of a user
 * @user: the id
 *
 * Return: the name on this node, or the id as text, or - for PROCESS_NO_USER; until the
 * next call.
 */
const char *process_user(uid_t user)
{
	const struct passwd *entry;
	static char number[16];

	if (user == PROCESS_NO_USER)
		return "-";
	entry = getpwuid(user);
	if (entry)
		return entry->pw_name;
	snprintf(number, sizeof(number), "%u", user);
	return number;
}

/**
 * process_user_column - name of a user for a table
 * @user: the id
 * @width: of the column, 1 to 32; a longer name is cut and ends with +, as of ps
 *
 * Return: as of process_user(); until the next call.
 */
const char *process_user_column(uid_t user, size_t width)
{
	const char *name = process_user(user);
	static char cut[33];

	if (strlen(name) <= width)
		return name;
	snprintf(cut, sizeof(cut), "%.*s+", (int)width - 1, name);
	return cut;
}

/**
 * process_find_user - id of a user
 * @name: name or id
 * @user: receives the id
 *
 * Return: 0, or -ENOENT: neither a name here nor an id that a user can have.
 */
int process_find_user(const char *name, uid_t *user)
{
	const struct passwd *entry = getpwnam(name);

	if (!entry)
		return read_id(name, user) ? -ENOENT : 0;
	*user = entry->pw_uid;
	return 0;
}

/* Lines "NAME VALUE" as members of an object. */
static void stats_json(int pid)
{
	char text[VALUE_MAX], *line, *word, *rest = text;

	json_open("stats", '{');
	if (text_read(text, "%d/mosix/stats", pid))
		text[0] = '\0';
	while ((line = strsep(&rest, "\n"))) {
		word = strsep(&line, " ");
		if (line)
			json_word(word, line);
	}
	json_close('}');
}

/**
 * process_json - write one process as an object
 * @process: which
 */
void process_json(const struct process *process)
{
	char text[VALUE_MAX], *line, *rest = text;

	json_open(NULL, '{');
	json_number("pid", process->pid);
	json_text("name", process->name);
	json_text("user", process_user(process->user));
	if (process->user != PROCESS_NO_USER)
		json_number("uid", process->user);
	json_number("where", process->where);
	json_number("home", process->home);
	json_number("moves", process->moves);
	json_truth("locked", process->locked);
	json_number("cpu_ms", process->ticks * 1000 / sysconf(_SC_CLK_TCK));
	json_number("rss_kib", process->rss_kib);
	json_text("why", process->why);
	json_text("last", process->last);
	json_open("cantmove", '[');
	if (text_read(text, "%d/mosix/cantmove", process->pid))
		text[0] = '\0';
	while ((line = strsep(&rest, "\n")))
		if (*line)
			json_text(NULL, line);
	json_close(']');
	stats_json(process->pid);
	json_close('}');
}
