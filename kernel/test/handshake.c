// SPDX-License-Identifier: GPL-2.0-only
/* The cases of handshake_cases.h with OpenSSL's primitives, as KTAP. */
#include <stdlib.h>
#include <string.h>

#include "../../tools/primitive.h"
#include "../handshake_cases.h"
#include "ktap.h"

static void check_replay(void)
{
	struct mosix_replay replay = { 0 };
	bool fine = true;

	for (size_t i = 0; i < ARRAY_SIZE(replay_cases); i++) {
		const struct replay_case *c = &replay_cases[i];

		if (mosix_replay_take(&replay, c->epoch, c->number) == c->want)
			continue;
		printf("# row %zu: %llu %llu\n", i, c->epoch, c->number);
		fine = false;
	}
	ktap_claim(fine, "replay: each number is taken once");
}

int main(void)
{
	struct hs_case_pair *pair = malloc(sizeof(*pair));
	const char *wrong;
	int bit;

	ktap_begin();
	wrong = hs_case_vector(pair, &primitive_openssl);
	if (!ktap_claim(!wrong, "handshake: as the specification has it"))
		printf("# not as in the vector: %s\n", wrong);
	for (size_t i = 0; i < ARRAY_SIZE(hs_cases); i++) {
		int got = hs_case_run(pair, &primitive_openssl, &hs_cases[i]);

		if (!ktap_claim(got == hs_cases[i].want, "handshake: %s",
				hs_cases[i].name))
			printf("# %d, want %d\n", got, hs_cases[i].want);
	}
	bit = hs_case_flips(pair, &primitive_openssl, 1);
	if (!ktap_claim(bit < 0, "handshake: every bit of it matters"))
		printf("# but bit %d of message %d\n", bit % 10000,
		       bit / 10000);
	ktap_claim(hs_case_replay(pair, &primitive_openssl) == -EBADMSG,
		   "handshake: OPEN cannot be played back");
	ktap_claim(hs_case_member(pair, &primitive_openssl, -1),
		   "handshake: who has the key is known by any ids");
	bit = hs_case_member_flips(pair, &primitive_openssl);
	if (!ktap_claim(bit < 0, "handshake: and who has not is not"))
		printf("# but bit %d does not matter\n", bit);
	ktap_claim(hs_case_small(pair, &primitive_openssl) == -EBADMSG,
		   "handshake: a point of small order is refused");
	check_replay();
	free(pair);
	return ktap_end();
}
