/* One process of a track, at one URL: its probes, and what they learnt for the track to
 * add up. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/reading.h"
#include "core/state.h"
#include "probes/probe.h"

enum { INSTANCE_CONNECT_SIZE = 640, INSTANCE_ADDRESS_SIZE = 64 };

struct instance;
struct health;
struct ready;
struct scraper;
struct error_list;

/* What a probe of an instance learnt. */
enum instance_news { INSTANCE_HEALTH, INSTANCE_READING, INSTANCE_ERRORS };
typedef void (*instance_news_fn)(
    void *owner, struct instance *instance, enum instance_news news);

struct instance {
    struct probe_context *context; /* borrowed */
    enum track track;
    char name[STATE_NAME_SIZE]; /* of its parts */
    char url[TARGET_URL_SIZE];
    char address[INSTANCE_ADDRESS_SIZE]; /* where that host is now; "" to ask the DNS */
    instance_news_fn on_news;
    void *owner;

    float health_ms; /* NaN when it did not answer */
    char version[STATE_VERSION_SIZE];
    bool version_by_health; /* else by the metrics */
    bool mixed_health;      /* several versions answer behind the URL */
    bool mixed_reading;     /* several processes do */
    bool has_reading;       /* the last scrape was understood */
    struct reading reading;
    uint32_t error_count;
    struct error_row errors[STATE_ERRORS_MAX]; /* newest first */

    struct health *health; /* NULL: nothing to ask */
    struct ready *ready;
    struct scraper *scraper;
    struct error_list *error_list;
};

/* What an instance is made from; all copied. */
struct instance_place {
    enum track track;
    const char *url;
    const char *address;
};

struct instance *instance_new(
    struct probe_context *context, const struct instance_place *place,
    instance_news_fn on_news, void *owner);
void instance_free(struct instance *instance);
/* The same, and its parts are forgotten: it is no longer one of the target. */
void instance_remove(struct instance *instance);

struct health *health_new(struct instance *instance);
void health_free(struct health *health);
struct subject *health_subject(struct health *health);
struct ready *ready_new(struct instance *instance);
void ready_free(struct ready *ready);
struct subject *ready_subject(struct ready *ready);
struct scraper *scraper_new(struct instance *instance);
void scraper_free(struct scraper *scraper);
struct subject *scraper_subject(struct scraper *scraper);
struct error_list *error_list_new(struct instance *instance);
void error_list_free(struct error_list *list);
struct subject *error_list_subject(struct error_list *list);
