// SPDX-License-Identifier: GPL-2.0-only
/*
 * A node joins by what the admin left in a folder, /etc/mosix:
 *
 *	key		the cluster's key, as /proc/mosix/key takes it
 *	map		who is in it: see map.c
 *	settings	tunables that are not as the kernel has them at boot
 *
 * All functions say on standard error what is wrong.
 */
#include "cluster.h"
#include "cli.h"
#include "contact.h"
#include "discover.h"
#include "keep.h"
#include "map.h"
#include "node.h"
#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* What others can read is no secret; it is taken all the same. */
static void check_mode(const char *file)
{
	struct stat st;

	if (!stat(file, &st) && S_ISREG(st.st_mode) && (st.st_mode & 077))
		fprintf(stderr, "mosctl: %s can be read by others: chmod 600\n",
			file);
}

/**
 * cluster_key - give the kernel its keys
 * @file: that has them; - is standard input
 *
 * Return: 0, or a negative errno after saying why.
 */
int cluster_key(const char *file)
{
	char *text;
	int ret = text_from(&text, file);

	if (ret)
		return keep_complain(file, -ret);
	check_mode(file);
	ret = text_write(text, "mosix/key");
	explicit_bzero(text, strlen(text));
	free(text);
	if (ret != -EINVAL)
		return ret ? keep_complain("key", -ret) : 0;
	fprintf(stderr, "mosctl: %s: not a key of %d hex digits, nor 'insecure'\n",
		file, CLUSTER_KEY);
	return ret;
}

/**
 * cluster_make_key - a key that nobody has yet
 * @key: receives it
 *
 * Return: 0, or a negative errno after saying why.
 */
int cluster_make_key(char key[CLUSTER_KEY + 1])
{
	unsigned char dice[CLUSTER_KEY / 2];
	size_t i;

	/* Waits at boot until there is something to throw. */
	if (getrandom(dice, sizeof(dice), 0) != sizeof(dice))
		return keep_complain("random numbers", errno ? errno : EIO);
	for (i = 0; i < sizeof(dice); i++)
		sprintf(key + 2 * i, "%02x", dice[i]);
	explicit_bzero(dice, sizeof(dice));
	return 0;
}

/*
 * So that no map which another node tells comes between ours is read, or is to be
 * none, and the kernel has it. Without a folder nobody writes one: -ENOENT.
 */
static int lock_map(const char *etc)
{
	return access(etc, F_OK) ? -ENOENT : keep_lock(etc);
}

static int write_map(const char *text)
{
	int ret = text_write(text, "mosix/config");

	if (ret == -EINVAL)
		fputs("mosctl: this kernel does not take that map: are all addresses IPv4?\n",
		      stderr);
	else if (ret)
		keep_complain("map", -ret);
	return ret;
}

static int config_from(const char *file)
{
	char *text;
	int ret = map_read(&text, file);

	if (ret)
		return ret == -EINVAL ? ret : keep_complain(file, -ret);
	ret = write_map(text);
	free(text);
	return ret;
}

/**
 * cluster_config - replace the node map
 * @etc: the folder, whose map @file may be
 * @file: that has it; - is standard input
 *
 * Return: 0, or a negative errno after saying why.
 */
int cluster_config(const char *etc, const char *file)
{
	/* Whoever types does not keep the others waiting. */
	int ret, lock = strcmp(file, "-") ? lock_map(etc) : -ENOENT;

	if (lock < 0 && lock != -ENOENT)
		return lock;
	ret = config_from(file);
	keep_unlock(lock);
	return ret;
}

/**
 * cluster_leave - out of the cluster
 * @etc: the folder
 *
 * It has left then: with the next map, whoever gives it, it is not about to.
 *
 * Return: 0, or a negative errno after saying why.
 */
int cluster_leave(const char *etc)
{
	/* With no lock, too: nothing keeps a node that is to leave. */
	int ret, lock = lock_map(etc);

	ret = write_map("\n");
	keep_unlock(lock);
	if (ret)
		return ret;
	ret = text_write("0", "mosix/admin/leave");
	/* older kernels have none */
	return ret && ret != -ENOENT ? keep_complain("leave", -ret) : 0;
}

/* Members of the group may change what is below admin/. */
static void set_admins(const char *name)
{
	const struct group *group = getgrnam(name);
	char path[KEEP_PATH];
	struct dirent *entry;
	DIR *dir;
	int n;

	if (!group) {
		fprintf(stderr, "mosctl: %s: there is no such group\n", name);
		return;
	}
	snprintf(path, sizeof(path), "%s/mosix/admin", text_dir());
	dir = opendir(path);
	if (!dir) {
		keep_complain(path, errno);
		return;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "tunables"))
			continue;
		n = snprintf(path, sizeof(path), "%s/mosix/admin/%s",
			     text_dir(), entry->d_name);
		if (n >= (int)sizeof(path) || chown(path, -1, group->gr_gid) ||
		    chmod(path, 0664))
			keep_complain(entry->d_name, errno);
	}
	closedir(dir);
}

static void set_one(const char *name, const char *value)
{
	int ret;

	if (!strcmp(name, "admins")) {
		set_admins(value);
		return;
	}
	if (strchr(name, '/') || *name == '.')
		ret = -EINVAL;
	else
		ret = text_write(value, "mosix/admin/%s", name);
	if (ret == -ENOENT)
		fprintf(stderr, "mosctl: %s: this kernel has no such tunable\n",
			name);
	else if (ret)
		keep_complain(name, -ret);
}

/* Lines "NAME VALUE"; one that is refused does not keep the others out. */
static void set_all(const char *file)
{
	char name[64], value[64], *text, *rest, *line, more;
	int n, number = 0, ret;

	ret = text_from(&text, file);
	if (ret) {
		if (ret != -ENOENT)
			keep_complain(file, -ret);
		return;
	}
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		number++;
		line[strcspn(line, "#")] = '\0';
		n = sscanf(line, "%63s %63s %c", name, value, &more);
		if (n <= 0)
			continue;
		if (n == 2)
			set_one(name, value);
		else
			fprintf(stderr, "mosctl: %s:%d: not: NAME VALUE\n",
				file, number);
	}
	free(text);
}

/**
 * cluster_settings - tunables as a node that joins has them
 * @etc: the folder that has the settings
 *
 * A node that was drained is to take guests again, if nobody says otherwise. A
 * setting that is refused is said and no more: a service that counts as failed
 * would not drain the node when it stops.
 */
void cluster_settings(const char *etc)
{
	char path[KEEP_PATH];

	set_one("block", "0");
	set_one("stay", "0");
	/* older kernels have neither */
	text_write("0", "mosix/admin/lstay");
	text_write("0", "mosix/admin/leave");
	if (!keep_path(path, etc, "settings"))
		set_all(path);
}

/* Without a key the node is closed, and nothing says so for hours. */
static int give_key(const char *etc)
{
	char path[KEEP_PATH];
	int ret = keep_path(path, etc, "key");

	if (ret)
		return ret;
	if (!access(path, F_OK))
		return cluster_key(path);
	if (node_links() != LINKS_CLOSED)
		return 0;
	fprintf(stderr, "mosctl: there is no %s: nothing will go or come\n",
		path);
	return -ENOENT;
}

static int join_by_map(const char *etc, enum cluster_way way)
{
	char path[KEEP_PATH], *map;
	int ret = keep_path(path, etc, "map");

	if (!ret)
		ret = map_read(&map, path);
	if (ret)
		return ret == -EINVAL ? ret : keep_complain(path, -ret);
	if (!map_has_nodes(map)) {
		fprintf(stderr, "mosctl: %s names no nodes yet: this node is alone\n",
			path);
		free(map);
		return 0;
	}
	ret = give_key(etc);
	if (!ret) {
		cluster_settings(etc);	/* before anybody can come */
		if (way == CLUSTER_STAY)
			set_one("stay", "1");
		ret = write_map(map);
	}
	free(map);
	return ret;
}

/**
 * cluster_join - into the cluster
 * @etc: the folder that says how
 * @way: with CLUSTER_STAY no automatic moves from here, until cluster_settings()
 *
 * If the nodes keep the map themselves, one of them is asked for the newest. A map
 * that names no nodes is no error: somebody has yet to write it.
 *
 * Return: 0, or a negative errno after saying why.
 */
int cluster_join(const char *etc, enum cluster_way way)
{
	int ret, lock;

	contact_catch_up(etc);
	lock = lock_map(etc);
	if (lock < 0 && lock != -ENOENT)
		return lock;
	ret = join_by_map(etc, way);
	keep_unlock(lock);
	return ret;
}

static int make_key(const char *etc)
{
	char path[KEEP_PATH], key[CLUSTER_KEY + 2];
	int ret = keep_path(path, etc, "key");

	if (ret || !access(path, F_OK))
		return ret;
	ret = cluster_make_key(key);
	if (ret)
		return ret;
	strcat(key, "\n");
	ret = keep_make_file(path, 0600, key);
	explicit_bzero(key, sizeof(key));
	return ret;
}

/**
 * cluster_join_by - into the cluster that another node is in
 * @etc: the folder; receives the map, and the key if it has none
 * @by: that node, or where to look for one
 * @way: as for cluster_join()
 *
 * Return: 0, or a negative errno after saying why.
 */
int cluster_join_by(const char *etc, const struct cluster_by *by,
		    enum cluster_way way)
{
	int ret = 0;

	if (mkdir(etc, 0755) && errno != EEXIST)
		return keep_complain(etc, errno);
	if (by->key)
		ret = keep_new_key(etc, by->key);
	if (!ret && by->contact)
		ret = contact_join(etc, by->contact, KEEP_ALWAYS);
	else if (!ret)
		ret = discover_join(etc, by->interface, KEEP_ALWAYS);
	if (!ret)
		ret = cluster_join(etc, way);
	if (!ret)
		printf("this is node %u now\n", node_self());
	return ret;
}

/* The map of these hosts, checked as any other; the old one makes room. */
static int make_map(const char *etc, char **host, int n)
{
	char path[KEEP_PATH], fresh[KEEP_PATH], *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int i, ret;

	if (!out)
		return keep_complain("map", ENOMEM);
	fputs("# The same on all nodes: see mosix(5).\nserial 1\n", out);
	for (i = 0; i < n; i++)
		fprintf(out, "node %d %s\n", i + 1, host[i]);
	if (fclose(out))
		return keep_complain("map", ENOMEM);
	ret = keep_path(path, etc, "map") ?: keep_path(fresh, etc, "map.new");
	if (!ret)
		ret = keep_make_file(fresh, 0644, text);
	free(text);
	if (ret)
		return ret;
	ret = map_read(&text, fresh);
	free(text);
	if (!ret && rename(fresh, path))
		ret = keep_complain(path, errno);
	if (ret)
		unlink(fresh);
	return ret;
}

/* Only what nobody filled in yet may be written over. */
static int may_write(const char *etc)
{
	char path[KEEP_PATH], *text, *rest, *line;
	int ret = keep_path(path, etc, "map");

	if (ret || text_from(&text, path))
		return ret;
	rest = text;
	while (!ret && (line = strsep(&rest, "\n"))) {
		line += strspn(line, " \t\r");
		if (*line && *line != '#')
			ret = -EEXIST;
	}
	free(text);
	if (ret)
		fprintf(stderr, "mosctl: %s has something in it: edit it\n",
			path);
	return ret;
}

/**
 * cluster_setup - write the map and the key of a new cluster
 * @etc: the folder for them
 * @host: its hosts, this one among them; they get ids from 1 on
 * @n: how many
 *
 * A key that is there is kept.
 *
 * Return: 0, or a negative errno after saying why.
 */
int cluster_setup(const char *etc, char **host, int n)
{
	int ret = may_write(etc);

	if (!ret && mkdir(etc, 0755) && errno != EEXIST)
		ret = keep_complain(etc, errno);
	if (!ret)
		ret = make_map(etc, host, n);
	if (!ret)
		ret = make_key(etc);
	if (ret)
		return ret;
	printf("%s/map and %s/key are there. Both are the same on all nodes:\n"
	       "bring them there by a way that you trust, for example\n", etc,
	       etc);
	printf("\tscp -p %s/map %s/key root@HOST:%s/\n", etc, etc, etc);
	puts("and then, on each node:\n\tsystemctl restart mosix\n"
	     "Or bring the key alone, and on each other node:\n"
	     "\tmosctl join --discover\n"
	     "or, from another network, mosctl join --contact HOST-OF-THIS-NODE");
	return 0;
}
