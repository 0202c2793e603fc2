// SPDX-License-Identifier: GPL-2.0-only
/* The generated table and option.c against syscall_cases.h, as KTAP. */
#include <string.h>

#include "../../kernel/test/ktap.h"
#include "../syscall_cases.h"

#include "syscall-table.h"

static const struct mosix_call_desc *find(unsigned int nr)
{
	static const struct mosix_call_desc none;

	return nr < ARRAY_SIZE(mosix_call_table) ? &mosix_call_table[nr] : &none;
}

static void check_classes(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(class_cases); i++) {
		const struct class_case *c = &class_cases[i];
		const struct mosix_call_desc *desc = find(c->nr);

		ktap_claim(desc->name && !strcmp(desc->name, c->name) &&
			   desc->class == c->want,
			   "class: %s is call %u of class %u",
			   c->name, c->nr, c->want);
	}
}

static bool same_window(const struct mosix_window_desc *a,
			const struct mosix_window_desc *b)
{
	return a->arg == b->arg && a->dir == b->dir &&
	       a->lenkind == b->lenkind && a->scale == b->scale &&
	       a->len == b->len && a->back == b->back;
}

static void check_windows(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(window_cases); i++) {
		const struct window_case *c = &window_cases[i];

		ktap_claim(same_window(&find(c->nr)->win[c->index], &c->want),
			   "window: %s, number %u", find(c->nr)->name,
			   c->index);
	}
	for (size_t i = 0; i < ARRAY_SIZE(zero_cases); i++) {
		const struct zero_case *c = &zero_cases[i];
		const struct mosix_call_desc *desc = find(c->nr);

		ktap_claim(desc->zero_arg == c->arg &&
			   desc->zero_mask == c->mask,
			   "window: %s, when it holds", desc->name);
	}
}

static void check_lies(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(lying_cases); i++) {
		const struct lying_case *c = &lying_cases[i];
		const struct wire_call call = {
			.nr = cpu_to_le64(c->nr),
			.nwin = cpu_to_le16(1),
			.args[3] = cpu_to_le64(c->flags),
			.win[0].len = cpu_to_le32(64),
			.win[0].dir = cpu_to_le16(c->dir),
			.win[0].arg = cpu_to_le16(c->arg),
		};

		ktap_claim(mosix_windows_described(find(c->nr), &call) ==
			   c->want, "window: %s, %s", c->name,
			   c->want ? "described" : "not described");
	}
}

static void check_again(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(again_cases); i++) {
		const struct again_case *c = &again_cases[i];

		ktap_claim(find(c->nr)->again == c->want,
			   "again: %s %s made again", find(c->nr)->name,
			   c->want ? "is" : "is not");
	}
}

static void check_options(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(option_names); i++) {
		const struct option_name *n = &option_names[i];

		ktap_claim(!strcmp(find(n->nr)->name, n->name),
			   "option: call %u is %s", n->nr, n->name);
	}
	for (size_t i = 0; i < ARRAY_SIZE(option_cases); i++) {
		const struct option_case *c = &option_cases[i];
		enum mosix_call_class got;

		got = mosix_option_class(c->nr, c->args, OPTION_SELF);
		if (!ktap_claim(got == c->want, "option: %s", c->name))
			printf("# class %u, want %u\n", got, c->want);
	}
}

/* What the handlers need to link; no test calls one. */
#include "handlers.h"

int main(void)
{
	ktap_begin();
	check_classes();
	check_windows();
	check_lies();
	check_again();
	check_options();
	return ktap_end();
}
