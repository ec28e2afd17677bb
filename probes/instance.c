/* SPDX-License-Identifier: MIT */
#include "probes/instance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "core/url.h"
#include "probes/subject.h"

/* "canary 127.0.0.1:8001"; of a bare URL just where it is. One that cannot be read has
 * no name, and its probes will say why. */
static void name_instance(struct instance *instance) {
    const struct target *target = instance->context->target;
    struct text name = TEXT_IN(instance->name);
    if (!target->bare) {
        text_add(&name, instance->track == TRACK_CANARY ? "canary " : "stable ");
    }
    struct url url;
    struct error err;
    char endpoint[URL_ENDPOINT_SIZE];
    if (!url_parse(slice_of(instance->url), &url, &err)) return;
    url_endpoint(&url, endpoint);
    text_add(&name, instance->address[0] ? instance->address : endpoint);
    text_add_slice(&name, url.path); /* two may share a gateway */
}

struct instance *instance_new(
    struct probe_context *context, const struct instance_place *place,
    instance_news_fn on_news, void *owner) {
    struct instance *instance = memory_new(sizeof *instance);
    instance->context = context;
    instance->track = place->track;
    text_copy_cut(instance->url, sizeof instance->url, place->url);
    text_copy_cut(instance->address, sizeof instance->address, place->address);
    size_t length = strlen(instance->url);
    while (length > 0 && instance->url[length - 1] == '/') {
        instance->url[--length] = '\0';
    }
    instance->on_news = on_news;
    instance->owner = owner;
    instance->health_ms = NAN;
    name_instance(instance);

    const struct target_paths *paths = &context->target->paths;
    if (paths->health[0]) instance->health = health_new(instance);
    if (paths->ready[0]) instance->ready = ready_new(instance);
    if (paths->metrics[0]) instance->scraper = scraper_new(instance);
    if (paths->errors[0]) instance->error_list = error_list_new(instance);
    return instance;
}

void instance_free(struct instance *instance) {
    if (!instance) return;
    health_free(instance->health);
    ready_free(instance->ready);
    scraper_free(instance->scraper);
    error_list_free(instance->error_list);
    free(instance);
}

void instance_remove(struct instance *instance) {
    if (instance->health) subject_gone(health_subject(instance->health));
    if (instance->ready) subject_gone(ready_subject(instance->ready));
    if (instance->scraper) subject_gone(scraper_subject(instance->scraper));
    if (instance->error_list) subject_gone(error_list_subject(instance->error_list));
    instance_free(instance);
}
