// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the program has used, asked in every way: each figure stays or grows,
 * however often it is asked, and the clocks go on.
 */
#include "victim.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/times.h>

enum { FIGURES = 19, ASK = 20, PAGES = 64 };

static const clockid_t clocks[] = {
	CLOCK_MONOTONIC, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME,
	CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID,
};

static const char * const figure_name[FIGURES] = {
	"user time", "system time", "greatest memory", "small faults",
	"great faults", "waits", "preemptions", "the thread's user time",
	"the thread's system time", "the children's user time",
	"user time of times()", "system time of times()", "ticks of times()",
	"CLOCK_MONOTONIC", "CLOCK_MONOTONIC_COARSE", "CLOCK_BOOTTIME",
	"the process clock", "the thread clock", "the clock of our PID",
};

static uint64_t us_of(const struct timeval *tv)
{
	return tv->tv_sec * 1000000ull + tv->tv_usec;
}

static uint64_t ns_by(clockid_t id)
{
	struct timespec ts;

	CHECK_CALL(clock_gettime(id, &ts));
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void ask(uint64_t now[FIGURES])
{
	struct rusage self, thread, children;
	clockid_t ours;
	struct tms tms;

	CHECK_CALL(getrusage(RUSAGE_SELF, &self));
	CHECK_CALL(getrusage(RUSAGE_THREAD, &thread));
	CHECK_CALL(getrusage(RUSAGE_CHILDREN, &children));
	now[0] = us_of(&self.ru_utime);
	now[1] = us_of(&self.ru_stime);
	now[2] = self.ru_maxrss;
	now[3] = self.ru_minflt;
	now[4] = self.ru_majflt;
	now[5] = self.ru_nvcsw;
	now[6] = self.ru_nivcsw;
	now[7] = us_of(&thread.ru_utime);
	now[8] = us_of(&thread.ru_stime);
	now[9] = us_of(&children.ru_utime);
	now[12] = CHECK_CALL(times(&tms));
	now[10] = tms.tms_utime;
	now[11] = tms.tms_stime;
	for (size_t i = 0; i < ARRAY_SIZE(clocks); i++)
		now[13 + i] = ns_by(clocks[i]);
	CHECK(!clock_getcpuclockid(getpid(), &ours), "clock_getcpuclockid");
	now[18] = ns_by(ours);
}

/* Memory that is made counts as a fault for each page. */
static void check_faults(void)
{
	struct rusage before, after;
	char *area = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(area != MAP_FAILED, "no memory");
	CHECK_CALL(getrusage(RUSAGE_SELF, &before));
	for (int i = 0; i < PAGES; i++)
		area[i * 4096] = 1;
	CHECK_CALL(getrusage(RUSAGE_SELF, &after));
	CHECK(after.ru_minflt - before.ru_minflt >= PAGES,
	      "%ld faults for %d pages", after.ru_minflt - before.ru_minflt,
	      PAGES);
	CHECK_CALL(munmap(area, PAGES * 4096));
}

int main(int argc, char **argv)
{
	uint64_t last[FIGURES] = { }, now[FIGURES];
	volatile uint64_t spin;

	victim_begin(argc, argv);
	while (victim_next()) {
		check_faults();
		for (int i = 0; i < ASK; i++) {
			for (spin = 0; spin < 100000; spin++)
				;
			ask(now);
			for (int f = 0; f < FIGURES; f++)
				CHECK(now[f] >= last[f],
				      "%s went back from %lu to %lu",
				      figure_name[f], last[f], now[f]);
			memcpy(last, now, sizeof(last));
		}
		/* One process with one thread: the same time. */
		CHECK(now[16] <= now[17] && now[17] - now[16] < 1000000000,
		      "the process clock says %lu, the thread's %lu", now[16],
		      now[17]);
	}
	return victim_pass();
}
