/* SPDX-License-Identifier: MIT */
#include "agent/user_rates.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/scan.h"

enum { COUNT_MOST = 1000000 };

/* Numbers of entries; 0 is none, since a table of zeros is an empty one. */
struct entry {
    uint64_t user;
    struct token_bucket bucket;
    uint32_t next;         /* of the same slot */
    uint32_t older, newer; /* who asked before and after */
};

struct user_rates {
    struct token_rate rate;
    uint32_t count;
    uint32_t oldest, newest;
    uint32_t slots[USER_RATES_MAX];
    struct entry entries[USER_RATES_MAX + 1];
};

static bool parse_count(struct slice digits, uint32_t *tokens) {
    uint64_t count = 0;
    if (!slice_u64(digits, &count) || count < 1 || count > COUNT_MOST) return false;
    *tokens = (uint32_t)count * TOKEN;
    return true;
}

bool user_rates_parse(struct token_rate *rate, const char *words, struct error *err) {
    *rate = (struct token_rate){0};
    if (strcmp(words, "off") == 0) return true;
    const char *colon = strchr(words, ':');
    struct token_rate found = {0};
    if (colon &&
        parse_count(
            (struct slice){.data = words, .length = (size_t)(colon - words)},
            &found.per_s) &&
        parse_count(slice_of(colon + 1), &found.burst)) {
        *rate = found;
        return true;
    }
    return error_set(
        err, ERROR_USAGE, "PER_SECOND:AT_ONCE expected, both 1 to %d, or off",
        COUNT_MOST);
}

struct user_rates *user_rates_new(const struct token_rate *rate) {
    struct user_rates *rates = memory_new(sizeof *rates);
    rates->rate = *rate;
    return rates;
}

void user_rates_free(struct user_rates *rates) {
    free(rates);
}

static uint32_t *slot_of(struct user_rates *rates, uint64_t user) {
    return &rates->slots[user % USER_RATES_MAX];
}

static uint32_t find(struct user_rates *rates, uint64_t user) {
    uint32_t at = *slot_of(rates, user);
    while (at != 0 && rates->entries[at].user != user) at = rates->entries[at].next;
    return at;
}

static void leave_row(struct user_rates *rates, uint32_t at) {
    const struct entry *entry = &rates->entries[at];
    *(entry->older ? &rates->entries[entry->older].newer : &rates->oldest) =
        entry->newer;
    *(entry->newer ? &rates->entries[entry->newer].older : &rates->newest) =
        entry->older;
}

static void join_row(struct user_rates *rates, uint32_t at) {
    struct entry *entry = &rates->entries[at];
    entry->older = rates->newest;
    entry->newer = 0;
    *(rates->newest ? &rates->entries[rates->newest].newer : &rates->oldest) = at;
    rates->newest = at;
}

static uint32_t forget_oldest(struct user_rates *rates) {
    uint32_t at = rates->oldest;
    uint32_t *link = slot_of(rates, rates->entries[at].user);
    while (*link != at) link = &rates->entries[*link].next;
    *link = rates->entries[at].next;
    leave_row(rates, at);
    return at;
}

static uint32_t add(struct user_rates *rates, uint64_t user, uint64_t now_ns) {
    uint32_t at = rates->count < USER_RATES_MAX ? ++rates->count : forget_oldest(rates);
    uint32_t *slot = slot_of(rates, user);
    rates->entries[at] = (struct entry){.user = user, .next = *slot};
    *slot = at;
    token_bucket_fill(&rates->entries[at].bucket, &rates->rate, now_ns);
    join_row(rates, at);
    return at;
}

bool user_rates_take(
    struct user_rates *rates, uint64_t user, uint64_t now_ns, uint64_t *wait_ns) {
    uint32_t at = find(rates, user);
    if (at == 0) {
        at = add(rates, user, now_ns);
    } else if (at != rates->newest) {
        leave_row(rates, at);
        join_row(rates, at);
    }
    return token_bucket_take(&rates->entries[at].bucket, &rates->rate, now_ns, wait_ns);
}
