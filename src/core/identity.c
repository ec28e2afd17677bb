/* SPDX-License-Identifier: MIT */
#include "core/identity.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

enum {
    CALM_ANSWERS = 60,  /* from one process alone: no longer mixed */
    RETURN_ANSWERS = 4, /* a total that comes back later than that grew by itself */
    RETURNS_MIXED = 2,  /* once may be a busy start */
};

/* Some exporters compute their start from the uptime, so that it wavers. */
static const double start_tolerance_s = 2;

static bool is_same(
    const struct identity_known *known, const struct identity_sight *sight) {
    if (strcmp(known->version, sight->version) != 0) return false;
    if (isnan(known->start_s) || isnan(sight->start_s)) {
        return isnan(known->start_s) && isnan(sight->start_s);
    }
    return fabs(known->start_s - sight->start_s) <= start_tolerance_s;
}

static void remember(struct identity *identity, const struct identity_sight *sight) {
    identity->current = identity->known_count % IDENTITY_KNOWN_MAX;
    identity->known_count++;
    struct identity_known *known = &identity->known[identity->current];
    known->start_s = sight->start_s;
    text_copy_cut(known->version, sizeof known->version, sight->version);
}

/* By start time and version, when they are said. */
static enum identity_news see_name(
    struct identity *identity, const struct identity_sight *sight) {
    if (identity->known_count == 0) {
        remember(identity, sight);
        return IDENTITY_FIRST;
    }
    if (is_same(&identity->known[identity->current], sight)) return IDENTITY_SAME;
    for (uint32_t i = 0; i < identity->known_count && i < IDENTITY_KNOWN_MAX; i++) {
        if (!is_same(&identity->known[i], sight)) continue;
        identity->current = i;
        return IDENTITY_RETURNED;
    }
    remember(identity, sight);
    return IDENTITY_RESTARTED;
}

/* By a counter that falls and soon stands above its old height again. */
static enum identity_news see_total(struct identity *identity, double total) {
    if (total < identity->last_total) {
        identity->peak = identity->last_total;
        identity->since_fall = 1;
        return IDENTITY_RESTARTED;
    }
    if (identity->since_fall == 0) return IDENTITY_SAME;
    bool soon = identity->since_fall++ <= RETURN_ANSWERS;
    if (total < identity->peak) return IDENTITY_SAME;
    identity->since_fall = 0;
    return soon ? IDENTITY_RETURNED : IDENTITY_SAME;
}

static void count_return(struct identity *identity, bool certain) {
    identity->calm = 0;
    identity->returns++;
    if (certain || identity->returns >= RETURNS_MIXED) identity->mixed = true;
}

enum identity_news identity_see(
    struct identity *identity, const struct identity_sight *sight) {
    enum identity_news news = see_name(identity, sight);
    bool certain = news == IDENTITY_RETURNED && !isnan(sight->start_s);
    if (news == IDENTITY_SAME && isnan(sight->start_s) && !isnan(sight->total)) {
        news = see_total(identity, sight->total);
    }
    if (!isnan(sight->total)) identity->last_total = sight->total;

    if (news == IDENTITY_RETURNED) {
        count_return(identity, certain);
    } else if (++identity->calm >= CALM_ANSWERS) {
        identity->returns = 0;
        identity->mixed = false;
    }
    return news;
}
