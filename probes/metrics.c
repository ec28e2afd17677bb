/* The metrics path: Prometheus text, OpenMetrics, or a small JSON object. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "core/scrape.h"
#include "io/json.h"
#include "probes/fetch.h"
#include "probes/glance.h"
#include "probes/instance.h"
#include "probes/poll.h"
#include "probes/subject.h"

enum {
    FRESH_EVERY = 5,       /* polls: a new connection may reach another process */
    TIMEOUT_INTERVALS = 2, /* a large body takes a while */
};

struct scraper {
    struct instance *instance; /* borrowed */
    struct subject subject;
    struct poll poll;
    struct meter *meter;
    struct fetch fetch;
    struct http_call *call;  /* NULL while none is under way */
    struct glances *glances; /* NULL while watching */
};

static void on_due(void *owner);
static void on_answer(void *owner, const struct http_reply *reply);

struct scraper *scraper_new(struct instance *instance) {
    struct scraper *scraper = memory_new(sizeof *scraper);
    scraper->instance = instance;
    struct probe_context *context = instance->context;
    uint64_t interval_ns = context->target->poll_metrics_ns;
    scraper->meter = meter_new(interval_ns);
    subject_init(
        &scraper->subject, context, PART_METRICS, (uint8_t)instance->track,
        instance->name);
    poll_start(&scraper->poll, context, interval_ns, on_due, scraper);
    scraper->glances = glances_new(instance);
    return scraper;
}

void scraper_free(struct scraper *scraper) {
    if (!scraper) return;
    http_call_free(scraper->call);
    glances_free(scraper->glances);
    poll_stop(&scraper->poll);
    meter_free(scraper->meter);
    free(scraper);
}

struct subject *scraper_subject(struct scraper *scraper) {
    return &scraper->subject;
}

static void on_due(void *owner) {
    struct scraper *scraper = owner;
    subject_ask(&scraper->subject);
    scraper->fetch = (struct fetch){
        .path = scraper->instance->context->target->paths.metrics,
        .timeout_ns = poll_timeout_ns(&scraper->poll) * TIMEOUT_INTERVALS,
        .body_max_bytes = HTTP_BODY_MAX,
        .new_connection = poll_is_fresh(&scraper->poll, FRESH_EVERY),
    };
    scraper->call = fetch_start(scraper->instance, &scraper->fetch, on_answer, scraper);
}

static bool is_json(const struct http_reply *reply) {
    const char *type = http_reply_header(reply, "content-type");
    if (type && strstr(type, "json")) return true;
    struct slice body = reply->body;
    return body.length > 0 && body.data[0] == '{' &&
           (!type || !strstr(type, "metrics"));
}

/* NULL when there is nothing to read; the subject has said so. */
static const struct reading *read_json(
    struct scraper *scraper, const struct http_reply *reply) {
    struct error err;
    struct document *body = json_parse(reply->body, &err);
    if (!body) {
        subject_say(&scraper->subject, PART_BAD, "JSON: %s", err.message);
        return NULL;
    }
    const struct node *root = document_root(body);
    const struct reading *reading = NULL;
    if (root && root->kind == NODE_MAP) {
        reading = scrape_json(scraper->meter, root, reply->started_ns);
    } else {
        subject_say(&scraper->subject, PART_BAD, "JSON, but no object");
    }
    document_free(body);
    return reading;
}

static const struct reading *read_text(
    struct scraper *scraper, const struct http_reply *reply) {
    const char *type = http_reply_header(reply, "content-type");
    bool has_end = type && strstr(type, "openmetrics");
    const struct reading *reading = scrape_text(
        scraper->meter, &scraper->instance->context->aliases, reply->body,
        reply->started_ns);
    if (has_end && !reading->ended) {
        subject_say(&scraper->subject, PART_BAD, "cut short: no # EOF");
        return NULL;
    }
    if (reading->samples > 0) return reading;
    if (reading->bad_lines > 0) {
        subject_say(
            &scraper->subject, PART_BAD, "no metrics: %u lines cannot be read",
            reading->bad_lines);
    } else {
        subject_say(&scraper->subject, PART_BAD, "an empty answer");
    }
    return NULL;
}

static void describe(struct scraper *scraper, const struct reading *reading) {
    struct subject *subject = &scraper->subject;
    if (reading->version[0]) subject_set_version(subject, slice_of(reading->version));
    if (reading->mixed) {
        subject_say(
            subject, PART_DEGRADED,
            "several processes answer behind this URL: list each one");
    } else if (reading->truncated) {
        subject_say(subject, PART_DEGRADED, "more than can be read: no numbers");
    } else if (reading->odd) {
        subject_say(subject, PART_DEGRADED, "a histogram contradicts itself");
    } else if (reading->bad_lines > 0) {
        subject_say(
            subject, PART_DEGRADED, "%u lines cannot be read, first line %u",
            reading->bad_lines, reading->first_bad);
    } else if (reading->known == 0) {
        subject_say(subject, PART_DEGRADED, "no metric of it is known");
    } else {
        subject_say(subject, PART_OK, "%u series understood", reading->known);
    }
}

static void on_answer(void *owner, const struct http_reply *reply) {
    struct scraper *scraper = owner;
    scraper->call = NULL;
    struct instance *instance = scraper->instance;
    instance->has_reading = false;
    if (fetch_succeeded(&scraper->subject, &scraper->fetch, reply)) {
        const struct reading *reading =
            is_json(reply) ? read_json(scraper, reply) : read_text(scraper, reply);
        if (reading) {
            instance->has_reading = true;
            instance->reading = *reading;
            if (glances_several(scraper->glances)) instance->reading.mixed = true;
            instance->mixed_reading = instance->reading.mixed;
            describe(scraper, &instance->reading);
        }
    }
    poll_done(&scraper->poll, instance->has_reading);
    instance->on_news(instance->owner, instance, INSTANCE_READING);
}
