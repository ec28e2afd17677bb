/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/text.h"
#include "command_functions.h"
#include "config.h"
#include "core/haproxy_config.h"
#include "core/url.h"
#include "invocation.h"

enum { CONFIG_BYTES_MAX = 64 * 1024 };

/* The plan, and the words that it borrows. */
struct routing {
    struct haproxy_plan plan;
    char listen[URL_ENDPOINT_SIZE];
    char places[TRACK_COUNT][HAPROXY_SERVERS_MAX][URL_ENDPOINT_SIZE];
    const char *servers[TRACK_COUNT][HAPROXY_SERVERS_MAX];
};

_Static_assert(
    (int)TARGET_INSTANCES_MAX <= (int)HAPROXY_SERVERS_MAX, "each is a server");

static bool read_plain_url(
    const char *text, const char *what, struct url *url, struct error *err) {
    if (!url_parse(slice_of(text), url, err)) return error_wrap(err, "%s", what);
    if (slice_equals(url->scheme, "http")) return true;
    return error_set(
        err, ERROR_USAGE,
        "%s: only http:// can be written down, since a certificate is not known here",
        what);
}

/* HAProxy has the last colon of an address for that of the port, with brackets or not;
 * people have not. */
static void write_place(const struct url *url, char to[URL_ENDPOINT_SIZE]) {
    bool is_ipv6 = memchr(url->host.data, ':', url->host.length) != NULL;
    struct text text = text_in(to, URL_ENDPOINT_SIZE);
    if (is_ipv6) text_add_char(&text, '[');
    text_add_slice(&text, url->host);
    if (is_ipv6) text_add_char(&text, ']');
    text_addf(&text, ":%u", url->port);
}

/* Users arrive at this machine: a name is another word for all of its addresses. */
static bool take_listen(
    const struct target *target, struct routing *routing, struct error *err) {
    struct url url;
    if (!read_plain_url(target->url, "url", &url, err)) return false;
    if (target_url_is_loopback(target->url)) {
        write_place(&url, routing->listen);
    } else {
        struct text text = TEXT_IN(routing->listen);
        text_addf(&text, ":%u", url.port);
    }
    routing->plan.listen = routing->listen;
    return true;
}

static bool take_track(
    const struct target *target, enum track track, struct routing *routing,
    struct error *err) {
    const struct target_track *from = &target->tracks[track];
    if (from->dns[0]) {
        return error_set(
            err, ERROR_USAGE, "tracks: HAProxy asks for a name once: write `urls`");
    }
    for (uint32_t i = 0; i < from->url_count; i++) {
        char *place = routing->places[track][i];
        struct url url;
        if (!read_plain_url(from->urls[i], "tracks", &url, err)) return false;
        write_place(&url, place);
        routing->servers[track][i] = place;
    }
    routing->plan.servers[track] = routing->servers[track];
    routing->plan.server_counts[track] = from->url_count;
    return true;
}

static bool plan_router(
    const struct target *target, struct routing *routing, struct error *err) {
    const struct target_split *split = &target->split;
    struct haproxy_plan *plan = &routing->plan;
    if (!split->socket[0]) {
        return error_set(
            err, ERROR_USAGE, "%s has no split.haproxy: {socket: PATH, ...}",
            target->name);
    }
    haproxy_plan_init(plan);
    plan->admin_socket = split->socket;
    if (split->table[0]) plan->table = split->table;
    if (split->stable[0]) plan->backends[TRACK_STABLE] = split->stable;
    if (split->canary[0]) plan->backends[TRACK_CANARY] = split->canary;
    if (split->log[0]) plan->rings[plan->ring_count++] = split->log;
    plan->health_path = target->paths.health;
    plan->chat_path = target->paths.chat;
    return take_listen(target, routing, err) &&
           take_track(target, TRACK_STABLE, routing, err) &&
           take_track(target, TRACK_CANARY, routing, err) &&
           haproxy_plan_check(plan, err);
}

static int write_config(
    const struct invocation *invocation, const struct routing *routing) {
    struct buffer words;
    buffer_init(&words, CONFIG_BYTES_MAX);
    haproxy_config_write(&routing->plan, &words);
    int code = invocation_finish(invocation, buffer_slice(&words), EXIT_CODE_OK);
    buffer_clear(&words);
    return code;
}

int canary_haproxy_config_command(const struct invocation *invocation) {
    static struct routing routing; /* large */
    struct error err;
    struct config *config = config_for(invocation, NULL, &err);
    int code = EXIT_CODE_OK;
    if (!config) {
        code = invocation_fail(invocation, invocation_code_of(&err), &err);
    } else if (!plan_router(config_target(config), &routing, &err)) {
        code = invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    } else {
        code = write_config(invocation, &routing);
    }
    config_free(config);
    return code;
}
