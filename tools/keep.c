// SPDX-License-Identifier: GPL-2.0-only
/*
 * A map with a line "serial N" is kept by the nodes themselves: of two maps the
 * one with the higher serial counts, of two with the same the one whose text is
 * the greater, so all nodes come to the same one whoever tells whom first. Each
 * change makes the serial one higher.
 *
 * Who reads the file, changes it and writes it has the folder's lock; and
 * whoever has that lock also gives the map to the kernel, so the kernel's is the
 * file's. The lock is not held while another node is asked: it may want ours. It is a
 * file that none but root can open: the folder itself anybody could lock, for good.
 */
#include "keep.h"
#include "node.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/**
 * keep_complain - say what is wrong
 * @what: with what
 * @error: a positive errno
 *
 * Return: -@error.
 */
int keep_complain(const char *what, int error)
{
	fprintf(stderr, "mosctl: %s: %s\n", what, strerror(error));
	return -error;
}

/**
 * keep_path - name of a file in the folder
 * @path: receives it
 * @etc: the folder
 * @name: the file
 *
 * Return: 0, -ENAMETOOLONG after saying so.
 */
int keep_path(char path[KEEP_PATH], const char *etc, const char *name)
{
	return snprintf(path, KEEP_PATH, "%s/%s", etc, name) < KEEP_PATH ?
	       0 : keep_complain(etc, ENAMETOOLONG);
}

/**
 * keep_make_file - a new file, whole and on the disk, or none
 * @path: its name; one that is there is never written over
 * @mode: who may read it
 * @text: what is in it
 *
 * Return: 0, or a negative errno after saying why.
 */
int keep_make_file(const char *path, mode_t mode, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	size_t len = strlen(text);
	ssize_t n;
	int ret;

	if (fd < 0)
		return keep_complain(path, errno);
	n = write(fd, text, len);
	ret = n < 0 ? errno : (size_t)n < len ? ENOSPC : fsync(fd) ? errno : 0;
	close(fd);
	if (!ret)
		return 0;
	unlink(path);
	return keep_complain(path, ret);
}

static int open_lock(const char *etc)
{
	char path[KEEP_PATH];
	int fd, ret = keep_path(path, etc, ".lock");

	if (ret)
		return ret;
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	/* Where nothing can be written nobody changes the map. */
	if (fd < 0 && (errno == EROFS || errno == ENOSPC))
		fd = open(etc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? keep_complain(etc, errno) : fd;
}

/**
 * keep_lock - nobody else changes the map until keep_unlock()
 * @etc: its folder
 *
 * Return: what keep_unlock() wants; a negative errno after saying why.
 */
int keep_lock(const char *etc)
{
	int fd = open_lock(etc);

	while (fd >= 0 && flock(fd, LOCK_EX)) {
		if (errno == EINTR)
			continue;
		close(fd);
		return keep_complain(etc, errno);
	}
	return fd;
}

/**
 * keep_unlock - others may change it
 * @lock: of keep_lock(); what it returned as an error is no lock
 */
void keep_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}

/**
 * keep_load - the map that is in the folder
 * @map: all zero; to be ended with map_end() whatever is returned
 * @path: receives the name of its file, which @map goes on to use
 * @etc: the folder
 *
 * Return: 0, also when there is no file, which is a map of nobody; a negative
 * errno after saying why.
 */
int keep_load(struct map *map, char path[KEEP_PATH], const char *etc)
{
	char *text;
	int ret = keep_path(path, etc, "map");

	map->file = path;
	if (ret)
		return ret;
	ret = text_from(&text, path);
	if (ret == -ENOENT)
		return 0;
	if (ret)
		return keep_complain(path, -ret);
	ret = map_parse(map, text);
	free(text);
	return ret == -ENOMEM ? keep_complain(path, ENOMEM) : ret;
}

/* As the kernel has it: only a node that is in the cluster has a map. */
static int tell_kernel(const struct map *map)
{
	char *text;
	int ret;

	if (!node_self())
		return 0;
	text = map_text(map);
	ret = text ? text_write(text, "mosix/config") : -ENOMEM;
	free(text);
	return ret ? keep_complain("map", -ret) : 0;
}

/* For good, where the file system can: no cut of power brings back the old one. */
static int rename_in(const char *etc, const char *from, const char *to)
{
	int fd, ret = rename(from, to) ? keep_complain(to, errno) : 0;

	fd = open(etc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	return ret;
}

/* The kernel is told between what may fail for want of room and what may not. */
static int replace(const char *etc, const struct map *map, const char *text)
{
	char path[KEEP_PATH], fresh[KEEP_PATH];
	int ret = keep_path(path, etc, "map");

	if (!ret)
		ret = keep_path(fresh, etc, "map.new");
	if (ret)
		return ret;
	if (unlink(fresh) && errno != ENOENT)	/* of who died: we have the lock */
		return keep_complain(fresh, errno);
	ret = keep_make_file(fresh, 0644, text);
	if (ret)
		return ret;
	ret = tell_kernel(map);
	if (ret) {
		unlink(fresh);
		return ret;
	}
	return rename_in(etc, fresh, path);
}

/**
 * keep_write - the map of the folder, and the kernel's, is another one
 * @etc: the folder, locked
 * @map: the map, whose serial is set
 *
 * What the kernel does not take is not written down, and what cannot be written
 * down the kernel does not get: it would be gone with the next boot.
 *
 * Return: 0, or a negative errno after saying why.
 */
int keep_write(const char *etc, struct map *map)
{
	char *nodes, *text = NULL;
	int ret;

	map->self = 0;
	ret = map_find_self(map);
	if (ret == -ENODEV)
		fprintf(stderr, "mosctl: %s: no node is at an address of this host\n",
			map->file);
	if (ret)
		return ret;
	nodes = map_shared(map);
	if (!nodes || asprintf(&text, "# Kept by the nodes: see mosix(5).\n%s",
			       nodes) < 0)
		text = NULL;
	if (!text)
		ret = keep_complain("map", ENOMEM);
	else if (strlen(text) >= TEXT_LARGEST)	/* nobody could read it again */
		ret = keep_complain("map", EFBIG);
	else
		ret = replace(etc, map, text);
	free(nodes);
	free(text);
	return ret;
}

/* More than 0: @a counts, less: @b, 0: they are the same. */
static int compare(struct map *a, struct map *b)
{
	char *a_text, *b_text;
	int ret;

	if (a->serial != b->serial)
		return a->serial < b->serial ? -1 : 1;
	a_text = map_shared(a);
	b_text = map_shared(b);
	ret = a_text && b_text ? strcmp(a_text, b_text) : 0;
	free(a_text);
	free(b_text);
	return ret;
}

/* The admin's own map, which the contact's is to replace, may be wanted again. */
static int put_aside(const char *etc, const struct map *own)
{
	char path[KEEP_PATH], old[KEEP_PATH];
	int ret;

	if (!own->n || own->serial)
		return 0;
	ret = keep_path(path, etc, "map");
	if (!ret)
		ret = keep_path(old, etc, "map.old");
	if (ret)
		return ret;
	unlink(old);
	return link(path, old) ? keep_complain(old, errno) : 0;
}

/* The folder is locked, both maps are parsed. */
static int take(const char *etc, struct map *own, struct map *theirs,
		enum keep_when when)
{
	int ret, order = compare(theirs, own);

	if (when == KEEP_IF_NEWER && order <= 0)
		return order ? KEEP_OLDER : KEEP_SAME;
	if (own->serial && !map_pins_are_kept(own, theirs)) {
		fprintf(stderr, "mosctl: %s changes a node that is pinned here: not taken\n",
			theirs->file);
		return -EPERM;
	}
	ret = map_find_self(theirs);
	if (ret)
		return ret == -ENODEV ? KEEP_WITHOUT_US : ret;
	if (when == KEEP_ALWAYS)
		ret = put_aside(etc, own);
	return ret ? ret : keep_write(etc, theirs);
}

/**
 * keep_take - another node has told its map
 * @etc: the folder
 * @text: the map, from who has the cluster's key; checked here
 * @from: what it is called when something is wrong with it
 * @when: must it be newer than ours?
 *
 * Return: enum keep_taken; a negative errno after saying why: nothing is changed.
 */
int keep_take(const char *etc, const char *text, const char *from,
	      enum keep_when when)
{
	struct map own = {}, theirs = { .file = from, .way = MAP_OF_ANOTHER };
	char path[KEEP_PATH], *copy = strdup(text);
	int ret, lock;

	lock = copy ? keep_lock(etc) : keep_complain("map", ENOMEM);
	if (lock < 0) {
		free(copy);
		return lock;
	}
	ret = keep_load(&own, path, etc);
	if (!ret && !own.serial && own.n && when == KEEP_IF_NEWER) {
		fprintf(stderr, "mosctl: %s has no serial: that of %s is not taken\n",
			path, from);
		ret = -EPERM;
	}
	if (!ret)
		ret = map_parse(&theirs, copy);
	if (!ret && (!theirs.serial || !theirs.n || theirs.self)) {
		fprintf(stderr, "mosctl: map of %s: no serial, no nodes, or a self\n",
			from);
		ret = -EINVAL;
	}
	if (!ret)
		ret = take(etc, &own, &theirs, when);
	map_end(&own);
	map_end(&theirs);
	keep_unlock(lock);
	free(copy);
	return ret;
}

/**
 * keep_text - the map as the nodes tell it to each other
 * @text: receives it, for free()
 * @etc: the folder
 *
 * Return: 0; -ENOENT the nodes do not keep it themselves; another negative errno
 * after saying why.
 */
int keep_text(char **text, const char *etc)
{
	struct map map = {};
	char path[KEEP_PATH];
	int ret = keep_load(&map, path, etc);

	*text = NULL;
	if (!ret && !map.serial)
		ret = -ENOENT;
	if (!ret) {
		*text = map_shared(&map);
		ret = *text ? 0 : keep_complain(path, ENOMEM);
	}
	map_end(&map);
	return ret;
}

static int from_hex(unsigned char key[KEEP_KEY], const char *line)
{
	char byte[3] = {};
	int i;

	if (strlen(line) != 2 * KEEP_KEY ||
	    line[strspn(line, "0123456789abcdefABCDEF")])
		return -EINVAL;
	for (i = 0; i < KEEP_KEY; i++) {
		memcpy(byte, line + 2 * i, 2);
		key[i] = strtoul(byte, NULL, 16);
	}
	return 0;
}

/* The line of the cluster's key; the others are for the kernel. NULL: there is none. */
static char *find_line(char *text)
{
	char *line;
	size_t end;

	while ((line = strsep(&text, "\n"))) {
		line[strcspn(line, "#")] = '\0';
		line += strspn(line, " \t\r");
		for (end = strlen(line); end && strchr(" \t\r", line[end - 1]);)
			line[--end] = '\0';
		if (*line && strncmp(line, "node ", 5))
			return line;
	}
	return NULL;
}

static int find_key(unsigned char key[KEEP_KEY], char *text)
{
	const char *line = find_line(text);

	return line ? from_hex(key, line) : -EINVAL;
}

/**
 * keep_key - the cluster's key
 * @key: receives it; to be wiped
 * @etc: the folder that has it
 *
 * Return: 0; -ENOKEY there is none, or links are in clear; another negative errno.
 * Nothing is said.
 */
int keep_key(unsigned char key[KEEP_KEY], const char *etc)
{
	char path[KEEP_PATH], *text;
	int ret = keep_path(path, etc, "key");

	if (ret)
		return ret;
	ret = text_from(&text, path);
	if (ret)
		return ret == -ENOENT ? -ENOKEY : ret;
	ret = find_key(key, text);
	explicit_bzero(text, strlen(text));
	free(text);
	return ret ? -ENOKEY : 0;
}

/**
 * keep_is_insecure - does the admin want links in clear?
 * @etc: the folder that has the key, or the word for that
 *
 * Return: 1 or 0.
 */
int keep_is_insecure(const char *etc)
{
	char path[KEEP_PATH], *text, *line;
	size_t size;
	int found;

	if (keep_path(path, etc, "key") || text_from(&text, path))
		return 0;
	size = strlen(text);
	line = find_line(text);
	found = line && !strcmp(line, "insecure");
	explicit_bzero(text, size);
	free(text);
	return found;
}

static int same_key(const char *text, const unsigned char *key)
{
	unsigned char other[KEEP_KEY];
	char *copy = strdup(text);
	int same = copy && !find_key(other, copy) &&
		   !memcmp(other, key, KEEP_KEY);

	if (copy)
		explicit_bzero(copy, strlen(text));
	free(copy);
	explicit_bzero(other, sizeof(other));
	return same;
}

static int check_key(const char *text, const char *file)
{
	unsigned char key[KEEP_KEY];
	char *copy = strdup(text);
	int ret = copy ? find_key(key, copy) : -ENOMEM;

	if (copy)
		explicit_bzero(copy, strlen(text));
	free(copy);
	explicit_bzero(key, sizeof(key));
	if (ret)
		fprintf(stderr, "mosctl: %s: no key of %d hex digits\n", file,
			2 * KEEP_KEY);
	return ret;
}

/**
 * keep_new_key - the folder gets a key
 * @etc: the folder
 * @file: that has it; - is standard input
 *
 * A key that is there is kept if it is the same, and else nothing is done.
 *
 * Return: 0, or a negative errno after saying why.
 */
int keep_new_key(const char *etc, const char *file)
{
	char path[KEEP_PATH], *text;
	unsigned char old[KEEP_KEY];
	int ret = keep_path(path, etc, "key");

	if (!ret) {
		ret = text_from(&text, file);
		if (ret)
			return keep_complain(file, -ret);
	}
	if (ret)
		return ret;
	ret = check_key(text, file);
	if (!ret && access(path, F_OK)) {
		ret = keep_make_file(path, 0600, text);
	} else if (!ret && (keep_key(old, etc) || !same_key(text, old))) {
		fprintf(stderr, "mosctl: %s is another key: remove it first\n",
			path);
		ret = -EEXIST;
	}
	explicit_bzero(old, sizeof(old));
	explicit_bzero(text, strlen(text));
	free(text);
	return ret;
}
