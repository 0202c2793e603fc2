// SPDX-License-Identifier: GPL-2.0-only
/*
 * Burns CPU time with a computation whose result is known beforehand: the
 * number of primes below a million. It hardly talks: where six emulated CPUs
 * share two of the host, each call may take a tenth of a second.
 */
#define VICTIM_POLL_MS 1000
#include "victim.h"

enum { LIMIT = 1000000, PRIMES = 78498 };

static uint8_t composite[LIMIT];

int main(int argc, char **argv)
{
	unsigned int count;

	victim_begin(argc, argv);
	while (victim_next()) {
		memset(composite, 0, sizeof(composite));
		count = 0;
		for (size_t i = 2; i < LIMIT; i++) {
			if (composite[i])
				continue;
			count++;
			for (size_t j = i * i; j < LIMIT; j += i)
				composite[j] = 1;
		}
		CHECK(count == PRIMES, "%u primes", count);
	}
	return victim_pass();
}
