// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a program has itself scheduled: for batches, for idle times, as usual, by
 * either call; and it finds what it has asked for.
 *
 *	scheds [pinned]		and on one CPU while "pin" lies in its control
 *				directory, which holds it at home
 */
#include "victim.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* As the kernel has it; older headers do not. */
struct attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

static const int policies[] = { SCHED_BATCH, SCHED_IDLE, SCHED_OTHER };

static void check_policy(int policy)
{
	struct attr attr = { };

	CHECK(sched_getscheduler(0) == policy, "policy %d, not %d",
	      sched_getscheduler(0), policy);
	CHECK_CALL(syscall(SYS_sched_getattr, 0, &attr, sizeof(attr), 0));
	CHECK(attr.policy == (uint32_t)policy, "policy %u, not %d",
	      attr.policy, policy);
}

static void be(int policy)
{
	const struct sched_param none = { };

	CHECK_CALL(sched_setscheduler(0, policy, &none));
	check_policy(policy);
}

static void be_nice(int policy, int nice)
{
	struct attr attr = {
		.size = sizeof(attr),
		.policy = policy,
		.nice = nice,
	};

	CHECK_CALL(syscall(SYS_sched_setattr, 0, &attr, 0));
	check_policy(policy);
	/* Who is for idle times keeps what he had. */
	CHECK(policy == SCHED_IDLE || getpriority(PRIO_PROCESS, 0) == nice,
	      "nice %d, not %d", getpriority(PRIO_PROCESS, 0), nice);
}

static void be_on(const cpu_set_t *cpus)
{
	cpu_set_t is;

	CHECK_CALL(sched_setaffinity(0, sizeof(*cpus), cpus));
	CHECK(CPU_ISSET(sched_getcpu(), cpus), "on CPU %d", sched_getcpu());
	CPU_ZERO(&is);
	CHECK_CALL(sched_getaffinity(0, sizeof(is), &is));
	CHECK(CPU_EQUAL(&is, cpus), "not the CPUs that were asked for");
}

int main(int argc, char **argv)
{
	cpu_set_t all, first;
	bool may_pin, pinned = false;

	victim_begin(argc, argv);
	may_pin = optind < argc;
	CHECK_CALL(sched_getaffinity(0, sizeof(all), &all));
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	while (victim_next()) {
		be(policies[victim.done % ARRAY_SIZE(policies)]);
		be_nice(policies[victim.done / 2 % ARRAY_SIZE(policies)],
			victim.done % 19 + 1);
		if (may_pin && victim_is_told("pin") != pinned) {
			pinned = !pinned;
			be_on(pinned ? &first : &all);
		}
	}
	return victim_pass();
}
