/* SPDX-License-Identifier: MIT */
#include "support/press.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "control/publisher.h"
#include "core/event.h"
#include "io/loop.h"

static void on_trouble(void *owner, const char *words) {
    struct press *press = owner;
    text_copy_cut(press->trouble, sizeof press->trouble, words);
    press->troubles++;
    if (press->world.until && press->world.until(&press->world, press->world.what)) {
        press->world.happened = true;
        loop_stop(press->world.loop);
    }
}

void press_init(struct press *press) {
    memset(press, 0, sizeof *press);
    world_init(&press->world);
    press->status = (struct rollout_status){
        .known = true,
        .phase = ROLLOUT_WATCHING,
        .holder = "ann",
        .host = "ops1",
        .step = 2,
        .steps = 4,
        .wanted_bp = 2500};
}

void press_clear(struct press *press) {
    loop_timer_free(press->beat);
    publisher_free(press->publisher);
    world_clear(&press->world);
}

void press_publish(struct press *press) {
    uint8_t bytes[8192];
    struct event event = {.kind = EVENT_ROLLOUT, .rollout = press->status};
    event.sequence = ++press->sequence;
    event.wall_ms = loop_wall_ms() - press->late_ms;
    size_t length = event_encode(&event, bytes, sizeof bytes);
    assert_true(length > 0);
    publisher_publish(
        press->publisher, &press->status, (struct slice){(const char *)bytes, length},
        press->epoch);
}

static void on_beat(void *owner, uint64_t at_ns) {
    (void)at_ns;
    press_publish(owner);
}

void press_open(struct press *press) {
    const struct publisher_options options = {
        .loop = press->world.loop,
        .target = press->world.target,
        .kubernetes = press->kubernetes,
        .on_trouble = on_trouble,
        .owner = press,
    };
    press->publisher = publisher_new(&options);
}

void press_start(struct press *press) {
    press_open(press);
    press->beat = loop_every(press->world.loop, NS_PER_S / 4, on_beat, press);
    press_publish(press);
}

void press_stop(struct press *press) {
    loop_timer_free(press->beat);
    press->beat = NULL;
}

static bool is_known(const struct world *world, const void *what) {
    return world->model->state.rollout.known == *(const bool *)what;
}

/* What is no news any more is only known after as long as one waits here at most. */
void press_wait_known(struct press *press, bool known) {
    unsigned waits = 0;
    while (!world_wait(&press->world, is_known, &known)) assert_true(++waits < 2);
}

static bool is_in_trouble(const struct world *world, const void *what) {
    (void)world;
    const struct press *press = what;
    return press->trouble[0] != '\0';
}

static bool is_well(const struct world *world, const void *what) {
    (void)world;
    const struct press *press = what;
    return press->trouble[0] == '\0';
}

void press_wait_trouble(struct press *press, bool trouble) {
    world_fn until = trouble ? is_in_trouble : is_well;
    assert_true(world_wait(&press->world, until, press));
}

void press_expect_shown(const struct press *press) {
    const struct rollout_status *shown = &press->world.model->state.rollout;
    assert_int_equal(shown->step, 2);
    assert_int_equal(shown->wanted_bp, 2500);
    assert_string_equal(shown->holder, "ann");
    assert_string_equal(shown->host, "ops1");
}
