/* SPDX-License-Identifier: MIT */
#include "core/known_users.h"

#include <string.h>

_Static_assert((KNOWN_USERS_SLOTS & (KNOWN_USERS_SLOTS - 1)) == 0, "a power of two");

void known_users_init(struct known_users *users) {
    memset(users, 0, sizeof *users);
}

/* The finalizer of splitmix64: where a user is kept must not depend on which part of
 * its hash decided about its arm. */
static uint64_t mix(uint64_t hash) {
    hash = (hash ^ (hash >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    hash = (hash ^ (hash >> 27)) * UINT64_C(0x94d049bb133111eb);
    return hash ^ (hash >> 31);
}

/* The slot of that user, or the free one where it belongs: there always is one, since
 * no more than three of four are used. */
static uint64_t *slot_of(struct known_users *users, uint64_t key) {
    size_t at = (size_t)(key >> 12) & (KNOWN_USERS_SLOTS - 1);
    while (users->slots[at] != 0 && (users->slots[at] & ~UINT64_C(0xfff)) != key) {
        at = (at + 1) & (KNOWN_USERS_SLOTS - 1);
    }
    return &users->slots[at];
}

uint32_t known_users_add(
    struct known_users *users, uint64_t hash, uint32_t facts, uint32_t most) {
    facts &= KNOWN_USERS_FACTS;
    if (facts == 0) return 0;
    if (most > KNOWN_USERS_MAX) most = KNOWN_USERS_MAX;
    uint64_t *slot = slot_of(users, mix(hash) & ~(uint64_t)KNOWN_USERS_FACTS);
    if (*slot == 0) {
        if (users->count >= most) {
            users->left_out++;
            return 0;
        }
        users->count++;
        *slot = mix(hash) & ~(uint64_t)KNOWN_USERS_FACTS;
    }
    uint32_t before = (uint32_t)*slot & KNOWN_USERS_FACTS;
    *slot |= facts;
    return facts & ~before;
}

#define AT(member) RECORD_AT(struct known_users, member)
static const struct record_field known_users_fields[] = {
    {RECORD_COUNT, AT(count), .most = KNOWN_USERS_MAX},
    {RECORD_COUNT, AT(left_out)},
    {RECORD_COUNTS, AT(slots)},
};
#undef AT
const struct record known_users_record =
    RECORD_OF(struct known_users, known_users_fields);
