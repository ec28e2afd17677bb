/* SPDX-License-Identifier: MIT */
#include "untrusted.h"

#include <string.h>

#include "base/panic.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "core/reference.h"
#include "core/url.h"

enum {
    /* Of one target: its own URL, Redis, proxy,
     * Prometheus, instances, DNS names, redirections. */
    PLACES_MAX = 4 + TRACK_COUNT * (TARGET_INSTANCES_MAX + 1) + TARGET_CONNECT_TO_MAX,
    NAME_SHOWN_SIZE = 80,
};

enum reach { REACH_HTTP, REACH_PROXY, REACH_REDIS, REACH_PROMETHEUS };

/* A value that says who is spoken to. */
struct place {
    const struct node *node; /* borrowed */
    enum reach reach;
    bool bare; /* HOST:PORT without a scheme */
};

struct places {
    unsigned count;
    struct place items[PLACES_MAX];
};

static const struct node *targets_node(const struct config_layer *layer) {
    return node_get(config_layer_root(layer), "targets");
}

static void add_place(
    struct places *places, const struct node *node, enum reach reach, bool bare) {
    if (!node || node->kind != NODE_STRING || node->string.length == 0) return;
    ensure(places->count < PLACES_MAX); /* the schema let no more through */
    places->items[places->count++] = (struct place){node, reach, bare};
}

static void add_track(struct places *places, const struct node *track) {
    const struct node *urls = node_get(track, "urls");
    add_place(places, node_get(track, "dns"), REACH_HTTP, false);
    add_place(places, urls, REACH_HTTP, false);
    if (!urls || urls->kind != NODE_LIST) return;
    for (const struct node *url = urls->first; url; url = url->next) {
        add_place(places, url, REACH_HTTP, false);
    }
}

static void find_places(const struct node *target, struct places *places) {
    places->count = 0;
    add_place(places, node_get(target, "url"), REACH_HTTP, false);
    add_place(places, node_get(target, "proxy"), REACH_PROXY, false);
    add_place(places, node_get(target, "redis"), REACH_REDIS, false);
    const struct node *prometheus = node_get(target, "prometheus");
    add_place(places, node_get(prometheus, "url"), REACH_PROMETHEUS, false);
    const struct node *tracks = node_get(target, "tracks");
    add_track(places, node_get(tracks, "stable"));
    add_track(places, node_get(tracks, "canary"));
    const struct node *connect_to = node_get(target, "connect_to");
    if (!connect_to) return;
    for (const struct node *entry = connect_to->first; entry; entry = entry->next) {
        add_place(places, entry, REACH_HTTP, true);
    }
}

/* Whether the value says by itself who is spoken to; `${env:URL}` does not, and of
 * `redis://:${env:PASSWORD}@host` only what follows the "@" does. */
static bool find_endpoint(const struct place *place, char endpoint[URL_ENDPOINT_SIZE]) {
    char words[TARGET_URL_SIZE + 16];
    struct text text = TEXT_IN(words);
    struct scan scan = scan_of(place->node->string);
    struct reference piece = {0};
    struct error err = {0};
    struct url url;
    if (place->bare) text_add(&text, "http://");
    while (reference_next(&scan, &piece, &err)) {
        if (piece.kind == REFERENCE_LITERAL) text_add_slice(&text, piece.words);
        if (piece.kind != REFERENCE_LITERAL) text_add(&text, "@");
    }
    if (text.truncated || err.code != ERROR_NONE) return false;
    if (!url_parse(slice_of(words), &url, &err)) return false;
    /* A secret could hold "@" or "/" and so move the host: only in front of the last
     * "@" that the file itself has it cannot. */
    const char *end = place->node->string.data + place->node->string.length;
    const char *at = memrchr(place->node->string.data, '@', place->node->string.length);
    struct slice rest =
        at ? (struct slice){at, (size_t)(end - at)} : place->node->string;
    if (reference_has(rest, REFERENCE_ENV) || reference_has(rest, REFERENCE_FILE)) {
        return false;
    }
    url_endpoint(&url, endpoint);
    return true;
}

/* Whether the operator's own configuration
 * names that endpoint, in any of its targets. */
static bool is_named(const struct config_layer *user, const char *endpoint) {
    const struct node *targets = targets_node(user);
    if (!targets || targets->kind != NODE_MAP) return false;
    for (const struct node *target = targets->first; target; target = target->next) {
        struct places places;
        find_places(target, &places);
        for (unsigned i = 0; i < places.count; i++) {
            char known[URL_ENDPOINT_SIZE];
            if (!find_endpoint(&places.items[i], known)) continue;
            if (strcmp(known, endpoint) == 0) return true;
        }
    }
    return false;
}

/* The first of them that holds a variable or a file,
 * or stands in the operator's own. */
static const char *secret_among(
    const struct target_header *headers, uint32_t count, const struct node *own) {
    for (uint32_t i = 0; i < count; i++) {
        struct slice value = slice_of(headers[i].value);
        if (reference_has(value, REFERENCE_ENV) ||
            reference_has(value, REFERENCE_FILE) || node_get(own, headers[i].name)) {
            return headers[i].name;
        }
    }
    return NULL;
}

static const char *secret_of_prometheus(
    const struct config_layer *user, const struct target *target) {
    const struct node *own = node_get(targets_node(user), target->name);
    const struct target_prometheus *prometheus = &target->prometheus;
    return secret_among(
        prometheus->headers, prometheus->header_count,
        node_get(node_get(own, "prometheus"), "headers"));
}

/* What a target sends that belongs to the operator: NULL for nothing. */
static const char *secret_of_headers(
    const struct config_layer *user, const struct target *target) {
    const struct node *own = node_get(targets_node(user), target->name);
    const char *secret =
        secret_among(target->headers, target->header_count, node_get(own, "headers"));
    if (secret) return secret;
    return node_get(node_get(own, "tls"), "key") ? "tls.key" : NULL;
}

static bool holds_reference(const struct node *node) {
    return reference_has(node->string, REFERENCE_ENV) ||
           reference_has(node->string, REFERENCE_FILE);
}

/* Whether the way to Redis carries something of the operator's: a variable, or a user
 * and password that stand in his own file. */
static bool has_secret_of_redis(
    const struct config_layer *user, const struct target *target) {
    const struct node *own =
        node_get(node_get(targets_node(user), target->name), "redis");
    struct slice words = slice_of(target->redis);
    return reference_has(words, REFERENCE_ENV) ||
           reference_has(words, REFERENCE_FILE) ||
           (own && memchr(own->string.data, '@', own->string.length));
}

/* What goes to each kind of place. */
struct secrets_sent {
    const char *to_target, *to_prometheus;
};

static const char *sent_to(const struct secrets_sent *secrets, enum reach reach) {
    switch (reach) {
    case REACH_HTTP:
    case REACH_PROXY: return secrets->to_target;
    case REACH_PROMETHEUS: return secrets->to_prometheus;
    case REACH_REDIS: break;
    }
    return NULL;
}

static void find_strangers(
    const struct config_layer *user, const struct node *target,
    const struct secrets_sent *secrets, struct mistakes *refusals) {
    struct places places;
    find_places(target, &places);
    for (unsigned i = 0; i < places.count; i++) {
        const struct place *place = &places.items[i];
        const char *sent = sent_to(secrets, place->reach);
        if (!sent && holds_reference(place->node)) sent = "a variable";
        if (!sent) continue;
        char endpoint[URL_ENDPOINT_SIZE] = "a host that only a variable knows";
        if (find_endpoint(place, endpoint) && is_named(user, endpoint)) continue;
        char shown[NAME_SHOWN_SIZE];
        safe_text_copy(shown, sizeof shown, slice_of(endpoint));
        mistakes_add(
            refusals, place->node,
            "it would send %s to %s, which your own configuration does not name", sent,
            shown);
    }
}

/* Each row: a key, whether it matters only with secrets, and what it could do. */
struct forbidden {
    const char *map, *key;
    bool with_secrets;
    const char *why;
};

static const struct forbidden forbidden[] = {
    {"tls", "cert", false, "tls.cert would speak in your name"},
    {"tls", "key", false, "tls.key would speak in your name"},
    {"tls", "ca", true, "tls.ca decides who may receive your secrets"},
    {"tls", "insecure", true, "tls.insecure would send your secrets to anybody"},
    {"tls", "server_name", true, "tls.server_name decides who receives your secrets"},
    {NULL, "host", true, "host decides who receives your secrets"},
    {"deploy", "command", false, "deploy.command would run a program as you"},
    {"deploy", "kubernetes", false, "deploy.kubernetes would change a cluster as you"},
    {"split", "command", false, "split.command would run programs as you"},
    {"split", "kubernetes", false,
     "split.kubernetes would run kubectl and act on a cluster in your name"},
    {"prometheus", "ca", true, "prometheus.ca decides who may receive your secrets"},
    {"rollout", "status_listen", false,
     "rollout.status_listen would open a port of yours"},
    {"rollout", "configmap", false,
     "rollout.configmap would write into a cluster in your name"},
    {"load", "max_rps", false, "load.max_rps decides how much load production may get"},
};

static void find_forbidden(
    const struct node *target, bool has_secret, struct mistakes *refusals) {
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        const struct forbidden *row = &forbidden[i];
        const struct node *map = row->map ? node_get(target, row->map) : target;
        const struct node *found = node_get(map, row->key);
        if (!found || (row->with_secrets && !has_secret)) continue;
        mistakes_add(refusals, found, "%s", row->why);
    }
}

/* ${file:}: a file of the operator's would be read at the word of a stranger. */
static void find_file(const struct node *node, struct mistakes *refusals) {
    if (!node || !reference_has(node->string, REFERENCE_FILE)) return;
    mistakes_add(refusals, node, "${file:} would read a file of yours");
}

/* Pods of his choice would be asked with the operator's headers. */
static void find_pods(
    const struct node *track, const char *secret, struct mistakes *refusals) {
    const struct node *pods = node_get(track, "pods");
    if (!pods || !secret) return;
    mistakes_add_at_key(refusals, pods, "pods decides who receives %s", secret);
}

static void find_files(const struct node *headers, struct mistakes *refusals) {
    const struct node *header = headers ? headers->first : NULL;
    for (; header; header = header->next) find_file(header, refusals);
}

void untrusted_find(
    const struct config_layer *project, const struct config_layer *user,
    const struct target *target, struct mistakes *refusals) {
    const struct node *node = node_get(targets_node(project), target->name);
    if (!node) return;
    find_files(node_get(node, "headers"), refusals);
    find_files(node_get(node_get(node, "prometheus"), "headers"), refusals);
    find_file(node_get(node, "redis"), refusals);
    find_file(node_get(node, "proxy"), refusals);
    const struct secrets_sent secrets = {
        secret_of_headers(user, target), secret_of_prometheus(user, target)};
    bool has_secret =
        secrets.to_target || secrets.to_prometheus || has_secret_of_redis(user, target);
    find_forbidden(node, has_secret, refusals);
    find_strangers(user, node, &secrets, refusals);
    const struct node *tracks = node_get(node, "tracks");
    find_pods(node_get(tracks, "stable"), secrets.to_target, refusals);
    find_pods(node_get(tracks, "canary"), secrets.to_target, refusals);
}

bool untrusted_lowers_class(
    const struct config_layer *project, const struct target *target) {
    const struct node *node = node_get(targets_node(project), target->name);
    if (!node_get(node, "class") && !node_get(node, "url")) return false;
    return target->class != TARGET_PRODUCTION && !target_url_is_loopback(target->url);
}
