/* What is new about users, until the next checkpoint takes it along. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "history/rollout_rows.h"

struct user_news {
    uint32_t count;
    struct rollout_user users[ROLLOUT_USERS_MAX];
};

/* More than fit are not kept for another controller: it learns them anew. */
static inline void user_news_add(
    struct user_news *news, uint64_t user, uint32_t facts) {
    if (facts == 0 || news->count == ROLLOUT_USERS_MAX) return;
    news->users[news->count++] = (struct rollout_user){user, facts};
}
