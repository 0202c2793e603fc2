// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names in folders: made, linked, exchanged, listed and removed by the calls
 * that take a folder's descriptor; what inotify tells of them, and of what a
 * child at home does meanwhile; attributes of files.
 */
#include "bytes.h"
#include "folder.h"
#include "partner.h"

#include <dirent.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

enum { MANY = 60, EVENT_BYTES = 8192 };

static int at, watch;
static char events[EVENT_BYTES] __attribute__((aligned(8)));
static size_t event_at, event_end;

static void make(const char *name)
{
	close(CHECK_CALL(openat(at, name, O_CREAT | O_EXCL | O_WRONLY, 0600)));
}

static ino_t number_of(const char *name)
{
	struct stat st;

	CHECK(!fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW), "%s: %s", name,
	      strerror(errno));
	return st.st_ino;
}

static void is_not(const char *name)
{
	struct stat st;

	CHECK(fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == -1 &&
	      errno == ENOENT, "%s is there", name);
}

/* The next event, which must be this one; its cookie. */
static uint32_t is_told(uint32_t mask, const char *name)
{
	struct inotify_event *event;

	if (event_at == event_end) {
		event_at = 0;
		event_end = CHECK_CALL(read(watch, events, EVENT_BYTES));
	}
	event = (struct inotify_event *)(events + event_at);
	CHECK(event->mask == mask && event->len &&
	      !strcmp(event->name, name), "told %#x of %s, not %#x of %s",
	      event->mask, event->len ? event->name : "nothing", mask, name);
	event_at += sizeof(*event) + event->len;
	return event->cookie;
}

static void told_no_more(void)
{
	int flags = CHECK_CALL(fcntl(watch, F_GETFL));

	CHECK(event_at == event_end, "more events than things that happened");
	CHECK_CALL(fcntl(watch, F_SETFL, flags | O_NONBLOCK));
	CHECK(read(watch, events, EVENT_BYTES) == -1 && errno == EAGAIN,
	      "more was told: %s", strerror(errno));
	CHECK_CALL(fcntl(watch, F_SETFL, flags));
}

static void renames(void)
{
	ino_t a, b;

	make("a");
	make("b");
	a = number_of("a");
	b = number_of("b");
	CHECK(renameat2(at, "a", at, "b", RENAME_NOREPLACE) == -1 &&
	      errno == EEXIST, "RENAME_NOREPLACE: %s", strerror(errno));
	CHECK_CALL(renameat2(at, "a", at, "b", RENAME_EXCHANGE));
	CHECK(number_of("a") == b && number_of("b") == a, "not exchanged");
	CHECK_CALL(renameat2(at, "a", at, "c", RENAME_NOREPLACE));
	is_not("a");
	CHECK_CALL(renameat(at, "c", at, "b"));
	CHECK(number_of("b") == b, "rename kept the old file");
	CHECK_CALL(mkdirat(at, "d", 0700));
	CHECK(unlinkat(at, "d", 0) == -1 && errno == EISDIR, "unlinkat: %s",
	      strerror(errno));
	CHECK(renameat(at, "d", at, "b") == -1 && errno == ENOTDIR,
	      "a folder in a file's place: %s", strerror(errno));
	CHECK_CALL(unlinkat(at, "d", AT_REMOVEDIR));
	CHECK_CALL(unlinkat(at, "b", 0));
}

/* What inotify has to say of renames(), word by word. */
static void told_renames(void)
{
	uint32_t cookie;

	is_told(IN_CREATE, "a");
	is_told(IN_CREATE, "b");
	cookie = is_told(IN_MOVED_FROM, "a");
	CHECK(is_told(IN_MOVED_TO, "b") == cookie, "another cookie");
	cookie = is_told(IN_MOVED_FROM, "b");
	CHECK(is_told(IN_MOVED_TO, "a") == cookie, "another cookie");
	cookie = is_told(IN_MOVED_FROM, "a");
	CHECK(is_told(IN_MOVED_TO, "c") == cookie, "another cookie");
	cookie = is_told(IN_MOVED_FROM, "c");
	CHECK(is_told(IN_MOVED_TO, "b") == cookie, "another cookie");
	is_told(IN_CREATE | IN_ISDIR, "d");
	is_told(IN_DELETE | IN_ISDIR, "d");
	is_told(IN_DELETE, "b");
}

static void links(void)
{
	char target[64] = "";
	struct statx stx;

	make("a");
	CHECK_CALL(linkat(at, "a", at, "hard", 0));
	CHECK(linkat(at, "a", at, "hard", 0) == -1 && errno == EEXIST,
	      "linkat: %s", strerror(errno));
	CHECK_CALL(symlinkat("a", at, "soft"));
	CHECK_CALL(linkat(at, "soft", at, "soft2", 0));
	CHECK(readlinkat(at, "soft2", target, sizeof(target)) == 1 &&
	      target[0] == 'a', "the link leads to '%s'", target);
	CHECK_CALL(statx(at, "soft", 0, STATX_BASIC_STATS, &stx));
	CHECK(S_ISREG(stx.stx_mode) && stx.stx_nlink == 2 &&
	      stx.stx_ino == number_of("hard"), "statx: mode %o, %u links",
	      stx.stx_mode, stx.stx_nlink);
	CHECK_CALL(statx(at, "soft", AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS,
			 &stx));
	CHECK(S_ISLNK(stx.stx_mode) && stx.stx_size == 1,
	      "statx of the link: mode %o, %llu bytes", stx.stx_mode,
	      stx.stx_size);
	CHECK_CALL(unlinkat(at, "soft2", 0));
	CHECK_CALL(unlinkat(at, "soft", 0));
	CHECK_CALL(unlinkat(at, "hard", 0));
	is_told(IN_CREATE, "a");
	is_told(IN_CREATE, "hard");
	is_told(IN_CREATE, "soft");
	is_told(IN_CREATE, "soft2");
	is_told(IN_DELETE, "soft2");
	is_told(IN_DELETE, "soft");
	is_told(IN_DELETE, "hard");
}

/* Of the file "a" that links() has left. */
static void attributes(void)
{
	struct timespec times[2] = { { 1000000000, 123 }, { 1, 999999999 } };
	char value[300], back[300], list[64];
	struct statx stx;
	struct stat st;
	int fd = CHECK_CALL(openat(at, "a", O_RDWR));

	CHECK_CALL(utimensat(at, "a", times, 0));
	CHECK_CALL(fchmodat(at, "a", 04751, 0));
	CHECK_CALL(fchown(fd, getuid(), getgid()));
	CHECK_CALL(fchmod(fd, 0751));
	CHECK_CALL(statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &stx));
	CHECK(stx.stx_atime.tv_sec == 1000000000 &&
	      stx.stx_atime.tv_nsec == 123 && stx.stx_mtime.tv_sec == 1 &&
	      stx.stx_mtime.tv_nsec == 999999999, "times %lld %lld",
	      stx.stx_atime.tv_sec, stx.stx_mtime.tv_sec);
	CHECK_CALL(fstat(fd, &st));
	CHECK((stx.stx_mode & 07777) == 0751 && st.st_mode == stx.stx_mode &&
	      st.st_ino == stx.stx_ino &&
	      st.st_dev == makedev(stx.stx_dev_major, stx.stx_dev_minor),
	      "statx and fstat differ: modes %o and %o", stx.stx_mode,
	      st.st_mode);
	bytes_fill(value, sizeof(value), victim.done);
	/* Not every file system has these: then there is nothing to ask. */
	if (!fsetxattr(fd, "user.victim", value, sizeof(value), XATTR_CREATE)) {
		CHECK(fsetxattr(fd, "user.victim", "", 0, XATTR_CREATE) == -1 &&
		      errno == EEXIST, "XATTR_CREATE: %s", strerror(errno));
		CHECK(fgetxattr(fd, "user.victim", NULL, 0) == sizeof(value),
		      "size of an attribute");
		CHECK(fgetxattr(fd, "user.victim", back, sizeof(back)) ==
		      sizeof(back), "fgetxattr: %s", strerror(errno));
		bytes_same(back, value, sizeof(back), "an attribute");
		CHECK(flistxattr(fd, list, sizeof(list)) == 12 &&
		      !strcmp(list, "user.victim"), "flistxattr");
		CHECK_CALL(fremovexattr(fd, "user.victim"));
		CHECK(fgetxattr(fd, "user.victim", back, sizeof(back)) == -1 &&
		      errno == ENODATA, "fgetxattr: %s", strerror(errno));
	} else {
		CHECK(errno == EOPNOTSUPP, "fsetxattr: %s", strerror(errno));
	}
	close(fd);
	CHECK_CALL(unlinkat(at, "a", 0));
	is_told(IN_DELETE, "a");
}

/* The child at home makes files, or takes them away. */
static long make_many(long make_them)
{
	char name[16];

	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "many%02d", i);
		if (make_them)
			make(name);
		else
			CHECK_CALL(unlinkat(at, name, 0));
	}
	return MANY;
}

/* Few names in each call: the place in the folder is the kernel's to keep. */
static void listed(void)
{
	char buffer[400], seen[MANY] = "";
	int fd = CHECK_CALL(openat(at, ".", O_RDONLY | O_DIRECTORY));
	int number, count = 0, dots = 0;
	struct dirent64 *entry;
	ssize_t got;

	while ((got = CHECK_CALL(getdents64(fd, buffer, sizeof(buffer))))) {
		for (ssize_t i = 0; i < got; i += entry->d_reclen) {
			entry = (struct dirent64 *)(buffer + i);
			if (entry->d_name[0] == '.') {
				dots++;
				continue;
			}
			CHECK(sscanf(entry->d_name, "many%d", &number) == 1 &&
			      number < MANY && !seen[number]++,
			      "a strange name: %s", entry->d_name);
			CHECK(entry->d_ino == number_of(entry->d_name),
			      "inode %lu of %s", entry->d_ino, entry->d_name);
			count++;
		}
	}
	CHECK(count == MANY && dots == 2, "%d names and %d dots", count, dots);
	close(fd);
}

static void others(void)
{
	char name[16];

	partner_tell(make_many, 1);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "many%02d", i);
		is_told(IN_CREATE, name);
	}
	CHECK(partner_hear() == MANY, "fewer files");
	listed();
	CHECK(partner_ask(make_many, 0) == MANY, "fewer files");
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "many%02d", i);
		is_told(IN_DELETE, name);
	}
}

int main(int argc, char **argv)
{
	victim_begin(argc, argv);
	folder_begin();
	at = CHECK_CALL(open(folder, O_PATH | O_DIRECTORY));
	watch = CHECK_CALL(inotify_init1(IN_CLOEXEC));
	CHECK_CALL(inotify_add_watch(watch, folder,
				     IN_CREATE | IN_DELETE | IN_MOVE));
	partner_begin();
	while (victim_next()) {
		renames();
		told_renames();
		links();
		attributes();
		others();
		told_no_more();
	}
	partner_end();
	folder_end();
	return victim_pass();
}
