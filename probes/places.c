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

#define INTERVAL_NS (5 * NS_PER_S)

struct places {
    struct probe_context *context; /* borrowed */
    char host[RESOLVE_HOST_SIZE];
    uint16_t port;
    struct poll poll;
    struct resolve *resolve;     /* NULL while none is under way */
    struct loop_timer *deadline; /* of it */
    bool failed;                 /* the last time: noted once */
    places_fn on_places;
    void *owner;
};

static void on_due(void *owner);
static void on_resolved(void *owner, const struct resolve_result *result);
static void on_deadline(void *owner, uint64_t now_ns);

struct places *places_new(
    struct probe_context *context, const char *url, places_fn on_places, void *owner) {
    struct places *places = memory_new(sizeof *places);
    places->context = context;
    places->on_places = on_places;
    places->owner = owner;
    struct url parts;
    struct error err;
    if (url_parse(slice_of(url), &parts, &err)) {
        struct text host = TEXT_IN(places->host);
        text_add_slice(&host, parts.host);
        places->port = parts.port;
    }
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
    places->resolve =
        resolve_start(loop, places->host, places->port, on_resolved, places);
    places->deadline =
        loop_after(loop, poll_timeout_ns(&places->poll), on_deadline, places);
}

static void finish(struct places *places, const char *trouble) {
    if (trouble && !places->failed) {
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
}
