/* SPDX-License-Identifier: MIT */
#include "arming.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "claim.h"
#include "io/loop.h"

/* How often it is looked whether the target still is ours. */
#define LOOK_EVERY_NS NS_PER_S

enum { WORDS_SIZE = ERROR_MESSAGE_SIZE + 32 };

struct arming {
    struct loop *loop; /* borrowed */
    struct arming_options options;
    struct loop_timer *disarm; /* while armed */
    struct loop_timer *look;   /* while the target is ours */
    struct claim claim;        /* while armed, or while something of ours runs */
};

struct arming *arming_new(struct loop *loop, const struct arming_options *options) {
    struct arming *arming = memory_new(sizeof *arming);
    arming->loop = loop;
    arming->options = *options;
    arming->claim = (struct claim){.target = options->target, .user = options->user};
    return arming;
}

static void release(struct arming *arming) {
    loop_timer_free(arming->look);
    arming->look = NULL;
    claim_release(&arming->claim);
}

void arming_free(struct arming *arming) {
    if (!arming) return;
    loop_timer_free(arming->disarm);
    release(arming);
    free(arming);
}

static void note(struct arming *arming, enum note_level level, const char *words) {
    arming->options.on_note(arming->options.owner, level, words);
}

static void notify(struct arming *arming, const char *words) {
    arming->options.on_notice(arming->options.owner, words);
}

static bool something_runs(const struct arming *arming) {
    return arming->options.runs(arming->options.owner);
}

static void publish(struct arming *arming, bool armed) {
    struct event event = {.kind = EVENT_ARMED, .armed = {.armed = armed}};
    if (armed) event.armed.until_ns = loop_clock_ns() + arming->options.for_ns;
    text_copy_cut(event.armed.who, sizeof event.armed.who, arming->options.user);
    arming->options.on_event(arming->options.owner, &event);
}

/* What runs still acts: the target is given back when that has ended. */
static void end(struct arming *arming, enum note_level level, const char *words) {
    loop_timer_free(arming->disarm);
    arming->disarm = NULL;
    if (!something_runs(arming)) release(arming);
    publish(arming, false);
    note(arming, level, words);
}

static void on_disarm(void *owner, uint64_t now_ns) {
    struct arming *arming = owner;
    (void)now_ns;
    arming->disarm = NULL;
    end(arming, NOTE_INFO, "disarmed: the time is over");
}

static void add_name(struct text *text, const struct lock_holder *who) {
    const char *name = who->holder[0] ? who->holder : "somebody";
    text_addf(text, "%s on %s (pid %d)", name, who->host, (int)who->pid);
}

/* Somebody has taken the target over: nothing of ours goes out any more. */
static void lose(struct arming *arming, const struct lock_holder *who) {
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    bool runs = something_runs(arming);
    text_add(&text, arming->disarm ? "disarmed: " : "");
    add_name(&text, who);
    text_addf(&text, " took the target over%s", runs ? "; the run is stopped" : "");
    release(arming);
    arming->options.on_lost(arming->options.owner);
    if (arming->disarm) {
        end(arming, NOTE_BAD, words);
    } else {
        note(arming, NOTE_BAD, words);
    }
    notify(arming, words);
}

/* Whether the target still is ours; if not, that is dealt with. */
static bool look(struct arming *arming) {
    struct lock_holder who;
    if (!claim_is_lost(&arming->claim, &who)) return true;
    lose(arming, &who);
    return false;
}

static void on_look(void *owner, uint64_t now_ns) {
    (void)now_ns;
    look(owner);
}

static void refuse(struct arming *arming, const char *what, const struct error *err) {
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(&text, "%s: %s", what, err->message);
    notify(arming, words);
    note(arming, NOTE_WARN, words);
}

static void note_armed(struct arming *arming, const struct lock_holder *from) {
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_add(&text, "armed");
    if (from->pid != 0) {
        text_add(&text, ": taken over from ");
        add_name(&text, from);
    }
    note(arming, NOTE_WARN, words);
}

void arming_arm(struct arming *arming, uint64_t epoch) {
    struct error err = {0};
    struct claim *claim = &arming->claim;
    struct lock_holder from = {0};
    bool held =
        epoch ? claim_take_over(claim, epoch, &from, &err) : claim_hold(claim, &err);
    if (!held) {
        release(arming);
        refuse(arming, "not armed", &err);
        return;
    }
    if (!arming->disarm) note_armed(arming, &from);
    if (!arming->look) {
        arming->look = loop_every(arming->loop, LOOK_EVERY_NS, on_look, arming);
    }
    loop_timer_free(arming->disarm);
    arming->disarm =
        loop_after(arming->loop, arming->options.for_ns, on_disarm, arming);
    publish(arming, true);
}

void arming_disarm(struct arming *arming) {
    if (arming->disarm) end(arming, NOTE_INFO, "disarmed");
}

bool arming_may_start(struct arming *arming) {
    struct error err = {0};
    if (!arming->disarm) {
        notify(arming, "this acts: arm first, with A");
        return false;
    }
    if (!look(arming)) return false;
    if (claim_hold(&arming->claim, &err)) return true;
    refuse(arming, "not started", &err);
    arming_disarm(arming);
    return false;
}

bool arming_may_act(const struct arming *arming) {
    struct lock_holder who;
    return arming->claim.lock && !claim_is_lost(&arming->claim, &who);
}

void arming_after_run(struct arming *arming) {
    bool ours = look(arming);
    if (ours && !arming->disarm && !something_runs(arming)) release(arming);
}

bool arming_find_holder(const struct arming *arming, struct target_holder *holder) {
    struct lock_holder who;
    if (!claim_is_elsewhere(&arming->claim, &who)) return false;
    *holder = (struct target_holder){
        .pid = who.pid, .since_ms = who.since_ms, .epoch = who.epoch};
    text_copy_cut(holder->name, sizeof holder->name, who.holder);
    text_copy_cut(holder->host, sizeof holder->host, who.host);
    text_copy_cut(holder->purpose, sizeof holder->purpose, who.purpose);
    return true;
}
