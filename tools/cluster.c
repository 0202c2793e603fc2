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

enum { PATH_LONGEST = 4096 };

static int complain(const char *what, int error)
{
	fprintf(stderr, "mosctl: %s: %s\n", what, strerror(error));
	return -error;
}

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
		return complain(file, -ret);
	check_mode(file);
	ret = text_write(text, "mosix/key");
	explicit_bzero(text, strlen(text));
	free(text);
	if (ret != -EINVAL)
		return ret ? complain("key", -ret) : 0;
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
		return complain("random numbers", errno ? errno : EIO);
	for (i = 0; i < sizeof(dice); i++)
		sprintf(key + 2 * i, "%02x", dice[i]);
	explicit_bzero(dice, sizeof(dice));
	return 0;
}

static int write_map(const char *text)
{
	int ret = text_write(text, "mosix/config");

	if (ret == -EINVAL)
		fputs("mosctl: this kernel does not take that map: are all addresses IPv4?\n",
		      stderr);
	else if (ret)
		complain("map", -ret);
	return ret;
}

/**
 * cluster_config - replace the node map
 * @file: that has it; - is standard input
 *
 * Return: 0, or a negative errno after saying why.
 */
int cluster_config(const char *file)
{
	char *text;
	int ret = map_read(&text, file);

	if (ret)
		return ret == -EINVAL ? ret : complain(file, -ret);
	ret = write_map(text);
	free(text);
	return ret;
}

/**
 * cluster_leave - out of the cluster
 *
 * Return: 0, or a negative errno after saying why.
 */
int cluster_leave(void)
{
	return write_map("\n");
}

/* Members of the group may change what is below admin/. */
static void set_admins(const char *name)
{
	const struct group *group = getgrnam(name);
	char path[PATH_LONGEST];
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
		complain(path, errno);
		return;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "tunables"))
			continue;
		n = snprintf(path, sizeof(path), "%s/mosix/admin/%s",
			     text_dir(), entry->d_name);
		if (n >= (int)sizeof(path) || chown(path, -1, group->gr_gid) ||
		    chmod(path, 0664))
			complain(entry->d_name, errno);
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
		complain(name, -ret);
}

/* Lines "NAME VALUE"; one that is refused does not keep the others out. */
static void set_all(const char *file)
{
	char name[64], value[64], *text, *rest, *line, more;
	int n, number = 0, ret;

	ret = text_from(&text, file);
	if (ret) {
		if (ret != -ENOENT)
			complain(file, -ret);
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

static int in_folder(char path[PATH_LONGEST], const char *etc, const char *name)
{
	return snprintf(path, PATH_LONGEST, "%s/%s", etc, name) < PATH_LONGEST ?
	       0 : complain(etc, ENAMETOOLONG);
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
	char path[PATH_LONGEST];

	set_one("block", "0");
	set_one("stay", "0");
	/* older kernels have neither */
	text_write("0", "mosix/admin/lstay");
	text_write("0", "mosix/admin/leave");
	if (!in_folder(path, etc, "settings"))
		set_all(path);
}

/* Without a key the node is closed, and nothing says so for hours. */
static int give_key(const char *etc)
{
	char path[PATH_LONGEST];
	int ret = in_folder(path, etc, "key");

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

/**
 * cluster_join - into the cluster
 * @etc: the folder that says how
 * @way: with CLUSTER_STAY no automatic moves from here, until cluster_settings()
 *
 * A map that names no nodes is no error: somebody has yet to write it.
 *
 * Return: 0, or a negative errno after saying why.
 */
int cluster_join(const char *etc, enum cluster_way way)
{
	char path[PATH_LONGEST], *map;
	int ret;

	ret = in_folder(path, etc, "map");
	if (!ret)
		ret = map_read(&map, path);
	if (ret)
		return ret == -EINVAL ? ret : complain(path, -ret);
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

/* A new file, or what is wrong; an old one is never written over. */
static int make_file(const char *path, mode_t mode, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	size_t n = strlen(text);

	if (fd < 0)
		return complain(path, errno);
	if (write(fd, text, n) != (ssize_t)n || fsync(fd)) {
		unlink(path);
		close(fd);
		return complain(path, EIO);
	}
	close(fd);
	return 0;
}

static int make_key(const char *etc)
{
	char path[PATH_LONGEST], key[CLUSTER_KEY + 2];
	int ret = in_folder(path, etc, "key");

	if (ret || !access(path, F_OK))
		return ret;
	ret = cluster_make_key(key);
	if (ret)
		return ret;
	strcat(key, "\n");
	ret = make_file(path, 0600, key);
	explicit_bzero(key, sizeof(key));
	return ret;
}

/* The map of these hosts, checked as any other; the old one makes room. */
static int make_map(const char *etc, char **host, int n)
{
	char path[PATH_LONGEST], fresh[PATH_LONGEST], *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int i, ret;

	if (!out)
		return complain("map", ENOMEM);
	fputs("# The same on all nodes: see mosix(5).\n", out);
	for (i = 0; i < n; i++)
		fprintf(out, "node %d %s\n", i + 1, host[i]);
	if (fclose(out))
		return complain("map", ENOMEM);
	ret = in_folder(path, etc, "map") ?: in_folder(fresh, etc, "map.new");
	if (!ret)
		ret = make_file(fresh, 0644, text);
	free(text);
	if (ret)
		return ret;
	ret = map_read(&text, fresh);
	free(text);
	if (!ret && rename(fresh, path))
		ret = complain(path, errno);
	if (ret)
		unlink(fresh);
	return ret;
}

/* Only what nobody filled in yet may be written over. */
static int may_write(const char *etc)
{
	char path[PATH_LONGEST], *text, *rest, *line;
	int ret = in_folder(path, etc, "map");

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
		ret = complain(etc, errno);
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
	puts("and then, on each node:\n\tsystemctl restart mosix");
	return 0;
}
