/* SPDX-License-Identifier: MIT */
#include "control/haproxy_lease.h"

#include <inttypes.h>

#include "io/haproxy_reply.h"

enum { TRIAL_AGE_MAX_MS = 1000 }; /* between its write and its being shown */

/* An entry that is not there is a zero, as HAProxy's own lookup takes it. */
static bool read_key(
    struct slice reply, uint64_t key, struct haproxy_entry *entry, struct error *err) {
    *entry = (struct haproxy_entry){0};
    if (haproxy_table_find(reply, key, entry, err)) return true;
    return err->code == ERROR_NOT_FOUND;
}

bool haproxy_lease_read(
    const struct haproxy_result *result, struct haproxy_lease *lease,
    struct error *err) {
    struct haproxy_entry weight, salt, epoch;
    *err = result->error;
    if (err->code != ERROR_NONE) return false;
    if (!read_key(result->reply, HAPROXY_LEASE_WEIGHT, &weight, err) ||
        !read_key(result->reply, HAPROXY_LEASE_SALT, &salt, err) ||
        !read_key(result->reply, HAPROXY_LEASE_EPOCH, &epoch, err)) {
        return false;
    }
    uint64_t expires_ms =
        salt.expires_ms < weight.expires_ms ? salt.expires_ms : weight.expires_ms;
    *err = (struct error){.code = ERROR_NONE};
    *lease = (struct haproxy_lease){
        .weight_bp = weight.gpt0 < ROLLOUT_BASIS_POINTS ? (uint32_t)weight.gpt0
                                                        : ROLLOUT_BASIS_POINTS,
        .salt = (uint32_t)salt.gpt0,
        .epoch = (uint32_t)epoch.gpt0,
        .leased = weight.expires_ms > 0,
        .expires_ms = expires_ms < UINT32_MAX ? (uint32_t)expires_ms : UINT32_MAX};
    return true;
}

void haproxy_lease_write(
    struct text *command, const char *table, const struct router_intent *intent) {
    /* The salt first: nobody is assigned by another one's. */
    haproxy_table_set(command, table, HAPROXY_LEASE_SALT, intent->salt);
    haproxy_table_set(command, table, HAPROXY_LEASE_EPOCH, intent->epoch);
    haproxy_table_set(command, table, HAPROXY_LEASE_WEIGHT, intent->weight_bp);
}

bool haproxy_lease_accepted(const struct haproxy_result *result, struct error *err) {
    *err = result->error;
    if (err->code != ERROR_NONE) return false;
    if (slice_starts_with(result->reply, "Permission denied")) {
        return error_set(err, ERROR_AUTH, "HAProxy's socket does not let us write");
    }
    return haproxy_accepted(result->reply, err);
}

bool haproxy_lease_try(const struct haproxy_result *result, struct error *err) {
    struct haproxy_entry trial;
    *err = result->error;
    if (err->code != ERROR_NONE) return false;
    if (!haproxy_table_find(result->reply, HAPROXY_LEASE_TRIAL, &trial, err)) {
        return false;
    }
    if (trial.expires_ms == 0) {
        return error_set(
            err, ERROR_REPLY, "its entries never expire: a weight would outlive us");
    }
    if (trial.expires_ms + TRIAL_AGE_MAX_MS < HAPROXY_LEASE_LEAST_MS ||
        trial.expires_ms > HAPROXY_LEASE_MOST_MS) {
        return error_set(
            err, ERROR_REPLY, "its entries expire after %" PRIu64 " ms, not %d to %d",
            trial.expires_ms, HAPROXY_LEASE_LEAST_MS, HAPROXY_LEASE_MOST_MS);
    }
    return true;
}

bool haproxy_lease_servers(
    const struct haproxy_result *result, const char *backend, uint64_t *servers,
    struct error *err) {
    struct haproxy_stat stat;
    struct haproxy_row row;
    *err = result->error;
    if (err->code != ERROR_NONE || !haproxy_stat_read(result->reply, &stat, err)) {
        return false;
    }
    if (!haproxy_stat_find(&stat, backend, "BACKEND", &row)) {
        return error_set(err, ERROR_REPLY, "no backend %s", backend);
    }
    if (haproxy_row_u64(&row, "act", servers)) return true;
    return error_set(err, ERROR_REPLY, "backend %s counts no servers", backend);
}
