/* The collector's hold on the name of a shared load run: taken once, renewed each
 * second, and lost when Redis has not confirmed it for as long as a lease. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "actions/load_mail.h"

enum load_claim_state {
    LOAD_CLAIM_SOUGHT,
    LOAD_CLAIM_HELD,
    LOAD_CLAIM_REFUSED, /* somebody else has it, or Redis says no: `trouble` */
};

struct load_claim {
    enum load_claim_state state;
    struct load_mail *mail; /* borrowed */
    struct load_order order;
    bool changed; /* the order that stands there is not this one */
    bool writing;
    uint64_t confirmed_ns; /* when an order was written that stands; 0: it does not */
    uint64_t written_ns;   /* when it was tried last */
    char trouble[ERROR_MESSAGE_SIZE]; /* with Redis, of late; safe to show */
};

/* What the mail says. */
void load_claim_on_written(
    struct load_claim *claim, bool stands, uint64_t asked_ns, const struct error *err);
void load_claim_on_order(
    struct load_claim *claim, const struct load_order *order, uint64_t asked_ns,
    const struct error *err);

/* Takes or renews it when that is due; at once when the order was changed. */
void load_claim_renew(struct load_claim *claim, uint64_t now_ns);

bool load_claim_holds(const struct load_claim *claim, uint64_t now_ns);

/* Says for the last time what stands in the order. */
void load_claim_end(struct load_claim *claim);
