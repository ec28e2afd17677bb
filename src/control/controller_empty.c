/* SPDX-License-Identifier: MIT */
#include "control/controller_empty.h"

#include <inttypes.h>

#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"

#define QUIET_NS (5 * NS_PER_S)  /* without any request there is nothing to see */
#define FULL_NS  (10 * NS_PER_S) /* with some on the canary it is not believed */

bool controller_begin_empty(struct controller *controller) {
    enum rollout_phase phase = controller->rollout.phase;
    bool goes_back = phase == ROLLOUT_ROLLING_BACK || phase == ROLLOUT_STRANDED;
    if (!goes_back || traffic_look(controller->traffic).kind != TRAFFIC_LOG) {
        return false;
    }
    controller->emptying_ns = loop_clock_ns();
    traffic_mark(controller->traffic);
    return true;
}

static void finish(
    struct controller *controller, enum rollout_set how, const char *words) {
    controller->emptying_ns = 0;
    controller->trouble[0] = '\0';
    controller_on_set(controller, how, words);
}

static void see_full(struct controller *controller, uint64_t requests, bool is_late) {
    struct text trouble = TEXT_IN(controller->trouble);
    text_addf(
        &trouble,
        "weight 0 is read back, and yet %" PRIu64 " requests have gone to the canary",
        requests);
    traffic_mark(controller->traffic); /* those may have been the last ones */
    if (!is_late) return;
    char words[ROLLOUT_WORDS_SIZE]; /* finish() forgets the trouble */
    text_copy_cut(words, sizeof words, controller->trouble);
    finish(controller, ROLLOUT_SET_FAILED, words);
}

void controller_wait_for_empty(struct controller *controller, uint64_t now_ns) {
    char words[ROLLOUT_WORDS_SIZE];
    struct text text = TEXT_IN(words);
    if (controller->emptying_ns == 0) return;
    const struct traffic_state traffic = traffic_look(controller->traffic);
    uint64_t waited_ns = now_ns - controller->emptying_ns;
    if (traffic.since[TRACK_CANARY] > 0) {
        see_full(controller, traffic.since[TRACK_CANARY], waited_ns >= FULL_NS);
    } else if (traffic.since[TRACK_STABLE] > 0) {
        text_addf(
            &text,
            "weight 0 is read back, and none of %" PRIu64
            " requests since went to the canary",
            traffic.since[TRACK_STABLE]);
        finish(controller, ROLLOUT_SET_DONE, words);
    } else if (waited_ns >= QUIET_NS) {
        text_add(
            &text, "weight 0 is read back; no request has come since to see it by");
        finish(controller, ROLLOUT_SET_DONE, words);
    }
}
