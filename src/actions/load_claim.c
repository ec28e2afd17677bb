/* SPDX-License-Identifier: MIT */
#include "actions/load_claim.h"

#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"

#define RENEW_NS NS_PER_S

static void write_order(struct load_claim *claim) {
    claim->writing = true;
    claim->changed = false;
    claim->written_ns = loop_clock_ns();
    load_mail_write_order(
        claim->mail, &claim->order, claim->state == LOAD_CLAIM_SOUGHT);
}

/* A Redis that is not there yet may come; one that says no will not change its mind. */
static void take_trouble(struct load_claim *claim, const struct error *err) {
    bool may_pass = err->code == ERROR_CONNECT || err->code == ERROR_TIMEOUT ||
                    err->code == ERROR_LOST;
    text_copy_cut(claim->trouble, sizeof claim->trouble, err->message);
    if (!may_pass && claim->state == LOAD_CLAIM_SOUGHT) {
        claim->state = LOAD_CLAIM_REFUSED;
    }
}

static void hold(struct load_claim *claim, uint64_t asked_ns) {
    claim->state = LOAD_CLAIM_HELD;
    claim->confirmed_ns = asked_ns;
    claim->trouble[0] = '\0';
}

void load_claim_on_written(
    struct load_claim *claim, bool stands, uint64_t asked_ns, const struct error *err) {
    claim->writing = false;
    if (stands) {
        hold(claim, asked_ns);
    } else if (err->code != ERROR_NONE) {
        take_trouble(claim, err);
    } else if (claim->state == LOAD_CLAIM_SOUGHT) {
        load_mail_read_order(claim->mail);
    } else {
        claim->confirmed_ns = 0; /* it ran out: another may have taken it meanwhile */
    }
}

/* Somebody has the name: perhaps we do, and the answer got lost. The last order of a
 * run that has ended goes by itself. */
void load_claim_on_order(
    struct load_claim *claim, const struct load_order *order, uint64_t asked_ns,
    const struct error *err) {
    if (claim->state != LOAD_CLAIM_SOUGHT) return;
    if (err->code != ERROR_NONE) {
        take_trouble(claim, err);
    } else if (order && strcmp(order->run, claim->order.run) == 0) {
        hold(claim, asked_ns);
    } else if (order && order->kind <= LOAD_ORDER_START) {
        struct text text = TEXT_IN(claim->trouble);
        claim->state = LOAD_CLAIM_REFUSED;
        text_addf(
            &text, "%s collects a run of that name: --run gives this one another",
            order->who);
    }
}

void load_claim_renew(struct load_claim *claim, uint64_t now_ns) {
    bool due = now_ns - claim->written_ns >= RENEW_NS;
    bool changed = claim->changed && claim->state == LOAD_CLAIM_HELD;
    if (claim->state == LOAD_CLAIM_REFUSED || claim->writing) return;
    if (due || changed) write_order(claim);
}

bool load_claim_holds(const struct load_claim *claim, uint64_t now_ns) {
    return claim->state == LOAD_CLAIM_HELD &&
           now_ns - claim->confirmed_ns < LOAD_LEASE_NS;
}

void load_claim_end(struct load_claim *claim) {
    if (load_claim_holds(claim, loop_clock_ns())) write_order(claim);
}
