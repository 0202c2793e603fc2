// SPDX-License-Identifier: GPL-2.0-only
/* mosctl: look at and tune this node. */
#include "cli.h"
#include "cluster.h"
#include "contact.h"
#include "discover.h"
#include "drain.h"
#include "json.h"
#include "map.h"
#include "node.h"
#include "status.h"
#include "table.h"
#include "text.h"
#include "why.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
"usage: mosctl [OPTIONS] COMMAND\n"
"Look:\n"
"  status             this node, its tunables, and all nodes as known here\n"
"  node NODE [FIGURE] what is known of a node: load, mem, speed, status, ...\n"
"  isup NODE          exit code 0 when it is up\n"
"  whois [NODE]       id, address and name of a node, or of all\n"
"  why PID            why a process is where it is\n"
"  processes          processes of this node that moved, and its guests\n"
"  decisions          the balancer's last decisions\n"
"  moves              the last moves of this node's processes\n"
"  security           whether links are encrypted, and who was turned away\n"
"Tune:\n"
"  block, noblock     take no guests, or take them again\n"
"  stay, nostay       no automatic moves from here, or again\n"
"  lstay, nolstay     the same for this node's own processes only\n"
"  quiet, noquiet     tell the other nodes nothing, or again\n"
"  get NAME           value of a tunable\n"
"  set NAME VALUE     set a tunable (names: mosctl status)\n"
"  lock PID, unlock PID  have the balancer leave a process alone, or not\n"
"  nodes PID [LIST]   where a process may be: 1-3,7 there, !2 not there, all\n"
"  strategy PID [WORD]  how its memory travels: demand, eager, push, precopy,\n"
"                     auto; or what its last move used, and why\n"
"The cluster:\n"
"  setup HOST...      write the map of a new cluster of these, and its key\n"
"  join [stay]        key, settings and map of /etc/mosix to the kernel; with\n"
"                     stay no automatic moves yet, until:\n"
"  join --contact HOST [--key FILE]  the map from a node of the cluster, which\n"
"                     lets this one in; then the same. FILE has its key\n"
"  join --discover [--interface NAME] [--key FILE]  the same by a node that is\n"
"                     found on the local network; who has the key answers\n"
"  settings           block, stay and settings as join has them\n"
"  config [FILE]      print the node map, or replace it; - is standard input\n"
"  check FILE         print a map as the kernel would get it, or what is wrong\n"
"  key FILE           give the kernel its keys; - is standard input\n"
"  newkey             print a key that nobody has yet\n"
"  leave              out of the cluster: an empty map\n"
"  forget NODE        take a node that left out of the map, for all\n"
"  sync [all]         have one other node, or all, come to the same map\n"
"  answer [listen]    let nodes in and take their map: by the connection that is\n"
"                     standard input, or by all that come\n"
	"  answer discover    tell who looks for a node of this one, by the sockets of\n"
	"                     systemd; listen does it, too\n"
"Empty it, and wait until nothing is left:\n"
"  expel              block, and send guests home\n"
"  bring              stay, and call home what is away\n"
"  drain, undrain     both; and the end of block and stay\n"
"  shutdown           drain, then leave whatever is left\n"
"Options:\n"
"  --contact HOST, --discover, --interface NAME, --key FILE  of join, behind it\n"
"  -t, --timeout S    expel, bring, drain and shutdown wait S seconds at most\n"
"  -j, --json         what is to look at, as JSON\n"
"  -e, --etc DIR      another folder than /etc/mosix\n"
"  -p, --proc DIR     another folder than /proc\n"
"  -h, --help         this text\n"
"  -V, --version      which version this is\n"
"NODE is an id, an address of the node map, or a host's name.\n"
"Exit codes: 0 done, 1 refused or not there, 2 wrong usage, 3 stopped before\n"
"nothing was left.\n";

static const struct option options[] = {
	{ "timeout", required_argument, NULL, 't' },
	{ "json", no_argument, NULL, 'j' },
	{ "etc", required_argument, NULL, 'e' },
	{ }
};

static const struct cli cli = { "mosctl", usage, "+t:je:", options };

static const char *etc = "/etc/mosix";
static int json;
static long timeout_s = -1;

static int report(int ret, const char *what)
{
	if (!ret)
		return EXIT_DONE;
	fprintf(stderr, "mosctl: %s: %s\n", what,
		ret == -ENODEV ? cli_error(ENODEV) : strerror(-ret));
	return EXIT_FAILED;
}

static int is_name(const char *name)
{
	return *name && !strchr(name, '/') && name[0] != '.';
}

/* A tunable that is not there is one that this kernel does not have. */
static int report_tunable(int ret, const char *name)
{
	if (ret != -ENOENT || access(text_dir(), F_OK))
		return report(ret, name);
	fprintf(stderr, "mosctl: %s: this kernel has no such tunable\n", name);
	return EXIT_FAILED;
}

static int set(const char *name, const char *value)
{
	if (!is_name(name))
		return report(-EINVAL, name);
	return report_tunable(text_write(value, "mosix/admin/%s", name), name);
}

static int has(const char *name)
{
	char value[VALUE_MAX];

	return !text_read(value, "mosix/admin/%s", name);
}

static int get(const char *name)
{
	char value[VALUE_MAX];
	int ret = is_name(name) ? text_read(value, "mosix/admin/%s", name) :
				  -EINVAL;

	if (!ret)
		puts(value);
	return report_tunable(ret, name);
}

/* What was said already is only to be told by the exit code. */
static int told(int ret)
{
	return ret ? EXIT_FAILED : EXIT_DONE;
}

static long read_pid(const char *word)
{
	long pid;

	if (cli_number(word, 1, 1L << 30, &pid))
		cli_wrong(&cli);
	return pid;
}

static int set_lock(const char *pid, const char *value)
{
	int ret = text_write(value, "%ld/mosix/lock", read_pid(pid));

	return report(ret == -ENOENT ? -ESRCH : ret, pid);
}

/* Print what a file of a process says, or write to it. */
static int file_of(const char *pid, const char *file, const char *set)
{
	char value[VALUE_MAX];
	long number = read_pid(pid);
	int ret;

	if (set)
		ret = text_write(set, "%ld/mosix/%s", number, file);
	else
		ret = text_read(value, "%ld/mosix/%s", number, file);
	if (!ret && !set)
		puts(value);
	return report(ret == -ENOENT ? -ESRCH : ret, pid);
}

static int print_table(const char *file, const char *what)
{
	struct table table;
	int ret;

	if (!json)
		return report(text_copy(file), what);
	ret = table_load(&table, file);
	if (ret)
		return report(ret, what);
	table_json(&table, NULL);
	table_free(&table);
	return EXIT_DONE;
}

static int empty(unsigned int what)
{
	int ret = EXIT_DONE;

	if (what & DRAIN_GUESTS)
		ret = set("block", "1");
	if (!ret && (what & DRAIN_AWAY))
		ret = set("stay", "1");
	if (ret)
		return ret;
	ret = drain_node(what, timeout_s);
	if (ret == -EBUSY) {
		fputs("mosctl: somebody else has this node emptied already\n",
		      stderr);
		return EXIT_FAILED;
	}
	return ret < 0 ? report(ret, "drain") : ret ? EXIT_WAITING : EXIT_DONE;
}

/* The others shall know at once, as they do of a death. Older kernels cannot say it. */
static int empty_for_good(void)
{
	int ret = has("leave") ? set("leave", "1") : EXIT_DONE;

	return ret ? ret : empty(DRAIN_GUESTS | DRAIN_AWAY);
}

/* ---- commands: each takes the words behind its own ---- */

static int do_status(char **word)
{
	(void)word;
	return report(status_print(json), "/proc/mosix");
}

static int do_node(char **word)
{
	return report(status_node(word[0], word[1], json), word[0]);
}

static int do_isup(char **word)
{
	int ret = status_is_up(word[0]);

	return ret < 0 ? report(ret, word[0]) : ret ? EXIT_DONE : EXIT_FAILED;
}

static int do_whois(char **word)
{
	return report(status_whois(word[0], json), word[0] ?: "whois");
}

static int do_why(char **word)
{
	int ret = why_print(read_pid(word[0]), json);

	return report(ret == -ENOENT ? -ESRCH : ret, word[0]);
}

static int do_processes(char **word)
{
	(void)word;
	return print_table("mosix/processes", "processes");
}

static int do_decisions(char **word)
{
	(void)word;
	return print_table("mosix/decisions", "decisions");
}

static int do_moves(char **word)
{
	(void)word;
	return print_table("mosix/moves", "moves");
}

static int do_security(char **word)
{
	(void)word;
	return report(status_security(json), "security");
}

static int do_get(char **word)
{
	return get(word[0]);
}

static int do_set(char **word)
{
	return set(word[0], word[1]);
}

static int do_lock(char **word)
{
	return set_lock(word[0], "1");
}

static int do_unlock(char **word)
{
	return set_lock(word[0], "0");
}

static int do_nodes(char **word)
{
	return file_of(word[0], "nodes", word[1]);
}

static int do_strategy(char **word)
{
	return file_of(word[0], "strategy", word[1]);
}

static int do_setup(char **word)
{
	int n = 0;

	while (word[n])
		n++;
	return told(cluster_setup(etc, word, n));
}

/* Its options stand behind it, and are no other command's. */
static int do_join(char **word)
{
	static const struct option behind[] = {
		{ "contact", required_argument, NULL, 'c' },
		{ "discover", no_argument, NULL, 'd' },
		{ "interface", required_argument, NULL, 'i' },
		{ "key", required_argument, NULL, 'k' },
		{ }
	};
	struct cluster_by by = {};
	enum cluster_way way;
	int c, discover = 0, n = 0;

	while (word[n])
		n++;
	optind = 0;	/* begin anew, with "join" for the program */
	while ((c = getopt_long(n + 1, word - 1, "", behind, NULL)) != -1) {
		if (c == '?')
			cli_wrong(&cli);
		if (c == 'd')
			discover = 1;
		else
			*(c == 'c' ? &by.contact :
			  c == 'i' ? &by.interface : &by.key) = optarg;
	}
	word += optind - 1;
	if ((word[0] && (strcmp(word[0], "stay") || word[1])) ||
	    (discover && by.contact) || (by.interface && !discover) ||
	    (by.key && !discover && !by.contact))
		cli_wrong(&cli);
	way = word[0] ? CLUSTER_STAY : CLUSTER_MOVE;
	return told(discover || by.contact ? cluster_join_by(etc, &by, way) :
					     cluster_join(etc, way));
}

static int do_settings(char **word)
{
	(void)word;
	cluster_settings(etc);
	return EXIT_DONE;
}

static int do_config(char **word)
{
	return word[0] ? told(cluster_config(etc, word[0])) :
			 report(text_copy("mosix/config"), "config");
}

static int do_check(char **word)
{
	char *text;
	int ret = map_read(&text, word[0]);

	if (ret)
		return ret == -EINVAL ? EXIT_FAILED : report(ret, word[0]);
	fputs(text, stdout);
	free(text);
	return EXIT_DONE;
}

static int do_key(char **word)
{
	return told(cluster_key(word[0]));
}

static int do_newkey(char **word)
{
	char key[CLUSTER_KEY + 1];
	int ret = cluster_make_key(key);

	(void)word;
	if (!ret)
		puts(key);
	return told(ret);
}

static int do_leave(char **word)
{
	(void)word;
	return told(cluster_leave(etc));
}

static int do_forget(char **word)
{
	unsigned int id;
	long number;

	/* It may not be in the kernel's map any more. */
	if (!cli_number(word[0], 1, NODE_MOST, &number))
		id = number;
	else if (node_find(word[0], &id))
		return report(-ENODEV, word[0]);
	return told(contact_forget(etc, id));
}

static int do_sync(char **word)
{
	if (word[0] && strcmp(word[0], "all"))
		cli_wrong(&cli);
	return told(contact_sync(etc, word[0] ? CONTACT_ALL : CONTACT_ONE));
}

static int do_answer(char **word)
{
	if (!word[0])
		return told(contact_answer(etc, STDIN_FILENO));
	if (!strcmp(word[0], "listen"))
		return told(contact_listen(etc));
	if (!strcmp(word[0], "discover"))
		return told(responder_serve(etc));
	cli_wrong(&cli);
}

static int do_expel(char **word)
{
	(void)word;
	return empty(DRAIN_GUESTS);
}

static int do_bring(char **word)
{
	(void)word;
	return empty(DRAIN_AWAY);
}

static int do_drain(char **word)
{
	(void)word;
	return empty_for_good();
}

static int do_undrain(char **word)
{
	int ret = set("block", "0");

	(void)word;
	if (!ret)
		ret = set("stay", "0");
	/* Switched on by the kernel that was told to bring. */
	if (!ret && has("lstay"))
		ret = set("lstay", "0");
	if (!ret && has("leave"))
		ret = set("leave", "0");
	return ret;
}

/* Who stops the node has to go on, whatever is left. */
static int do_shutdown(char **word)
{
	int ret = empty_for_good();

	(void)word;
	return cluster_leave(etc) ? EXIT_FAILED : ret;
}

enum { ANY = 4096 };

static const struct command {
	const char *name;
	int least;			/* words behind it */
	int most;
	int (*run)(char **word);
} commands[] = {
	{ "status", 0, 0, do_status },
	{ "node", 1, 2, do_node },
	{ "isup", 1, 1, do_isup },
	{ "whois", 0, 1, do_whois },
	{ "why", 1, 1, do_why },
	{ "processes", 0, 0, do_processes },
	{ "decisions", 0, 0, do_decisions },
	{ "moves", 0, 0, do_moves },
	{ "security", 0, 0, do_security },
	{ "get", 1, 1, do_get },
	{ "set", 2, 2, do_set },
	{ "lock", 1, 1, do_lock },
	{ "unlock", 1, 1, do_unlock },
	{ "nodes", 1, 2, do_nodes },
	{ "strategy", 1, 2, do_strategy },
	{ "setup", 1, ANY, do_setup },
	{ "join", 0, 6, do_join },
	{ "settings", 0, 0, do_settings },
	{ "config", 0, 1, do_config },
	{ "check", 1, 1, do_check },
	{ "key", 1, 1, do_key },
	{ "newkey", 0, 0, do_newkey },
	{ "leave", 0, 0, do_leave },
	{ "forget", 1, 1, do_forget },
	{ "sync", 0, 1, do_sync },
	{ "answer", 0, 1, do_answer },
	{ "expel", 0, 0, do_expel },
	{ "bring", 0, 0, do_bring },
	{ "drain", 0, 0, do_drain },
	{ "undrain", 0, 0, do_undrain },
	{ "shutdown", 0, 0, do_shutdown },
};

/* Commands that are one write to a tunable, and with "no" before its end. */
static const char *const switches[] = { "block", "stay", "lstay", "quiet" };

static int is_switch(const char *word)
{
	const char *name = strncmp(word, "no", 2) ? word : word + 2;
	size_t i;

	for (i = 0; i < sizeof(switches) / sizeof(*switches); i++)
		if (!strcmp(name, switches[i]))
			return 1;
	return 0;
}

static int run(char **word, int n)
{
	const char *name = word[0];
	size_t i;

	if (is_switch(name) && n == 1)
		return strncmp(name, "no", 2) ? set(name, "1") :
						set(name + 2, "0");
	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(name, commands[i].name) &&
		    commands[i].least <= n - 1 && n - 1 <= commands[i].most)
			return commands[i].run(word + 1);
	cli_wrong(&cli);
}

int main(int argc, char **argv)
{
	int c;

	while ((c = cli_next(&cli, argc, argv)) != -1) {
		if (c == 'j')
			json = 1;
		else if (c == 'e')
			etc = optarg;
		else if (cli_number(optarg, 0, 1L << 30, &timeout_s))
			cli_wrong(&cli);
	}
	if (optind == argc)
		cli_wrong(&cli);
	return run(argv + optind, argc - optind);
}
