/* SPDX-License-Identifier: MIT */
#include "agent/model_account.h"

#include "base/units.h"

static void count_tokens(
    const struct model_account *account, const char *type, uint64_t count) {
    registry_count(
        account->registry, FAMILY_TOKENS, account->model, type, (double)count);
}

bool model_account_answer(
    const struct model_account *account, const struct model_answer *answer,
    double *cost_usd) {
    const struct usage *usage = &answer->usage;
    count_tokens(account, "input", usage->input);
    count_tokens(account, "output", usage->output);
    count_tokens(account, "cache_read", usage->cache_read);
    count_tokens(account, "cache_write", usage->cache_write);
    count_tokens(account, "thinking", usage->thinking);
    registry_count(
        account->registry, FAMILY_STOPS, account->model, model_stop_name(answer->stop),
        1);
    const struct price *price = prices_find(account->prices, account->model);
    if (!price) return false;
    *cost_usd = price_of_usage(price, usage);
    registry_count(account->registry, FAMILY_COST, account->model, NULL, *cost_usd);
    return true;
}

static void observe(
    const struct model_account *account, enum family family, double seconds) {
    registry_observe(account->registry, family, account->model, NULL, seconds);
}

void model_account_times(
    const struct model_account *account, const struct model_times *times,
    const struct usage *usage) {
    if (times->first_ns == 0) return;
    uint64_t first_ns = times->first_ns - times->asked_ns;
    observe(account, FAMILY_FIRST_TOKEN, (double)first_ns / (double)NS_PER_S);
    if (usage->output < 2) return;
    uint64_t rest_ns = times->last_ns - times->first_ns;
    observe(
        account, FAMILY_PER_TOKEN,
        (double)rest_ns / (double)NS_PER_S / (double)(usage->output - 1));
}

/* clang-format off */
/*    header                                          family                  kind */
#define LIMITS(X) \
    X("x-ratelimit-remaining-requests",               FAMILY_LIMIT_REMAINING, "requests"), \
    X("x-ratelimit-remaining-tokens",                 FAMILY_LIMIT_REMAINING, "tokens"), \
    X("x-ratelimit-limit-requests",                   FAMILY_LIMIT,           "requests"), \
    X("x-ratelimit-limit-tokens",                     FAMILY_LIMIT,           "tokens"), \
    X("anthropic-ratelimit-requests-remaining",       FAMILY_LIMIT_REMAINING, "requests"), \
    X("anthropic-ratelimit-tokens-remaining",         FAMILY_LIMIT_REMAINING, "tokens"), \
    X("anthropic-ratelimit-input-tokens-remaining",   FAMILY_LIMIT_REMAINING, "input-tokens"), \
    X("anthropic-ratelimit-output-tokens-remaining",  FAMILY_LIMIT_REMAINING, "output-tokens"), \
    X("anthropic-ratelimit-requests-limit",           FAMILY_LIMIT,           "requests"), \
    X("anthropic-ratelimit-tokens-limit",             FAMILY_LIMIT,           "tokens"), \
    X("anthropic-ratelimit-input-tokens-limit",       FAMILY_LIMIT,           "input-tokens"), \
    X("anthropic-ratelimit-output-tokens-limit",      FAMILY_LIMIT,           "output-tokens")
/* clang-format on */

void model_account_limits(
    const struct model_account *account, const struct http_reply *reply) {
    static const struct {
        const char *header;
        enum family family;
        const char *kind;
    } limits[] = {
#define X(header, family, kind) {(header), (family), (kind)}
        LIMITS(X)
#undef X
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        uint64_t count = 0;
        const char *value = http_reply_header(reply, limits[i].header);
        if (!value || !slice_u64(slice_of(value), &count)) continue;
        registry_set(
            account->registry, limits[i].family, limits[i].kind, NULL, (double)count);
    }
}
