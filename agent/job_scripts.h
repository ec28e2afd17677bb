/* What must happen in Redis as one step or not at all, in Lua. */
/* SPDX-License-Identifier: MIT */
#pragma once

/* KEYS: the three streams, high to low; the job; with an Idempotency-Key that key.
 * ARGV: which stream, the most jobs that may wait, ms until the deadline,
 * the job's id, the fingerprint of the request, then fields and values.
 * Returns {"queued" | "full" | "known", jobs waiting before it},
 * or what promise_script_claim returns for a key that was used before. */
extern const char job_script_submit[];

/* KEYS: the three streams, the dead letters, the stats, the worker. ARGV: group,
 * consumer, how many, lease ms or 0 for no recovery, the most deliveries. With
 * recovery, consumers without a job or a hash that were idle for ten leases are
 * removed: they died long ago. Returns {{{stream 1-3, entry, deliveries, now ms,
 * {fields…}}…}, {last id…}}; a job with more than the most deliveries was given up. */
extern const char job_script_take[];

/* KEYS: the worker, the three streams. ARGV: group, consumer, pid, version, state, job,
 * ms between beats, then stream and entry of each job in hand. Makes the group and its
 * consumer where there are none. Returns the entries that are no longer its own. */
extern const char job_script_beat[];

/* KEYS: the three streams, the worker. ARGV: group, consumer, ms that are longer than
 * any lease. Returns "gone", or "left" when jobs are still its own: they are given
 * back, and its consumer stays until somebody has taken them over. */
extern const char job_script_leave[];

/* KEYS: the stream, the job, the conversation, the stats, the worker. ARGV: group,
 * consumer, entry, status, outcome, turn or "", turns kept, the worker's state, then
 * fields and values. Returns "done", "known" (somebody finished it before) or "lost";
 * also while the memory of Redis is full. */
extern const char job_script_complete[];

/* A chat that was answered without the queue. KEYS: the job,
 * the conversation. ARGV: status, outcome, turn or "", turns kept,
 * how long it took in ms, then fields and values. Returns "done". */
extern const char job_script_record[];

/* KEYS: the three streams, the stats. ARGV: group. Returns {waiting,
 * in flight, age of the oldest in ms} for each stream, {idle,
 * busy} workers, {completed, failed, reclaimed, dead}. */
extern const char job_script_snapshot[];
