/* SPDX-License-Identifier: MIT */
#include "control/publisher.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "control/post.h"
#include "report/rollout_report.h"

static const struct post_type *const types[] = {
    &redis_post, &listen_post, &configmap_post};

enum { WAYS = sizeof types / sizeof types[0], TROUBLE_SIZE = 100 };

struct way {
    struct publisher *publisher; /* borrowed */
    void *post;                  /* NULL: not wanted, or it can never work */
    char trouble[TROUBLE_SIZE];  /* "" while it works */
};

struct publisher {
    const struct target *target; /* borrowed */
    struct way ways[WAYS];
    publisher_trouble_fn on_trouble;
    void *owner;
    struct buffer json;
    char said[WAYS * TROUBLE_SIZE]; /* what was said last */
};

static void on_said(void *owner, const struct error *how);

static void note_trouble(struct way *way, const char *name, const struct error *why) {
    struct text text = TEXT_IN(way->trouble);
    text_addf(&text, "not published: %s: %s", name, why->message);
}

struct publisher *publisher_new(const struct publisher_options *options) {
    struct publisher *publisher = memory_new(sizeof *publisher);
    publisher->target = options->target;
    publisher->on_trouble = options->on_trouble;
    publisher->owner = options->owner;
    buffer_init(&publisher->json, ROLLOUT_REPORT_BYTES_MAX);
    for (unsigned i = 0; i < WAYS; i++) {
        struct way *way = &publisher->ways[i];
        const struct post_options post = {
            options->loop, options->target, options->kubernetes, on_said, way};
        struct error err = {0};
        way->publisher = publisher;
        if (!types[i]->is_wanted(&options->target->publish)) continue;
        way->post = types[i]->start(&post, &err);
        if (!way->post) note_trouble(way, types[i]->name, &err);
    }
    return publisher;
}

void publisher_free(struct publisher *publisher) {
    if (!publisher) return;
    for (unsigned i = 0; i < WAYS; i++) types[i]->free(publisher->ways[i].post);
    buffer_clear(&publisher->json);
    free(publisher);
}

/* One trouble after the other, as one line. */
static void say(struct publisher *publisher) {
    char words[sizeof publisher->said];
    struct text text = TEXT_IN(words);
    for (unsigned i = 0; i < WAYS; i++) {
        const char *trouble = publisher->ways[i].trouble;
        if (*trouble) text_addf(&text, "%s%s", text.length ? "; " : "", trouble);
    }
    if (strcmp(words, publisher->said) == 0) return;
    text_copy(publisher->said, sizeof publisher->said, words);
    publisher->on_trouble(publisher->owner, words);
}

static void on_said(void *owner, const struct error *how) {
    struct way *way = owner;
    size_t index = (size_t)(way - way->publisher->ways);
    way->trouble[0] = '\0';
    if (how->code != ERROR_NONE) note_trouble(way, types[index]->name, how);
    say(way->publisher);
}

static bool has_ways(const struct publisher *publisher) {
    for (unsigned i = 0; i < WAYS; i++) {
        if (publisher->ways[i].post) return true;
    }
    return false;
}

void publisher_publish(
    struct publisher *publisher, const struct rollout_status *status,
    struct slice envelope, uint64_t epoch) {
    const struct rollout_report report = {
        .status = status,
        .target = publisher->target->name,
        .exit_code = rollout_report_code(status),
    };
    say(publisher);
    if (!has_ways(publisher)) return;
    buffer_reset(&publisher->json);
    rollout_report_json(&report, &publisher->json);
    const struct posting posting = {
        status, envelope, buffer_slice(&publisher->json), epoch};
    for (unsigned i = 0; i < WAYS; i++) {
        void *post = publisher->ways[i].post;
        if (post) types[i]->tell(post, &posting);
    }
}

bool publisher_is_idle(const struct publisher *publisher) {
    for (unsigned i = 0; i < WAYS; i++) {
        const void *post = publisher->ways[i].post;
        if (post && !types[i]->is_idle(post)) return false;
    }
    return true;
}
