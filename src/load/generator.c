/* SPDX-License-Identifier: MIT */
#include "load/generator.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "io/leash.h"
#include "io/loop.h"
#include "io/tls.h"
#include "load/channel.h"
#include "load/pacemaker.h"
#include "load/preflight.h"
#include "load/reach.h"

enum generator_state { WAITS, REACHES, READY, RUNS, LEAVES };

static const uint64_t look_ns = 2 * NS_PER_MS; /* whether the last report has gone */
static const uint64_t leave_ns = 5 * NS_PER_S; /* for it, when nobody reads */

struct generator {
    struct loop *loop;
    struct channel *channel;
    struct leash *leash;
    struct loop_signal *on_term, *on_interrupt;
    enum generator_state state;
    struct load_plan *plan;
    struct load_ready ready;
    struct tls_config *tls;
    struct reach *reach;
    struct resolve_address addresses[REACH_ADDRESSES_MAX];
    size_t address_count;
    bool start_wanted;           /* it was told to start before it was ready */
    struct pacemaker *pacemaker; /* from RUNS on */
    struct load_report *last;    /* of a run that never began */
    struct loop_timer *leaving;
    uint64_t give_up_ns;
    bool has_said_last;
    enum exit_code exit_code;
};

/* The last report */

static void say_last(struct generator *generator) {
    generator->has_said_last = true;
    if (generator->pacemaker) {
        pacemaker_say_last(generator->pacemaker);
    } else {
        channel_send(generator->channel, LOAD_MESSAGE_REPORT, generator->last);
    }
}

static void on_look(void *owner, uint64_t now_ns) {
    struct generator *generator = owner;
    if (!channel_is_busy(generator->channel)) {
        if (generator->has_said_last) loop_stop(generator->loop);
        if (!generator->has_said_last) say_last(generator);
    }
    if (now_ns >= generator->give_up_ns) loop_stop(generator->loop);
}

static void leave(struct generator *generator) {
    if (generator->state == LEAVES) return;
    generator->state = LEAVES;
    generator->give_up_ns = loop_clock_ns() + leave_ns;
    generator->leaving = loop_every(generator->loop, look_ns, on_look, generator);
}

/* The run never began. */
static void give_up(
    struct generator *generator, enum load_end end, const struct error *why) {
    struct load_report *last = memory_new(sizeof *last);
    last->sequence = last->shards = 1;
    last->wall_ms = loop_wall_ms();
    last->ended = end;
    safe_text_copy(last->words, sizeof last->words, slice_of(why->message));
    free(generator->last);
    generator->last = last;
    reach_free(generator->reach);
    generator->reach = NULL;
    if (end == LOAD_ENDED_UNREACHED) generator->exit_code = EXIT_CODE_UNREACHABLE;
    if (end == LOAD_ENDED_REFUSED) generator->exit_code = EXIT_CODE_USAGE;
    leave(generator);
}

static void on_over(void *owner) {
    leave(owner);
}

/* Waits for answers when told for the first time, and for nothing the second time. */
static void stop(struct generator *generator, enum load_end end, bool at_once) {
    const struct error none = {0};
    switch (generator->state) {
    case WAITS:
    case REACHES:
    case READY: give_up(generator, end, &none); break;
    case RUNS:
        if (at_once) {
            pacemaker_stop(generator->pacemaker, end);
        } else {
            pacemaker_drain(generator->pacemaker, end);
        }
        break;
    case LEAVES: break;
    }
}

/* The beginning */

static void start(struct generator *generator) {
    const struct pacemaker_options options = {
        .loop = generator->loop,
        .plan = generator->plan,
        .addresses = generator->addresses,
        .address_count = generator->address_count,
        .tls = generator->tls,
        .channel = generator->channel,
        .on_over = on_over,
        .owner = generator};
    generator->state = RUNS;
    generator->pacemaker = pacemaker_new(&options);
}

/* One that does not answer would fail its share of the users, who would not ask it. */
static void note_missed(struct generator *generator, const struct reach_result *found) {
    struct load_ready *ready = &generator->ready;
    if (found->missed == 0 || ready->note_count == LOAD_NOTES_MAX) return;
    struct load_note *note = &ready->notes[ready->note_count++];
    struct text text = TEXT_IN(note->words);
    text_addf(
        &text, "%zu of %zu addresses left out: ", found->missed,
        found->missed + found->count);
    safe_text_add(&text, slice_of(found->why.message));
}

static void on_reached(void *owner, const struct reach_result *found) {
    struct generator *generator = owner;
    struct load_ready *ready = &generator->ready;
    generator->reach = NULL;
    if (found->count == 0) {
        give_up(generator, LOAD_ENDED_UNREACHED, &found->why);
        return;
    }
    generator->state = READY;
    generator->address_count = found->count;
    for (size_t i = 0; i < found->count; i++) {
        generator->addresses[i] = found->addresses[i];
    }
    note_missed(generator, found);
    ready->pid = (uint64_t)getpid();
    ready->shard = generator->plan->shard;
    struct text address = TEXT_IN(ready->address);
    text_add(&address, found->addresses[0].text);
    if (found->count > 1) text_addf(&address, " and %zu more", found->count - 1);
    channel_send(generator->channel, LOAD_MESSAGE_READY, ready);
    if (generator->start_wanted) start(generator);
}

static bool make_tls(struct generator *generator, struct error *err) {
    const struct load_target *target = &generator->plan->target;
    if (!target->tls) return true;
    const struct tls_options options = {
        .ca = target->ca,
        .cert = target->cert,
        .key = target->key,
        .server_name = target->server_name,
        .insecure = target->insecure,
        .reuse_sessions = true};
    generator->tls = tls_config_new(&options, err);
    return generator->tls != NULL;
}

static void take_plan(struct generator *generator, const struct frame *frame) {
    struct error err = {0};
    generator->plan = memory_new(sizeof *generator->plan);
    struct load_plan *plan = generator->plan;
    if (!load_message_read(frame, LOAD_MESSAGE_PLAN, plan, &err) ||
        !load_plan_check(plan, &err) || !preflight(plan, &generator->ready, &err) ||
        !make_tls(generator, &err)) {
        give_up(generator, LOAD_ENDED_REFUSED, &err);
        return;
    }
    generator->state = REACHES;
    generator->reach = reach_start(
        generator->loop, &plan->target, generator->tls, on_reached, generator);
}

/* Words from outside */

static void obey(struct generator *generator, const struct load_control *control) {
    struct error ignored;
    switch ((enum load_control_kind)control->kind) {
    case LOAD_CONTROL_START:
        generator->start_wanted = true;
        if (generator->state == READY) start(generator);
        break;
    case LOAD_CONTROL_LEVEL:
        if (generator->state == RUNS &&
            load_plan_check_level(generator->plan, control->level, &ignored)) {
            pacemaker_set_level(generator->pacemaker, control->level);
        }
        break;
    case LOAD_CONTROL_STOP: stop(generator, LOAD_ENDED_STOPPED, false); break;
    case LOAD_CONTROL_COUNT: break;
    }
}

static void on_frame(void *owner, const struct frame *frame) {
    struct generator *generator = owner;
    if (generator->state == LEAVES) return;
    if (generator->state == WAITS) {
        take_plan(generator, frame);
        return;
    }
    struct load_control control = {0};
    struct error err = {0};
    if (load_message_read(frame, LOAD_MESSAGE_CONTROL, &control, &err)) {
        obey(generator, &control);
    } else {
        stop(generator, LOAD_ENDED_STOPPED, true);
    }
}

static void on_channel_end(void *owner, const struct error *why) {
    struct generator *generator = owner;
    if (generator->state == WAITS) {
        give_up(generator, LOAD_ENDED_REFUSED, why);
    } else {
        stop(generator, LOAD_ENDED_STOPPED, true);
    }
}

static void on_leash_end(void *owner) {
    stop(owner, LOAD_ENDED_STOPPED, true);
}

static void on_signal(void *owner, int number) {
    struct generator *generator = owner;
    bool again = generator->exit_code != EXIT_CODE_OK;
    generator->exit_code =
        number == SIGINT ? EXIT_CODE_INTERRUPTED : EXIT_CODE_TERMINATED;
    stop(generator, LOAD_ENDED_SIGNAL, again);
}

static void clear(struct generator *generator) {
    loop_timer_free(generator->leaving);
    pacemaker_free(generator->pacemaker);
    reach_free(generator->reach);
    tls_config_free(generator->tls);
    channel_free(generator->channel);
    leash_free(generator->leash);
    loop_signal_free(generator->on_term);
    loop_signal_free(generator->on_interrupt);
    loop_free(generator->loop);
    free(generator->last);
    free(generator->plan);
}

enum exit_code generator_run(void) {
    struct generator generator = {.loop = loop_new()};
    static const struct channel_handlers handlers = {
        .on_frame = on_frame, .on_end = on_channel_end};
    static const int descriptors[2] = {STDIN_FILENO, STDOUT_FILENO};
    struct error err = {0};
    generator.channel =
        channel_new(generator.loop, descriptors, &handlers, &generator, &err);
    if (generator.channel) {
        generator.on_term =
            loop_on_signal(generator.loop, SIGTERM, on_signal, &generator);
        generator.on_interrupt =
            loop_on_signal(generator.loop, SIGINT, on_signal, &generator);
        generator.leash =
            leash_from_environment(generator.loop, on_leash_end, &generator);
        loop_run(generator.loop);
    } else {
        fprintf(stderr, "flightdeck-load: %s\n", err.message);
        generator.exit_code = EXIT_CODE_USAGE;
    }
    clear(&generator);
    return generator.exit_code;
}
