// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/mosix/config: which node maps it takes. The map is put back in the end:
 * a node that has guests loses nothing.
 */
#include "procfile.h"

#include "kselftest_harness.h"

#define CONFIG "/proc/mosix/config"

FIXTURE(map)
{
	char before[PROCFILE_MAX];
	char now[PROCFILE_MAX];
};

FIXTURE_SETUP(map)
{
	if (procfile_read(CONFIG, self->before) < 0)
		SKIP(return, "this kernel has no " CONFIG);
	if (geteuid())
		SKIP(return, "only root may");
}

FIXTURE_TEARDOWN(map)
{
	procfile_tell(CONFIG, self->before);
}

TEST_F(map, what_was_written_is_read)
{
	static const char text[] =
		"self 7\n"
		"node 7 127.0.0.1:7300\n"
		"node 8 127.0.0.8\n"
		"node 65535 10.1.2.3:65535";

	ASSERT_EQ(0, procfile_tell(CONFIG, text));
	ASSERT_LT(0, procfile_read(CONFIG, self->now));
	EXPECT_NE(NULL, strstr(self->now, "self 7\n"));
	EXPECT_NE(NULL, strstr(self->now, "node 7 127.0.0.1:7300"));
	EXPECT_NE(NULL, strstr(self->now, "node 8 127.0.0.8"));
	EXPECT_NE(NULL, strstr(self->now, "node 65535 10.1.2.3:65535"));
	procfile_read("/proc/mosix/self", self->now);
	EXPECT_STREQ("7", self->now);
}

TEST_F(map, what_is_read_can_be_written)
{
	char copy[PROCFILE_MAX];

	ASSERT_EQ(0, procfile_tell(CONFIG,
				   "self 2\nnode 2 127.0.0.1:7300\n"
				   "node 9 127.0.0.9:7301\n"));
	procfile_read(CONFIG, self->now);
	memcpy(copy, self->now, sizeof(copy));
	ASSERT_EQ(0, procfile_tell(CONFIG, copy));
	procfile_read(CONFIG, self->now);
	EXPECT_STREQ(copy, self->now);
}

TEST_F(map, a_map_that_is_no_map_changes_nothing)
{
	static const char * const junk[] = {
		"rubbish",
		"self",
		"self x\nnode 1 127.0.0.1\n",
		"self 0\nnode 0 127.0.0.1\n",
		"self 1\nnode 1\n",
		"self 1\nnode 1 127.0.0.300\n",
		"self 1\nnode 1 127.0.0\n",
		"self 1\nnode 1 localhost\n",
		"self 1\nnode 1 127.0.0.1:0\n",
		"self 1\nnode 1 127.0.0.1:65536\n",
		"self 1\nnode 1 127.0.0.1:72x\n",
		"self 1\nnode 1 127.0.0.1\nnode 1 127.0.0.2\n",
		"self 1\nself 2\nnode 1 127.0.0.1\nnode 2 127.0.0.2\n",
		"self 65536\nnode 65536 127.0.0.1\n",
		"self -1\nnode -1 127.0.0.1\n",
		"self 1\nnode 2 127.0.0.2\n",
		"self 1\nnode 1 127.0.0.1 more\n",
		"self 1\nnode 1 127.0.0.1\nother 3\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(junk); i++) {
		EXPECT_EQ(-EINVAL, procfile_tell(CONFIG, junk[i])) {
			TH_LOG("of '%s'", junk[i]);
		}
		procfile_read(CONFIG, self->now);
		EXPECT_STREQ(self->before, self->now) {
			TH_LOG("after '%s'", junk[i]);
		}
	}
	EXPECT_EQ(-EINVAL, procfile_write(CONFIG, "self 1\0node 1 127.0.0.1",
					  23));
}

TEST_HARNESS_MAIN
