/* Users of a service who ask again and again,
 * several at once, on the loop of a test. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct users;

enum { USERS_AT_ONCE = 16 };

struct users_options {
    uint16_t port;  /* of 127.0.0.1 */
    uint32_t count; /* different ones, drawn by lot; 0: nobody says who it is */
    bool in_body;   /* says who it is there, instead of in X-User-Id */
    bool careful;   /* each request may be sent again: it has an Idempotency-Key */
};

struct users_result {
    uint32_t answered; /* 200 */
    uint32_t failed;   /* anything else */
};

struct users *users_new(struct loop *loop, const struct users_options *options);
/* Ends what they wait for. */
void users_free(struct users *users);

/* Asks nothing more; what was asked is still answered. */
void users_rest(struct users *users);
void users_go_on(struct users *users);
bool users_wait_for_nothing(const struct users *users);
struct users_result users_result(const struct users *users);

/* One user, whose name is a number, asks once and is waited for: whether with a 200. */
bool users_ask_once(struct users *users, uint32_t user);
