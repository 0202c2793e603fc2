// SPDX-License-Identifier: GPL-2.0-only
/*
 * PURE: how busy this node is, seen from inside and from outside.
 *
 * A sample is the demand of one period: the CPU time that the processes of the
 * node used and the time that they stood in the queue for a CPU, divided by
 * the length of the period; 2000 = two jobs that never sleep, whether they got
 * two CPUs or shared one.
 *
 * Two figures follow it, in opposite ways (the rule is MOSIX's):
 *
 *	local	rises by 3/8 of the way each period, falls at once
 *	export	rises at once, falls by 1/4 of the way each period
 *
 * (MOSIX: by 1/8. There a guest on its way counted by the traces it left in
 * this figure; here it is counted by itself, see below, and a node whose jobs
 * have ended need not look busy for long.)
 *
 * so that a node is slow to think itself busy and quick to look busy to the
 * others. Nobody leaves because of a moment's rush, and nobody comes because
 * of a moment's rest.
 *
 * Example, samples 0 4000 4000 0 0: local 0 1500 2437 0 0,
 * export 0 4000 4000 3000 2250.
 *
 * A guest counts from the moment it was accepted: until a sample has seen it,
 * what it wanted at its last node is added to what the others are told.
 * Otherwise a node that looks idle for one period would be everybody's target
 * in that period. It is not added to the local figure: while the guest is both
 * reserved and measured, that would make the node push somebody else out.
 * Once it has arrived, whoever counts those that want a CPU at that moment sees
 * it, too: then it is on its way no more, and counts for the sample alone.
 */
#include "load.h"

static u32 saturated_add(u32 a, u32 b)
{
	return a > U32_MAX - b ? U32_MAX : a + b;
}

static u32 saturated_sub(u32 a, u32 b)
{
	return a > b ? a - b : 0;
}

/**
 * lb_load_sample() - take in the demand of the period that just ended
 * @load: of this node
 * @demand_milli: the sample
 *
 * Context: Any; the caller serialises.
 */
void lb_load_sample(struct lb_load *load, u32 demand_milli)
{
	u64 local = load->local_milli;
	u64 export = load->export_milli;

	if (demand_milli > local)
		local = (5 * local + 3 * (u64)demand_milli + 7) / 8;
	else
		local = demand_milli;

	if (demand_milli < export)
		export = (3 * export + demand_milli) / 4;
	else
		export = demand_milli;

	load->local_milli = min_t(u64, local, demand_milli);
	load->export_milli = max_t(u64, export, demand_milli);
}

/**
 * lb_load_depart() - a process has left: do not wait for the next sample
 * @load: of this node
 * @demand_milli: what it wanted
 *
 * Context: Any; the caller serialises.
 */
void lb_load_depart(struct lb_load *load, u32 demand_milli)
{
	load->local_milli = saturated_sub(load->local_milli, demand_milli);
	load->export_milli = saturated_sub(load->export_milli, demand_milli);
}

/**
 * lb_load_reserve() - count a guest that has been accepted
 * @load: of this node
 * @key: names it for lb_load_settle(), not 0
 * @demand_milli: what it wanted at its last node
 * @mem_kib: memory that it will take
 * @until_at_ms: when to forget it if nothing more is heard
 *
 * A second reservation under the same key replaces the first. Where there is no
 * room, one who has arrived gives way.
 *
 * Return: 0, or -EBUSY when too many guests are on their way.
 * Context: Any; the caller serialises.
 */
int lb_load_reserve(struct lb_load *load, u64 key, u32 demand_milli,
		    u32 mem_kib, u64 until_at_ms)
{
	struct lb_reservation *slot = NULL;
	u32 i;

	for (i = 0; i < LB_RESERVATIONS; i++) {
		struct lb_reservation *r = &load->reserved[i];

		if (r->key == key) {
			slot = r;
			break;
		}
		if (!r->key || (r->here && !slot))
			slot = r;
	}
	if (!slot)
		return -EBUSY;
	slot->key = key;
	slot->demand_milli = demand_milli;
	slot->mem_kib = mem_kib;
	slot->until_at_ms = until_at_ms;
	slot->here = false;
	return 0;
}

static struct lb_reservation *find(struct lb_load *load, u64 key)
{
	u32 i;

	for (i = 0; key && i < LB_RESERVATIONS; i++) {
		if (load->reserved[i].key == key)
			return &load->reserved[i];
	}
	return NULL;
}

static bool is_taken(const struct lb_reservation *r)
{
	return r->key;
}

static bool is_coming(const struct lb_reservation *r)
{
	return r->key && !r->here;
}

static u32 demand_of(const struct lb_load *load,
		     bool (*counts)(const struct lb_reservation *r))
{
	u32 sum = 0;
	u32 i;

	for (i = 0; i < LB_RESERVATIONS; i++) {
		if (counts(&load->reserved[i]))
			sum = saturated_add(sum,
					    load->reserved[i].demand_milli);
	}
	return sum;
}

/**
 * lb_load_keeps() - is there a place for this guest?
 * @load: of this node
 * @key: as given to lb_load_reserve()
 *
 * Return: true if there is, and it has not come yet.
 * Context: Any; the caller serialises.
 */
bool lb_load_keeps(const struct lb_load *load, u64 key)
{
	u32 i;

	for (i = 0; i < LB_RESERVATIONS; i++) {
		if (load->reserved[i].key == key)
			return is_coming(&load->reserved[i]);
	}
	return false;
}

/**
 * lb_load_hold() - a guest is on its way still
 * @load: of this node
 * @key: as given to lb_load_reserve()
 * @until_at_ms: when to forget it if nothing more is heard
 *
 * Context: Any; the caller serialises.
 */
void lb_load_hold(struct lb_load *load, u64 key, u64 until_at_ms)
{
	struct lb_reservation *r = find(load, key);

	if (r)
		r->until_at_ms = until_at_ms;
}

/**
 * lb_load_settle() - a guest has arrived, or will not come
 * @load: of this node
 * @key: as given to lb_load_reserve()
 * @until_at_ms: when the samples will have seen it; 0 if it will not come
 *
 * Context: Any; the caller serialises.
 */
void lb_load_settle(struct lb_load *load, u64 key, u64 until_at_ms)
{
	struct lb_reservation *r = find(load, key);

	if (!r)
		return;
	r->until_at_ms = until_at_ms;
	r->here = true;
	if (!until_at_ms)
		r->key = 0;
}

/**
 * lb_load_expire() - forget reservations whose time has come
 * @load: of this node
 * @now_at_ms: the clock
 *
 * Context: Any; the caller serialises.
 */
void lb_load_expire(struct lb_load *load, u64 now_at_ms)
{
	u32 i;

	for (i = 0; i < LB_RESERVATIONS; i++) {
		if (now_at_ms >= load->reserved[i].until_at_ms)
			load->reserved[i].key = 0;
	}
}

/**
 * lb_load_unseen() - demand of the guests on their way
 * @load: of this node
 *
 * Return: their demand, in thousandths of a job: what to add to a count of those
 *	   that want a CPU.
 * Context: Any; the caller serialises.
 */
u32 lb_load_unseen(const struct lb_load *load)
{
	return demand_of(load, is_coming);
}

/**
 * lb_load_reserved() - demand of the guests that no sample has seen
 * @load: of this node
 *
 * Return: their demand, in thousandths of a job: what to add to a sample.
 * Context: Any; the caller serialises.
 */
u32 lb_load_reserved(const struct lb_load *load)
{
	return demand_of(load, is_taken);
}

/**
 * lb_load_free_kib() - free memory that is not promised to a guest on its way
 * @load: of this node
 * @free_kib: memory that is free now
 *
 * Return: what is left of it.
 * Context: Any; the caller serialises.
 */
u32 lb_load_free_kib(const struct lb_load *load, u32 free_kib)
{
	u32 i;

	for (i = 0; i < LB_RESERVATIONS; i++) {
		if (load->reserved[i].key)
			free_kib = saturated_sub(free_kib,
						 load->reserved[i].mem_kib);
	}
	return free_kib;
}

/**
 * lb_load_coming() - how many guests are on their way
 * @load: of this node
 *
 * Return: their number.
 * Context: Any; the caller serialises.
 */
u32 lb_load_coming(const struct lb_load *load)
{
	u32 n = 0;
	u32 i;

	for (i = 0; i < LB_RESERVATIONS; i++)
		n += is_coming(&load->reserved[i]);
	return n;
}

/**
 * lb_load_export() - demand to tell the other nodes
 * @load: of this node
 *
 * Return: thousandths of a job, guests on their way included.
 * Context: Any; the caller serialises.
 */
u32 lb_load_export(const struct lb_load *load)
{
	return saturated_add(load->export_milli, lb_load_reserved(load));
}
