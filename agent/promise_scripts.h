/* Idempotency keys in Redis, in Lua: each step happens as a whole or not at all. */
/* SPDX-License-Identifier: MIT */
#pragma once

/* A chat that is answered at once takes its key. KEYS: the key, the job.
 * ARGV: the fingerprint of the request, the job's id, for how many ms
 * the key is taken when nothing more is heard, then fields and values.
 * Returns {"new", 0}, {"other", 0} for a key of another request, or {"same",
 * 0, {fields of the earlier job…}}. A key whose job failed is free again. */
extern const char promise_script_claim[];

/* The chat ended without an answer to keep. KEYS and ARGV: the key, the job; its id. */
extern const char promise_script_release[];
