/* SPDX-License-Identifier: MIT */
#include "probes/places.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "core/url.h"
#include "io/loop.h"
#include "io/resolve.h"
#include "probes/poll.h"
#include "probes/subject.h"

#define INTERVAL_NS (5 * NS_PER_S)

struct places {
    struct probe_context *context; /* borrowed */
    char host[RESOLVE_HOST_SIZE];
    uint16_t port;
    struct poll poll;
    struct resolve *resolve;     /* NULL while none is under way */
    struct loop_timer *deadline; /* of it */
    bool failed;                 /* the last time: noted once */
    bool found;                  /* ever: then the instances speak for themselves */
    struct subject subject;
    places_fn on_places;
    void *owner;
};

static void on_due(void *owner);
static void on_resolved(void *owner, const struct resolve_result *result);
static void on_deadline(void *owner, uint64_t now_ns);

const char *place_url(
    const struct place *place, const struct target_track *track,
    char to[PLACE_URL_SIZE]) {
    struct text text = text_in(to, PLACE_URL_SIZE);
    if (track->dns[0]) return track->dns;
    text_addf(&text, "http://%s", place->address);
    return to;
}

/* "canary dns agents.example:8000": no instance is ever named so. */
static void introduce(struct places *places, enum track track, const struct url *url) {
    char data[STATE_NAME_SIZE];
    char endpoint[URL_ENDPOINT_SIZE];
    struct text name = TEXT_IN(data);
    url_endpoint(url, endpoint);
    text_addf(
        &name, "%s dns %s", track == TRACK_CANARY ? "canary" : "stable", endpoint);
    subject_init(
        &places->subject, places->context, PART_HEALTH, (uint8_t)track, name.data);
    places->subject.part.critical = track == TRACK_STABLE;
}

struct places *places_new(
    struct probe_context *context, enum track track, places_fn on_places, void *owner) {
    struct places *places = memory_new(sizeof *places);
    places->context = context;
    places->on_places = on_places;
    places->owner = owner;
    struct url url = {.path = slice_of("")};
    struct error err;
    if (url_parse(slice_of(context->target->tracks[track].dns), &url, &err)) {
        struct text host = TEXT_IN(places->host);
        text_add_slice(&host, url.host);
        places->port = url.port;
    }
    introduce(places, track, &url);
    poll_start(&places->poll, context, INTERVAL_NS, on_due, places);
    return places;
}

void places_free(struct places *places) {
    if (!places) return;
    resolve_free(places->resolve);
    loop_timer_free(places->deadline);
    poll_stop(&places->poll);
    free(places);
}

static void on_due(void *owner) {
    struct places *places = owner;
    struct loop *loop = places->context->loop;
    subject_ask(&places->subject);
    places->resolve =
        resolve_start(loop, places->host, places->port, on_resolved, places);
    places->deadline =
        loop_after(loop, poll_timeout_ns(&places->poll), on_deadline, places);
}

static void finish(struct places *places, const char *trouble) {
    if (trouble && !places->found) {
        subject_say(&places->subject, PART_SILENT, "DNS: %s", trouble);
    } else if (trouble && !places->failed) {
        probe_note(places->context, NOTE_WARN, "dns", "%s: %s", places->host, trouble);
    }
    places->failed = trouble != NULL;
    poll_done(&places->poll, !places->failed);
}

static void on_deadline(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct places *places = owner;
    places->deadline = NULL;
    resolve_free(places->resolve);
    places->resolve = NULL;
    finish(places, "no answer in time");
}

static void on_resolved(void *owner, const struct resolve_result *result) {
    struct places *places = owner;
    places->resolve = NULL;
    loop_timer_free(places->deadline);
    places->deadline = NULL;
    if (result->error.code != ERROR_NONE) {
        finish(places, probe_reason(&result->error));
        return;
    }
    struct place found[RESOLVE_ADDRESSES_MAX];
    uint32_t count = 0;
    for (; count < result->count && count < RESOLVE_ADDRESSES_MAX; count++) {
        text_copy_cut(
            found[count].address, sizeof found[count].address,
            result->addresses[count].text);
    }
    finish(places, NULL);
    places->on_places(places->owner, found, count);
    if (!places->found) subject_gone(&places->subject);
    places->found = true;
}
