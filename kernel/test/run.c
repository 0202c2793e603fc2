// SPDX-License-Identifier: GPL-2.0-only
/* The tables of wire_cases.h, state_cases.h and others in user space, as KTAP. */
#include <stdlib.h>
#include <string.h>

#include "../ahead.h"
#include "../choice_cases.h"
#include "../silence_cases.h"
#include "../state_cases.h"
#include "ktap.h"
#include "payloads.h"

static void check_types(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(wire_type_cases); i++) {
		const struct wire_type_case *c = &wire_type_cases[i];

		ktap_claim(c->type == c->number &&
			   !strcmp(wire_type_name(c->type), c->name),
			   "wire: %s is type %u", c->name, c->number);
		ktap_claim(wire_head_len(c->type) == c->head &&
			   wire_case_bounds(c),
			   "wire: %s: sender and length are checked", c->name);
	}
	ktap_claim(!strcmp(wire_type_name(0), "?") &&
		   !strcmp(wire_type_name(MSG_TYPES), "?") &&
		   !wire_head_len(MSG_TYPES) && !wire_head_len(U16_MAX),
		   "wire: what is no type has no name and no head");
	for (u32 i = 0; i < REFUSE_REASONS; i++)
		ktap_claim(wire_refusal_name(i) && wire_refusal_name(i)[0] &&
			   strcmp(wire_refusal_name(i), "?"),
			   "wire: refusal %u has a text", i);
	ktap_claim(!strcmp(wire_refusal_name(REFUSE_REASONS), "?") &&
		   !strcmp(wire_refusal_name(U32_MAX), "?"),
		   "wire: what is no refusal has none");
}

static void check_headers(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(wire_header_cases); i++) {
		const struct wire_header_case *c = &wire_header_cases[i];
		struct wire_header h = wire_case_head(c);
		int got = wire_check_header(&h, c->from);

		if (!ktap_claim(got == c->want, "header: %s", c->name))
			printf("# %d, want %d\n", got, c->want);
	}
}

static void check_versions(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(wire_choice_cases); i++) {
		const struct wire_choice_case *c = &wire_choice_cases[i];
		u16 got = wire_case_choose(c);

		if (!ktap_claim(got == c->want, "version: %s", c->name))
			printf("# %u, want %u\n", got, c->want);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wire_length_cases); i++) {
		const struct wire_length_case *c = &wire_length_cases[i];

		ktap_claim(wire_check_version(c->version, c->type, c->len) ==
			   c->want, "version %u: %s of %u bytes%s", c->version,
			   wire_type_name(c->type), c->len,
			   c->want ? " is none" : "");
	}
	ktap_claim(wire_offer_len(WIRE_VERSION_MIN) == WIRE_OFFER_LEAST &&
		   wire_offer_len(WIRE_VERSION_MAX) == sizeof(struct wire_offer),
		   "version: the oldest has the least, the newest has all");
}

static void check_payload(const char *name, u16 type, const u8 *payload,
			  u32 len, int want)
{
	int got = wire_check_payload(type, payload, len);

	if (!ktap_claim(got == want, "payload: %s", name))
		printf("# %d, want %d\n", got, want);
}

static void check_states(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(state_life_cases); i++) {
		const struct state_life_case *c = &state_life_cases[i];
		enum mosix_state got = state_case_live(c);

		if (!ktap_claim(got == c->want, "state: %s", c->name))
			printf("# %s, want %s\n", mosix_state_name(got),
			       mosix_state_name(c->want));
	}
	for (u32 now = 0; now <= ST_COUNT; now++) {
		bool lawful = mosix_state_name(now)[0];

		for (u32 ev = 0; ev <= EV_COUNT; ev++) {
			if (state_case_lawful(now, ev))
				continue;
			lawful = false;
			printf("# event %s leads to %s\n", mosix_event_name(ev),
			       mosix_state_name(mosix_state_next(now, ev)));
		}
		ktap_claim(lawful, "state: the laws hold in %s",
			   mosix_state_name(now));
	}
	for (u32 ev = 0; ev < EV_COUNT; ev++)
		ktap_claim(mosix_event_name(ev) &&
			   strcmp(mosix_event_name(ev), "?"),
			   "state: event %u has a name", ev);
}

static void check_choices(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(choice_cases); i++) {
		const struct choice_case *c = &choice_cases[i];
		struct choice choice = { .facts = c->facts };

		choice_make(&choice);
		if (!ktap_claim(choice.strategy == c->want &&
				choice.why == c->why, "choice: %s", c->name))
			printf("# %s, %s\n",
			       choice_strategies[choice.strategy],
			       choice_why_name(choice.why));
	}
	for (size_t i = 0; i < ARRAY_SIZE(choice_speed_cases); i++) {
		const struct choice_speed_case *c = &choice_speed_cases[i];
		u32 got = choice_speed(c->known, c->bytes, c->ns);

		if (!ktap_claim(got == c->want, "speed: %s", c->name))
			printf("# %u, want %u\n", got, c->want);
	}
	for (u32 i = 0; i < CHOICE_WHYS; i++)
		ktap_claim(choice_why_name(i) && choice_why_name(i)[0] &&
			   strcmp(choice_why_name(i), "?"),
			   "choice: reason %u has a word", i);
	ktap_claim(!strcmp(choice_why_name(CHOICE_WHYS), "?"),
		   "choice: what is no reason has none");
}

/* Every cut of a length, whenever it begins and however late the first word is. */
static bool cuts_lose(u32 timeout_s, u64 cut_ms, bool want)
{
	const u64 step = 100;

	for (u64 idle = 0; idle <= SILENCE_GAP_MS; idle += step)
		for (u64 gap = 0; gap <= SILENCE_GAP_MS; gap += step)
			if (silence_case_loses(timeout_s, idle, cut_ms, gap) !=
			    want)
				return !want;
	return want;
}

static void check_silence(void)
{
	static const u32 timeouts[] = { 5, 30, 3600 };

	for (size_t i = 0; i < ARRAY_SIZE(silence_cases); i++) {
		const struct silence_case *c = &silence_cases[i];
		u64 got = silence_case_run(c);

		if (!ktap_claim(got == c->want, "silence: %s", c->name))
			printf("# %llu, want %llu\n", got, c->want);
	}
	for (size_t i = 0; i < ARRAY_SIZE(timeouts); i++) {
		u32 t = timeouts[i];

		ktap_claim(!cuts_lose(t, t * 1000ULL, false),
			   "silence: a cut of %u s loses nobody who may be cut for as long",
			   t);
		ktap_claim(cuts_lose(t, t * 1000ULL + SILENCE_SLACK_MS +
				     2 * SILENCE_LOOK_MS, true),
			   "silence: one that is some seconds longer than %u s does",
			   t);
	}
	ktap_claim(!silence_is_noticed(SILENCE_GAP_MS) &&
		   silence_is_noticed(2 * SILENCE_GAP_MS),
		   "silence: one call without an answer is noticed");
}

enum { MODEL_PAGES = 1 << 16, MODEL_TOUCHES = 8192 };

/* A process that touches pages in some order; what that costs. */
struct model {
	struct ahead ahead;
	bool here[MODEL_PAGES];
	u32 faults;
	u32 fetched;
};

static void touch(struct model *m, u64 nr)
{
	struct ahead_plan plan;
	u32 i;

	nr %= MODEL_PAGES;
	if (m->here[nr])
		return;
	m->faults++;
	plan = ahead_fault(&m->ahead, nr);
	for (i = 0; i < plan.count; i++) {
		u64 at = nr + i * (u64)plan.step;

		if (at >= MODEL_PAGES || m->here[at])
			break;
		m->here[at] = true;
		m->fetched++;
	}
}

/* @streams walks side by side, each by @step; at most so many in a hundred. */
static void check_walk(const char *name, u32 streams, s64 step, u32 faults,
		       u32 fetched)
{
	static struct model m;
	u32 each = MODEL_TOUCHES / streams;
	u64 start = step < 0 ? MODEL_PAGES - 1 : 1;
	u32 i;

	memset(&m, 0, sizeof(m));
	for (i = 0; i < each * streams; i++)
		touch(&m, start + i % streams * (MODEL_PAGES / streams) +
			  (u64)((s64)(i / streams) * step));
	if (!ktap_claim(m.faults * 100 <= faults * MODEL_TOUCHES &&
			m.fetched * 100 <= fetched * MODEL_TOUCHES,
			"ahead: %s", name))
		printf("# %u faults, %u fetched for %u touches\n", m.faults,
		       m.fetched, MODEL_TOUCHES);
}

static void check_random(void)
{
	static struct model m;
	u64 x = 88172645463325252ULL;
	u32 i;

	memset(&m, 0, sizeof(m));
	for (i = 0; i < MODEL_TOUCHES; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		touch(&m, x);
	}
	if (!ktap_claim(m.fetched <= 2 * m.faults,
			"ahead: who jumps about pays for one page more"))
		printf("# %u faults, %u fetched\n", m.faults, m.fetched);
}

/* Pages that somebody else gets in between end a run, but not the stream. */
static void check_passed(void)
{
	static struct model m;
	u32 i;

	memset(&m, 0, sizeof(m));
	for (i = 0; i < MODEL_TOUCHES; i += 7)
		m.here[i * 3] = true;
	for (i = 1; i < MODEL_TOUCHES; i++)
		touch(&m, i * 3);
	if (!ktap_claim(m.faults * 6 <= MODEL_TOUCHES,
			"ahead: a stream goes on behind what was there"))
		printf("# %u faults, %u fetched\n", m.faults, m.fetched);
}

static void check_ahead(void)
{
	check_passed();
	check_walk("one page after the other", 1, 1, 5, 101);
	check_walk("backwards", 1, -1, 5, 101);
	check_walk("every third", 1, 3, 5, 101);
	check_walk("every seventh, backwards", 1, -7, 5, 101);
	check_walk("every tenth", 1, 10, 14, 101);
	check_walk("four streams side by side", 4, 1, 6, 103);
	check_walk("four streams by steps of two", 4, 2, 7, 210);
	check_random();
}

int main(void)
{
	ktap_begin();
	check_types();
	check_headers();
	check_versions();
	payload_each(check_payload);
	check_states();
	check_choices();
	check_silence();
	check_ahead();
	return ktap_end();
}
