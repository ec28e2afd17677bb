/* What is known of each user (or conversation, or whatever is assigned as one): so that
 * its first failure counts and no other. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/record.h"

/* So many users at most. Past a limit a user who was not seen before
 * does not enter: no evidence comes from it, in either direction,
 * whichever its arm is; so a test stays valid, and only learns more slowly.
 * Users who are merely seen stop first, failures that matter last. */
enum {
    KNOWN_USERS_SLOTS = 1 << 17,
    KNOWN_USERS_SEEN_MAX = 1 << 16,
    KNOWN_USERS_MAX = KNOWN_USERS_SLOTS / 4 * 3,
};

/* What may be known of one: twelve bits. */
#define KNOWN_USERS_FACTS UINT32_C(0xfff)

struct known_users {
    uint32_t count;
    uint64_t left_out;                 /* facts about users past the limit */
    uint64_t slots[KNOWN_USERS_SLOTS]; /* upper 52 bits of the hash, facts; 0: free */
};

void known_users_init(struct known_users *users);

/* Adds facts about a user and returns those that were not known before; none for a user
 * who comes after `most` others. Hashes are taken to be good ones; two that agree in 52
 * bits are one user. */
uint32_t known_users_add(
    struct known_users *users, uint64_t hash, uint32_t facts, uint32_t most);

/* For a checkpoint of it all; or keep each hash with
 * the facts that were new, and add them again. */
extern const struct record known_users_record;
