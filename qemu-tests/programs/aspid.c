// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a program under a PID of one's choice, as root:
 *
 *	aspid PID PROGRAM [ARGUMENT...]
 *
 * Ends as the program does: with its exit status, or with 128 and the signal. Not a
 * victim.
 */
#include "victim.h"

#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

int main(int argc, char **argv)
{
	struct clone_args args = { .exit_signal = SIGCHLD, .set_tid_size = 1 };
	pid_t pid, tid;
	int status;

	CHECK(argc > 2, "which PID, and what?");
	tid = strtoul(argv[1], NULL, 10);
	args.set_tid = (uint64_t)&tid;
	pid = CHECK_CALL(syscall(SYS_clone3, &args, sizeof(args)));
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execvp(argv[2], argv + 2);
		victim_fail("%s: %s", argv[2], strerror(errno));
	}
	CHECK(pid == tid, "it is %d", pid);
	CHECK_CALL(waitpid(pid, &status, 0));
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
