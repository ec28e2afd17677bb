/* SPDX-License-Identifier: MIT */
#include "load_offer.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "load_preview.h"

enum { PREVIEW_BYTES_MAX = 1024 * 1024 };

#define WAY_BACK "X stops it; what was answered stays where it is"

/* Takes the preview apart, which stays where it is from here on. */
static void split_lines(struct load_offer *offer) {
    char *bytes = offer->preview.data;
    size_t length = offer->preview.length;
    uint32_t count = 0;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n') count++;
    }
    offer->lines = memory_new_array(count, sizeof *offer->lines);
    uint32_t line = 0;
    size_t start = 0;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != '\n') continue;
        bytes[i] = '\0';
        offer->lines[line++] = bytes + start;
        start = i + 1;
    }
    offer->plan.lines = offer->lines;
    offer->plan.line_count = count;
}

static void block(struct load_offer *offer, const struct error *err) {
    safe_text_copy(offer->words, sizeof offer->words, slice_of(err->message));
    offer->plan.blocked = offer->words;
}

static void begin(struct load_offer *offer, const struct target *target) {
    *offer = (struct load_offer){.plan = {.to = offer->to, .back = WAY_BACK}};
    struct text to = TEXT_IN(offer->to);
    redact_add_url(&to, target->url);
    buffer_init(&offer->preview, PREVIEW_BYTES_MAX);
    offer->wish = (struct load_wish){.workers = 1, .usd_most = (double)NAN};
    offer->wish.scenario = memory_new(sizeof *offer->wish.scenario);
}

static void describe(
    struct load_offer *offer, const struct target *target,
    const struct redactor *redactor) {
    struct error err;
    const struct load_preview preview = {&offer->wish, target, redactor};
    load_bill_of(&offer->wish.scenario->plan, target, &offer->wish.bill);
    load_preview_lines(&preview, &offer->preview);
    if (offer->preview.overflow) {
        error_set(&err, ERROR_LIMIT, "it sends more than can be shown before");
        block(offer, &err);
        return;
    }
    split_lines(offer);
    if (!load_wish_may(&offer->wish, target, &err)) block(offer, &err);
}

void load_offer_of_preset(
    struct load_offer *offer, const char *preset, const struct target *target,
    const struct redactor *redactor) {
    struct error err;
    begin(offer, target);
    if (scenario_preset(offer->wish.scenario, preset, target, &err)) {
        describe(offer, target, redactor);
    } else {
        block(offer, &err);
    }
}

void load_offer_of_file(
    struct load_offer *offer, const struct load_file *file, const struct target *target,
    const struct redactor *redactor) {
    struct error err;
    begin(offer, target);
    struct document *document = load_file_read(file, &err);
    bool right =
        document &&
        load_wish_of_file(offer->wish.scenario, document, file->path, target, &err);
    document_free(document);
    if (right) {
        describe(offer, target, redactor);
    } else {
        block(offer, &err);
    }
}

void load_offer_clear(struct load_offer *offer) {
    load_wish_clear(&offer->wish);
    buffer_clear(&offer->preview);
    free(offer->lines);
    *offer = (struct load_offer){0};
}
