/* SPDX-License-Identifier: MIT */
#include "probes/posted.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "core/rollout_board.h"
#include "io/http.h"
#include "io/json.h"
#include "io/loop.h"
#include "io/redis.h"
#include "io/rollout_place.h"

enum {
    STATUS_OK = 200,
    STATUS_NOT_FOUND = 404,
    CONFIGMAP_MAX = 256 * 1024, /* with all that others may have added to it */
    VALUES_MAX = 2000,
};

/* Controllers publish each second:
 * after so long without news nobody speaks any more. */
#define FRESH_NS (10 * NS_PER_S)

struct posted {
    struct probe_context *context; /* borrowed */
    posted_fn on_reply;
    void *owner;
    char key[ROLLOUT_KEY_SIZE];
    uint64_t ticket;         /* of Redis; 0 while nothing is under way */
    struct http_call *call;  /* the same */
    char url[HTTP_URL_SIZE]; /* that is asked; "" for Redis */
    bool is_configmap;       /* what is read there: else it is an envelope */
    struct buffer envelope;  /* of a ConfigMap */
    struct event event;      /* large: the newest */
    bool has_event;
    uint64_t news_ns; /* when the newest came, as far as that is known */
};

static void on_got(void *owner, const struct redis_result *result);
static void on_page(void *owner, const struct http_reply *reply);

/* By the socket of a `kubectl proxy` that somebody else runs: we start none. */
static bool has_socket(const struct target *target) {
    return target->publish.configmap[0] && target->kubernetes.socket[0];
}

/* "…/rollout" of a controller's own server to "…/rollout/envelope"; a ConfigMap, as a
 * proxy of its cluster offers it, stays what it is. */
static void name_place(struct posted *posted, const struct target *target) {
    const struct target_publish *publish = &target->publish;
    struct slice base = slice_of(publish->url);
    struct text url = TEXT_IN(posted->url);
    if (base.length == 0 && has_socket(target)) {
        posted->is_configmap = true;
        text_addf(
            &url, "http://localhost/api/v1/namespaces/%s/configmaps/%s",
            target->kubernetes.namespace, publish->configmap);
    }
    if (base.length == 0) return;
    while (base.length > 0 && base.data[base.length - 1] == '/') base.length--;
    text_add_slice(&url, base);
    posted->is_configmap = strstr(posted->url, "/configmaps/") != NULL;
    if (!posted->is_configmap) text_add(&url, "/envelope");
}

struct posted *posted_new(
    struct probe_context *context, posted_fn on_reply, void *owner) {
    const struct target *target = context->target;
    const struct target_publish *publish = &target->publish;
    if (!publish->url[0] && !has_socket(target) &&
        !(publish->redis && context->redis)) {
        return NULL;
    }
    struct posted *posted = memory_new(sizeof *posted);
    name_place(posted, target);
    buffer_init(&posted->envelope, EVENT_SIZE_MAX);
    posted->context = context;
    posted->on_reply = on_reply;
    posted->owner = owner;
    rollout_key(context->target->name, posted->key);
    return posted;
}

void posted_free(struct posted *posted) {
    if (!posted) return;
    if (posted->ticket) redis_cancel(posted->context->redis, posted->ticket);
    http_call_free(posted->call);
    buffer_clear(&posted->envelope);
    free(posted);
}

static void ask_page(struct posted *posted, uint64_t timeout_ns) {
    const struct target *target = posted->context->target;
    const struct http_peer peer = {
        .unix_socket = target->publish.url[0] ? NULL : target->kubernetes.socket,
        .ca = target->tls.ca,
        .proxy = target->proxy[0] ? target->proxy : NULL,
    };
    const struct http_request request = {
        .url = posted->url,
        .peer = &peer,
        .timeout_ns = timeout_ns,
        .body_max_bytes = posted->is_configmap ? CONFIGMAP_MAX : EVENT_SIZE_MAX,
    };
    posted->call = http_start(posted->context->http, &request, on_page, posted);
}

void posted_ask(struct posted *posted, uint64_t timeout_ns) {
    if (posted->url[0]) {
        ask_page(posted, timeout_ns);
        return;
    }
    posted->ticket = redis_ask(
        posted->context->redis, timeout_ns, on_got, posted, "GET", posted->key, NULL);
}

static void say(struct posted *posted, enum posted_kind kind, const char *words) {
    const struct posted_reply reply = {.kind = kind, .words = words};
    posted->on_reply(posted->owner, &reply);
}

static bool read_event(struct slice bytes, struct event *event, struct error *err) {
    size_t used = 0;
    const uint8_t *data = (const uint8_t *)bytes.data;
    switch (event_decode(data, bytes.length, event, &used, err)) {
    case EVENT_DECODED: break;
    case EVENT_BROKEN: return false;
    case EVENT_INCOMPLETE:
        return error_set(err, ERROR_PROTOCOL, "what is published is cut off");
    case EVENT_SKIPPED:
        return error_set(err, ERROR_PROTOCOL, "a newer flightdeck publishes there");
    }
    bool fits = event->kind == EVENT_ROLLOUT && used == bytes.length;
    return fits || error_set(err, ERROR_PROTOCOL, "that is no rollout");
}

static bool is_news(const struct posted *posted, const struct event *event) {
    const struct event *last = &posted->event;
    return !posted->has_event || last->sequence != event->sequence ||
           last->wall_ms != event->wall_ms ||
           memcmp(last->boot, event->boot, sizeof last->boot) != 0;
}

/* Only the first one is dated by the clock of another machine;
 * from then on what counts is that it changes. */
static uint64_t age_of_first(const struct event *event) {
    int64_t now_ms = loop_wall_ms();
    if (event->wall_ms >= now_ms || event->wall_ms < 0) return 0;
    return (uint64_t)(now_ms - event->wall_ms) * NS_PER_MS;
}

static void take(struct posted *posted, struct slice bytes) {
    struct event event;
    struct error err = {0};
    if (!read_event(bytes, &event, &err)) {
        say(posted, POSTED_BROKEN, probe_reason(&err));
        return;
    }
    uint64_t now_ns = loop_clock_ns();
    if (is_news(posted, &event)) {
        uint64_t age_ns = posted->has_event ? 0 : age_of_first(&event);
        posted->news_ns = age_ns < now_ns ? now_ns - age_ns : 0;
        posted->event = event;
        posted->has_event = true;
    }
    const struct posted_reply reply = {
        .kind = now_ns - posted->news_ns < FRESH_NS ? POSTED_FRESH : POSTED_OLD,
        .event = &posted->event,
        .age_ns = now_ns - posted->news_ns,
    };
    posted->on_reply(posted->owner, &reply);
}

static void on_got(void *owner, const struct redis_result *result) {
    struct posted *posted = owner;
    posted->ticket = 0;
    if (result->error.code != ERROR_NONE) {
        say(posted, POSTED_SILENT, probe_reason(&result->error));
        return;
    }
    if (result->reply->kind == REDIS_STRING) {
        take(posted, result->reply->string);
    } else if (result->reply->kind == REDIS_NIL) {
        say(posted, POSTED_NONE, "");
    } else {
        say(posted, POSTED_BROKEN, "Redis does not let it be read");
    }
}

static void take_configmap(struct posted *posted, struct slice body) {
    struct error err = {0};
    struct document *document = json_parse_few(body, VALUES_MAX, &err);
    bool is_read = document &&
                   rollout_board_read(document_root(document), &posted->envelope, &err);
    document_free(document);
    if (is_read) {
        take(posted, buffer_slice(&posted->envelope));
    } else if (err.code == ERROR_NOT_FOUND) {
        say(posted, POSTED_NONE, "");
    } else {
        say(posted, POSTED_BROKEN, probe_reason(&err));
    }
}

static void on_page(void *owner, const struct http_reply *reply) {
    struct posted *posted = owner;
    char words[64];
    struct text text = TEXT_IN(words);
    posted->call = NULL;
    if (reply->error.code != ERROR_NONE) {
        say(posted, POSTED_SILENT, probe_reason(&reply->error));
    } else if (reply->status == STATUS_OK && posted->is_configmap) {
        take_configmap(posted, reply->body);
    } else if (reply->status == STATUS_OK) {
        take(posted, reply->body);
    } else if (reply->status == STATUS_NOT_FOUND && posted->is_configmap) {
        say(posted, POSTED_NONE, "");
    } else {
        text_addf(&text, "HTTP %u from where it is published", reply->status);
        say(posted, POSTED_BROKEN, words);
    }
}
