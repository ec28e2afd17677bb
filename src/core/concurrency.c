/* SPDX-License-Identifier: MIT */
#include "core/concurrency.h"

#include "base/panic.h"

void concurrency_init(struct concurrency *concurrency, uint32_t most) {
    ensure(most > 0);
    *concurrency = (struct concurrency){
        .limit = most < CONCURRENCY_START ? most : CONCURRENCY_START, .most = most};
}

void concurrency_on_success(struct concurrency *concurrency, uint32_t out) {
    if (out < concurrency->limit) return;
    if (++concurrency->successes < concurrency->limit) return;
    concurrency->successes = 0;
    if (concurrency->limit < concurrency->most) concurrency->limit++;
}

void concurrency_on_overload(
    struct concurrency *concurrency, uint64_t started_ns, uint64_t now_ns) {
    if (concurrency->halved_ns != 0 && started_ns < concurrency->halved_ns) return;
    concurrency->halved_ns = now_ns;
    concurrency->successes = 0;
    if (concurrency->limit > 1) concurrency->limit /= 2;
}
