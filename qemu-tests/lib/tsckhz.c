// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print the rate of the time stamp counter in kHz. An emulated machine shows
 * its guest the host's counter, but a guest which calibrates it against
 * emulated timers while the host is busy finds anything, or gives up and
 * counts jiffies. So the host tells.
 */
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

int main(void)
{
	double begin = now_ms(), elapsed;
	unsigned long long count = __rdtsc();

	do {
		elapsed = now_ms() - begin;
	} while (elapsed < 100);
	printf("%.0f\n", (__rdtsc() - count) / elapsed);
	return 0;
}
