/* SPDX-License-Identifier: MIT */
#include "agent/model_account.h"

#include <stdio.h>

#include "base/units.h"

enum { HEADER_NAME_SIZE = 64 };

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

static void note_limit(
    const struct model_account *account, const struct http_reply *reply,
    const char *kind) {
    static const struct {
        const char *words;
        enum family family;
    } sides[] = {
        {"remaining", FAMILY_LIMIT_REMAINING},
        {"limit", FAMILY_LIMIT},
    };
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        char name[HEADER_NAME_SIZE];
        uint64_t count = 0;
        snprintf(name, sizeof name, "anthropic-ratelimit-%s-%s", kind, sides[i].words);
        const char *value = http_reply_header(reply, name);
        if (!value) {
            snprintf(name, sizeof name, "x-ratelimit-%s-%s", sides[i].words, kind);
            value = http_reply_header(reply, name);
        }
        if (!value || !slice_u64(slice_of(value), &count)) continue;
        registry_set(account->registry, sides[i].family, kind, NULL, (double)count);
    }
}

void model_account_limits(
    const struct model_account *account, const struct http_reply *reply) {
    static const char *const kinds[] = {
        "requests", "tokens", "input-tokens", "output-tokens"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        note_limit(account, reply, kinds[i]);
    }
}
