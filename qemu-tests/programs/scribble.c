// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes what is wrong, or nearly right, to every file below folders of /proc:
 *
 *	scribble [-s SEED] [-n TIMES] [-x NAME]... [-k KEY] [-b BACK] [-g] [-r]
 *		FOLDER...
 *
 * What is refused must be so with an error that Documentation/proc.rst names for
 * that file, and the file must read as before. What is taken must read in words that
 * are taken again and read the same, a number as that number; then what was there
 * before is put back. TIMES are the writes to each file that may be written, a tenth
 * to the others. -x leaves files of that name out, -k is what goes back into a file
 * "key", which nobody can read, -b where a process is sent back to (home). With -g it
 * is a guest, which is not sent home; with -r each write must be refused for want of
 * rights. Not a victim.
 */
#include "victim.h"

#include <ftw.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum {
	TEXT = 64 * 1024,
	NAMES = 16,
	/* What may be written, and what not to try. */
	VERB	= 1 << 0,	/* seconds: it would wait */
	MOVES	= 1 << 1,	/* a node: it would be there */
	SECRET	= 1 << 2,	/* cannot be read */
	POINTS	= 1 << 3,	/* failures, of which one ends the node */
	FIXED	= 1 << 4,	/* its value is the second word */
	VARIES	= 1 << 5,	/* may read differently at any time */
};

/**
 * struct kind - a file that may be written
 * @name: of the file; NULL: any other one
 * @errors: that are documented for it
 * @flags: of those above
 */
struct kind {
	const char *name;
	const char *errors;
	unsigned int flags;
};

static const struct kind kinds[] = {
	{ "config", "EINVAL E2BIG ENOMEM", 0 },
	{ "key", "EINVAL ENOMEM", SECRET },
	{ "inject", "EINVAL", POINTS },
	{ "expel", "EINVAL EBUSY ETIME", VERB | VARIES },
	{ "bring", "EINVAL EBUSY ETIME", VERB | VARIES },
	{ "goto",
	  "EINVAL ENODEV EACCES EHOSTUNREACH ECONNREFUSED EBUSY ENOMEM EINTR EOPNOTSUPP",
	  MOVES },
	{ "lock", "EINVAL EBUSY", 0 },
	{ "nodes", "EINVAL E2BIG EOPNOTSUPP EBUSY", 0 },
	{ "sigmig", "EINVAL EOPNOTSUPP EBUSY", 0 },
	{ "strategy", "EINVAL EOPNOTSUPP EBUSY", FIXED },
	{ NULL, "EINVAL", 0 },
};

/* Nobody may write it, root may open it all the same. */
static const struct kind unwritable = { NULL, "EINVAL EIO EACCES", VARIES };

static const char *const words[] = {
	"", "0", "1", "2", "3", "-1", "+1", "01", "0x1", "1 ", " 1", "1\n1", "1e3", "1.5",
	"255", "256", "65535", "65536", "4294967295", "4294967296",
	"18446744073709551616", "home", "auto", "demand", "eager", "push", "precopy",
	"all", "!", "!1", "1-3", "1-3,7", "3-1", "1-", "-3", "1,,2", "1-65535", "!4,9-12",
	"1,2,3,4,5,6,7,8", "1,3,5,7,9,11,13,15,17", "cancel", "insecure", "secure",
	"self 1", "self 0", "node 1 10.77.0.1", "node 2 10.77.0.2:0", "node 1 ::1",
	"alias 1 10.78.0.1", "# nothing", "none", "make:CALL memory", "send:CALL lose 0",
	"send:CALL memory", "step:land cut", "receive: hang", "%s%s%s%n", "../../etc/passwd",
	"8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
	"0000000000000000000000000000000000000000000000000000000000000000",
	"node 8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
};

static uint64_t dice_state = 1;
static unsigned int times = 200;
static const char *left_out[NAMES], *key_text = "insecure", *back = "home";
static int left_out_count;
static bool is_guest, no_rights;
static unsigned long taken, refused;
static char value[TEXT], before[TEXT], now[TEXT], again[TEXT];

static unsigned int dice(unsigned int sides)
{
	dice_state = victim_mix(dice_state);
	return dice_state % sides;
}

__attribute__((noreturn))
static void complain(const char *path, size_t size, const char *what)
{
	printf("%s, %zu bytes \"", path, size);
	for (size_t i = 0; i < size && i < 300; i++)
		printf(value[i] >= ' ' && value[i] < 127 ? "%c" : "\\x%02x",
		       (unsigned char)value[i]);
	printf("\"\nbefore: %s\nnow: %s\n", before, now);
	victim_fail("%s: %s", path, what);
}

static const struct kind *kind_of(const char *path, mode_t mode)
{
	const char *name = strrchr(path, '/') + 1;
	size_t i = 0;

	if (!(mode & 0222))
		return &unwritable;
	while (kinds[i].name && strcmp(kinds[i].name, name))
		i++;
	return &kinds[i];
}

static size_t read_all(const char *path, char *text)
{
	int fd = open(path, O_RDONLY);
	size_t got = 0;
	ssize_t n = 0;

	while (fd >= 0 && got < TEXT - 1 &&
	       (n = read(fd, text + got, TEXT - 1 - got)) > 0)
		got += n;
	if (fd >= 0)
		close(fd);
	text[got] = 0;
	return got;
}

/* Only the first words of each line. */
static void keep_words(char *text, int count)
{
	char *to = text;
	int blanks = 0;

	for (const char *from = text; *from; from++) {
		blanks = *from == '\n' ? 0 : blanks + (*from == ' ');
		if (blanks < count)
			*to++ = *from;
	}
	*to = 0;
}

/* What must be the same afterwards. */
static void look(const char *path, const struct kind *kind, char *text)
{
	char other[512];
	char *word;

	*text = 0;
	if (kind->flags & SECRET) {
		snprintf(other, sizeof(other), "%.*s/security",
			 (int)(strrchr(path, '/') - path), path);
		read_all(other, text);
		word = strstr(text, "\nold_key");
		if (word)
			*word = 0;
	} else if (!(kind->flags & VARIES)) {
		read_all(path, text);
	}
	if (kind->flags & POINTS)
		keep_words(text, 3);
	if ((kind->flags & FIXED) && !strncmp(text, "fixed ", 6)) {
		memmove(text, text + 6, strlen(text + 6) + 1);
		strtok(text, "\n");
	}
}

static size_t put(size_t size, const char *text, size_t more)
{
	if (size + more > TEXT / 2)
		return size;
	memcpy(value + size, text, more);
	return size + more;
}

static size_t change(size_t size)
{
	static const char bytes[] = "\0\n \t#:.,-!+0123456789aAfFzZ[]%\\/\xff\x80\x7f\x01";
	size_t at = dice(size + 1), span = dice(8) + 1;

	switch (dice(7)) {
	case 0:
		if (at < size)
			value[at] ^= 1 << dice(8);
		return size;
	case 1:
		if (size >= TEXT / 2)
			return size;
		memmove(value + at + 1, value + at, size - at);
		value[at] = bytes[dice(sizeof(bytes) - 1)];
		return size + 1;
	case 2:
		if (at + span > size)
			return size;
		memmove(value + at, value + at + span, size - at - span);
		return size - span;
	case 3:
		return at;
	case 4:
		return put(size, value, size);
	case 5:
		return put(size, "\n", 1);
	default:
		if (at < size)
			value[at] = bytes[dice(sizeof(bytes) - 1)];
		return size;
	}
}

static size_t make_value(void)
{
	static const char between[] = { ' ', '\n', '\n', ',' };
	const char *word;
	size_t size = 0;

	switch (dice(8)) {
	case 0:
		size = dice(dice(4) ? 300 : TEXT / 2);
		for (size_t i = 0; i < size; i++)
			value[i] = dice(256);
		return size;
	case 1:
		size = dice(dice(4) ? 300 : TEXT / 2);
		memset(value, '0' + dice(10), size);
		return size;
	case 2:
	case 3:
		size = put(0, before, strlen(before));
		break;
	case 4:
	case 5:
	case 6:
		word = words[dice(ARRAY_SIZE(words))];
		size = put(0, word, strlen(word));
		if (dice(2))
			return size;
		break;
	default:
		for (int i = dice(5); i >= 0; i--) {
			word = words[dice(ARRAY_SIZE(words))];
			size = put(size, word, strlen(word));
			size = put(size, &between[dice(4)], 1);
		}
	}
	for (int i = dice(4); i > 0; i--)
		size = change(size);
	return size;
}

static bool is_number(size_t size)
{
	for (size_t i = value[0] == '+'; i < size; i++)
		if ((value[i] < '0' || value[i] > '9') && value[i] != '\n')
			return false;
	return size;
}

static bool has(const char *text, size_t size)
{
	return memmem(value, size, text, strlen(text));
}

/* What would do what it says. */
static bool is_to_be_tried(const struct kind *kind, size_t size)
{
	if (kind->flags & VERB)
		return !is_number(size);
	if (kind->flags & POINTS)
		return !has("panic", size);
	if ((kind->flags & MOVES) && is_guest)
		return !has("home", size) && !is_number(size);
	return true;
}

static void is_documented(const char *path, const struct kind *kind, int error,
			  size_t size)
{
	const char *name = strerrorname_np(error) ?: "?";

	if (no_rights ? error != EACCES && error != EPERM :
			!strstr(kind->errors, name))
		complain(path, size, name);
}

static ssize_t write_text(const char *path, const char *text, size_t size)
{
	int fd = open(path, O_WRONLY);
	ssize_t ret = fd < 0 ? -1 : write(fd, text, size);
	int error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
	return ret;
}

static void put_back(const char *path, const struct kind *kind, size_t size)
{
	const char *text = before;

	if (kind->flags & SECRET)
		text = key_text;
	else if (kind->flags & MOVES)
		text = back;
	else if (kind->flags & POINTS)
		text = "none";
	if (write_text(path, text, strlen(text)) < 0)
		complain(path, size, "what was there before is refused");
	/* This node may have made a key of its own. */
	if (kind->flags & SECRET)
		look(path, kind, before);
}

/* It was taken: is it what it reads as, and is that taken, too? */
static void check_taken(const char *path, const struct kind *kind, size_t size)
{
	look(path, kind, now);
	if (!kind->name && is_number(size) &&
	    strtoul(value, NULL, 10) != strtoul(now, NULL, 10))
		complain(path, size, "another number");
	if (!(kind->flags & (VARIES | SECRET | MOVES | POINTS))) {
		if (write_text(path, now, strlen(now)) < 0)
			complain(path, size, "what it reads as is refused");
		look(path, kind, again);
		if (strcmp(now, again))
			complain(path, size, "written again it is another");
	}
	if (!(kind->flags & VARIES))
		put_back(path, kind, size);
	taken++;
}

static void try_one(const char *path, const struct kind *kind)
{
	size_t size = make_value();
	ssize_t ret;

	value[size] = 0;
	if (!is_to_be_tried(kind, size))
		return;
	ret = write_text(path, value, size);
	if (ret >= 0) {
		if (no_rights || (kind == &unwritable && size))
			complain(path, size, "it is taken");
		if ((size_t)ret != size)
			complain(path, size, "it is taken in part");
		check_taken(path, kind, size);
		look(path, kind, now);
	} else {
		is_documented(path, kind, errno, size);
		refused++;
		look(path, kind, now);
	}
	if (strcmp(before, now))
		complain(path, size, "it reads differently");
}

/* Addresses that are none, one that ends too early, and a write not at the start. */
static void try_memory(const char *path, const struct kind *kind)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct bad {
		const void *at;
		size_t size;
		off_t from;
	} bad[] = {
		{ NULL, 5, 0 }, { (void *)-4096ul, 5, 0 },
		{ (void *)0xffff888000001000, 16, 0 }, { page + 4090, 64, 0 },
		{ page, 1ul << 40, 0 }, { "0", 1, 1 }, { "0", 1, 4096 },
	};
	int fd = open(path, O_WRONLY);

	CHECK(page != MAP_FAILED, "no memory");
	CHECK_CALL(munmap(page + 4096, 4096));
	memset(page, '1', 4096);
	for (size_t i = 0; fd >= 0 && i < ARRAY_SIZE(bad); i++) {
		snprintf(value, sizeof(value), "bad memory %zu", i);
		if (pwrite(fd, bad[i].at, bad[i].size, bad[i].from) >= 0)
			complain(path, strlen(value), "it is taken");
		if (errno != EFAULT && errno != ESPIPE)
			is_documented(path, kind, errno, strlen(value));
		refused++;
		look(path, kind, now);
		if (strcmp(before, now))
			complain(path, strlen(value), "it reads differently");
	}
	if (fd >= 0)
		close(fd);
	munmap(page, 8192);
}

/* Parts of it, from anywhere: whatever they are, they end. */
static void try_reads(const char *path, const struct kind *kind)
{
	int fd = open(path, O_RDONLY);
	off_t from;

	for (int i = 0; fd >= 0 && i < 20; i++) {
		from = dice(2) ? dice(5000) : (off_t)dice(1 << 30) << dice(33);
		if (pread(fd, now, dice(dice(2) ? 10 : 5000) + 1, from) < 0 &&
		    errno != EINVAL && errno != EHOSTUNREACH &&
		    errno != ENODATA &&
		    !(errno == EIO && (kind->flags & SECRET)))
			victim_fail("%s: read from %ld: %s", path, (long)from,
				    strerror(errno));
	}
	if (fd >= 0)
		close(fd);
}

static int try_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	const struct kind *kind = kind_of(path, st->st_mode);

	(void)ftw;
	if (type != FTW_F)
		return 0;
	for (int i = 0; i < left_out_count; i++)
		if (!strcmp(strrchr(path, '/') + 1, left_out[i]))
			return 0;
	look(path, kind, before);
	for (unsigned int i = kind == &unwritable ? times * 9 / 10 : 0; i < times; i++)
		try_one(path, kind);
	try_memory(path, kind);
	try_reads(path, kind);
	return 0;
}

int main(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "b:gk:n:rs:x:")) != -1) {
		if (option == 'b')
			back = optarg;
		else if (option == 'g')
			is_guest = true;
		else if (option == 'k')
			key_text = optarg;
		else if (option == 'n')
			times = strtoul(optarg, NULL, 10);
		else if (option == 'r')
			no_rights = true;
		else if (option == 's')
			dice_state = strtoull(optarg, NULL, 10);
		else if (option == 'x' && left_out_count < NAMES)
			left_out[left_out_count++] = optarg;
		else
			return 2;
	}
	CHECK(optind < argc, "where?");
	for (; optind < argc; optind++)
		CHECK(!nftw(argv[optind], try_file, 16, FTW_PHYS), "%s: %s",
		      argv[optind], strerror(errno));
	printf("%lu refused, %lu taken\n", refused, taken);
	return fflush(stdout) ? 1 : 0;
}
