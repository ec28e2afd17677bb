/* SPDX-License-Identifier: MIT */
#include "core/roster.h"

#include <string.h>

#include "base/text.h"
#include "base/units.h"

enum { FAILURES_GONE = 3 };

/* Longer than the other track needs to be heard of after what has hit both. */
#define STEADY_NS (5 * NS_PER_S)

static bool is_ready(const struct part *part) {
    return part->status == PART_OK || part->status == PART_DEGRADED;
}

static struct roster_entry *find(struct roster *roster, const struct part *part) {
    for (unsigned i = 0; i < roster->count; i++) {
        struct roster_entry *entry = &roster->entries[i];
        if (strcmp(entry->part.name, part->name) == 0) return entry;
    }
    if (part->gone || roster->count == ROSTER_MAX) return NULL;
    struct roster_entry *entry = &roster->entries[roster->count++];
    *entry = (struct roster_entry){.part = *part};
    return entry;
}

void roster_take(struct roster *roster, const struct part *part, uint64_t now_ns) {
    if (part->kind != PART_HEALTH) return;
    struct roster_entry *entry = find(roster, part);
    if (!entry) return;
    if (part->gone) {
        *entry = roster->entries[--roster->count];
        return;
    }
    bool was_ready = is_ready(&entry->part);
    bool was_known = !part_is_awaited(&entry->part);
    if (was_ready && !is_ready(part)) crash_loop_add(&entry->falls, now_ns);
    if (was_known && !was_ready && is_ready(part)) entry->ready_ns = now_ns;
    entry->part = *part;
}

static void keep_older(struct instances_sight *sight, uint64_t answered_ns) {
    bool is_older = sight->ready == 0 || answered_ns < sight->answered_ns;
    if (is_older) sight->answered_ns = answered_ns;
}

/* What is amiss with one. */
static void explain(struct text *text, const struct part *part, bool crashing) {
    text_addf(text, "%s: ", part->name);
    if (crashing) {
        text_add(text, "crash loop, it comes and goes again and again");
    } else if (!is_ready(part)) {
        text_add(text, part->detail[0] ? part->detail : "does not answer yet");
    } else {
        text_addf(
            text, "says that it is %s",
            part->version[0] ? part->version : "of no version");
    }
}

static void add(
    struct instances_sight *sight, const struct roster_entry *entry,
    const char *version, uint64_t now_ns) {
    const struct part *part = &entry->part;
    bool ready = is_ready(part);
    bool renewed = ready && (!version || strcmp(part->version, version) == 0);
    bool crashing = crash_loop_is_on(&entry->falls, now_ns);
    if (ready) keep_older(sight, part->answered_ns);
    sight->count++;
    sight->awaited += part_is_awaited(part);
    sight->ready += ready;
    sight->renewed += renewed;
    sight->steady = sight->steady || (ready && now_ns - entry->ready_ns >= STEADY_NS);
    sight->crashing = sight->crashing || crashing;
    sight->gone = sight->gone && !ready && part->failures >= FAILURES_GONE;
    if (sight->words[0] || (renewed && !crashing)) return;
    struct text text = TEXT_IN(sight->words);
    explain(&text, part, crashing);
}

struct instances_sight roster_look(
    const struct roster *roster, enum track track, const char *version,
    uint64_t now_ns) {
    struct instances_sight sight = {.gone = true};
    for (unsigned i = 0; i < roster->count; i++) {
        const struct roster_entry *entry = &roster->entries[i];
        if (entry->part.track == track) add(&sight, entry, version, now_ns);
    }
    if (sight.count > 0) return sight;
    sight.gone = false;
    text_copy_cut(sight.words, sizeof sight.words, "no instance has answered yet");
    return sight;
}

void roster_version(
    const struct roster *roster, enum track track, char to[STATE_VERSION_SIZE]) {
    bool has_one = false;
    to[0] = '\0';
    for (unsigned i = 0; i < roster->count; i++) {
        const struct part *part = &roster->entries[i].part;
        if (part->track != track || !is_ready(part)) continue;
        if (has_one && strcmp(to, part->version) != 0) {
            to[0] = '\0';
            return;
        }
        has_one = true;
        text_copy_cut(to, STATE_VERSION_SIZE, part->version);
    }
}
