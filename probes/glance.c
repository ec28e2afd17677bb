/* SPDX-License-Identifier: MIT */
#include "probes/glance.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/units.h"
#include "core/meter.h"
#include "core/scrape.h"
#include "io/loop.h"
#include "probes/fetch.h"

/* Between the two scrapes of a look, when nobody else of us asks: a balancer that takes
 * turns then takes them among these. */
#define DELAY_NS   NS_PER_S
#define TIMEOUT_NS NS_PER_S

/* Enough to see one come back, also when turns are left to chance. */
enum { GLANCES = 4, STATUS_OK = 200 };

struct glances {
    struct instance *instance; /* borrowed */
    struct meter *meter;       /* for who it is: the figures are of no use */
    struct fetch fetch;
    struct loop_timer *timer;
    struct http_call *call; /* NULL while none is under way */
    uint32_t count;
    bool several;
};

static void on_time(void *owner, uint64_t now_ns);
static void on_answer(void *owner, const struct http_reply *reply);

struct glances *glances_new(struct instance *instance) {
    struct probe_context *context = instance->context;
    if (!context->one_look) return NULL;
    struct glances *glances = memory_new(sizeof *glances);
    glances->instance = instance;
    glances->meter = meter_new(NS_PER_S);
    glances->timer = loop_after(context->loop, DELAY_NS, on_time, glances);
    return glances;
}

void glances_free(struct glances *glances) {
    if (!glances) return;
    loop_timer_free(glances->timer);
    http_call_free(glances->call);
    meter_free(glances->meter);
    free(glances);
}

bool glances_several(const struct glances *glances) {
    return glances && glances->several;
}

static void ask(struct glances *glances) {
    glances->count++;
    glances->fetch = (struct fetch){
        .path = glances->instance->context->target->paths.metrics,
        .timeout_ns = TIMEOUT_NS,
        .body_max_bytes = HTTP_BODY_MAX,
        .new_connection = true,
    };
    glances->call = fetch_start(glances->instance, &glances->fetch, on_answer, glances);
}

static void on_time(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct glances *glances = owner;
    glances->timer = NULL;
    ask(glances);
}

/* Whoever does not answer is told by the scrapes. */
static void on_answer(void *owner, const struct http_reply *reply) {
    struct glances *glances = owner;
    glances->call = NULL;
    if (reply->error.code != ERROR_NONE || reply->status != STATUS_OK) return;
    const struct reading *reading = scrape_text(
        glances->meter, &glances->instance->context->aliases, reply->body,
        reply->started_ns);
    if (reading->mixed) glances->several = true;
    if (!glances->several && glances->count < GLANCES) ask(glances);
}
