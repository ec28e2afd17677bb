/* SPDX-License-Identifier: MIT */
#include "core/replica_ratio.h"

enum { TOLERATED_PART = 5 };

uint32_t replica_ratio_bp(const struct replica_ratio *ratio) {
    int64_t total = ratio->stable + ratio->canary;
    if (total <= 0) return 0;
    return (uint32_t)((ratio->canary * REPLICA_RATIO_WHOLE_BP + total / 2) / total);
}

bool replica_ratio_of(
    uint32_t weight_bp, int64_t total, struct replica_ratio *ratio, struct error *err) {
    if (total < 1 || weight_bp > REPLICA_RATIO_WHOLE_BP) {
        return error_set(
            err, ERROR_USAGE, "no share of %lld pods can be had", (long long)total);
    }
    int64_t canary = ((int64_t)weight_bp * total + REPLICA_RATIO_WHOLE_BP / 2) /
                     REPLICA_RATIO_WHOLE_BP;
    const struct replica_ratio found = {.stable = total - canary, .canary = canary};
    int64_t off = (int64_t)replica_ratio_bp(&found) - (int64_t)weight_bp;
    if (off < 0) off = -off;
    if (off * TOLERATED_PART > (int64_t)weight_bp) {
        return error_set(
            err, ERROR_USAGE,
            "%u.%02u %% of %lld pods cannot be had: the nearest is %lld pods",
            weight_bp / 100, weight_bp % 100, (long long)total, (long long)canary);
    }
    *ratio = found;
    return true;
}
