// SPDX-License-Identifier: GPL-2.0-only
/*
 * Code that has just begun looks at what the CPU has, as a C library and many others
 * do, and would use it from then on: it has to find what there was at first.
 *
 *	begins exec|spawn|map [MS]	by a program that executes itself, by one that is
 *				executed by posix_spawn(), by code that is mapped;
 *				MS is as in child.h
 */
#include "child.h"

#include <cpuid.h>
#include <spawn.h>
#include <sys/mman.h>

enum { TEXT = 16, ADX = 1 << 19 };

static char found[TEXT];

static unsigned int features(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) ? b : 0;
}

static void check_same(const char *what)
{
	const char *first = getenv("BEGINS");
	unsigned int now = features();

	CHECK(first, "the environment is lost");
	CHECK(strtoul(first, NULL, 16) == now, "%s finds %x, not %s", what, now,
	      first);
}

static void spawn(char *self)
{
	char *const args[] = { self, "--look", NULL };
	pid_t child;
	int ret;

	child_work();
	ret = posix_spawn(&child, "/proc/self/exe", NULL, NULL, args, environ);
	CHECK(!ret, "posix_spawn: %s", strerror(ret));
	child_exits(child, 0, "a program that was spawned");
}

/* The code that is mapped is this program's; its mapping is what counts. */
static void map(int fd)
{
	void *code;

	child_work();
	code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	CHECK(code != MAP_FAILED, "mmap: %s", strerror(errno));
	check_same("code that was mapped");
	CHECK_CALL(munmap(code, 4096));
}

int main(int argc, char **argv)
{
	bool again = argc > 4 && !strcmp(argv[1], "--again");
	char *const options[] = { argv[0], "-d", again ? argv[4] : NULL, NULL };
	const char *how;
	int fd;

	if (argc == 2 && !strcmp(argv[1], "--look"))
		return strtoul(getenv("BEGINS") ?: "", NULL, 16) != features();
	if (again) {
		victim_begin(3, (char **)options);
		victim.done = strtoul(argv[2], NULL, 10);
		child_work_ms = strtoul(argv[3], NULL, 10);
		victim_next();
		check_same("a program that was executed");
		if (victim_next())
			child_become(argv[0]);
		return victim_pass();
	}
	victim_begin(argc, argv);
	how = optind < argc ? argv[optind] : "";
	if (optind + 1 < argc)
		child_work_ms = strtoul(argv[optind + 1], NULL, 10);
	snprintf(found, TEXT, "%x", features());
	CHECK_CALL(setenv("BEGINS", found, 1));
	fd = CHECK_CALL(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
	printf("first %s, %s adx\n", found, features() & ADX ? "with" : "without");
	while (victim_next()) {
		if (!strcmp(how, "exec"))
			child_become(argv[0]);
		else if (!strcmp(how, "spawn"))
			spawn(argv[0]);
		else if (!strcmp(how, "map"))
			map(fd);
		else
			victim_fail("how: '%s'?", how);
	}
	return victim_pass();
}
