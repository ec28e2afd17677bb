/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/safe_text.h"
#include "base/text.h"
#include "config_canary.h"
#include "config_file.h"
#include "config_split.h"
#include "core/loopback_address.h"
#include "core/node_json.h"
#include "core/prometheus_query.h"
#include "core/reference.h"
#include "core/target_kubernetes.h"
#include "core/url.h"

enum { SHOWN_SIZE = 64, VALUE_SIZE = 1200 };

static void show(char shown[SHOWN_SIZE], struct slice words) {
    safe_text_copy(shown, SHOWN_SIZE, words);
}

/* The first letter keeps a name from being taken for an option or a hidden file. */
static bool is_target_name(struct slice name) {
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool digit = c >= '0' && c <= '9';
        if (letter || digit) continue;
        if (i == 0 || !strchr("._-", c)) return false;
    }
    return name.length > 0;
}

/* A token of RFC 9110. */
static bool is_header_name(struct slice name) {
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && !strchr("!#$%&'*+-.^_`|~", c)) {
            return false;
        }
    }
    return name.length > 0;
}

/* What the HTTP client sets by itself. */
static bool is_own_header(struct slice name) {
    static const char *const own[] = {
        "host",       "content-length", "transfer-encoding",
        "connection", "expect",         "upgrade"};
    char lower[SHOWN_SIZE];
    struct text text = TEXT_IN(lower);
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        text_add_char(&text, (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c));
    }
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (strcmp(lower, own[i]) == 0) return true;
    }
    return false;
}

static void check_headers(const struct node *headers, struct mistakes *mistakes) {
    if (!headers || headers->kind != NODE_MAP) return;
    for (const struct node *header = headers->first; header; header = header->next) {
        char shown[SHOWN_SIZE];
        struct error err;
        show(shown, header->key);
        if (!is_header_name(header->key)) {
            mistakes_add_at_key(
                mistakes, header, "\"%s\" is no name for a header", shown);
        } else if (is_own_header(header->key)) {
            mistakes_add_at_key(
                mistakes, header, "the header \"%s\" cannot be set here", shown);
        }
        if (!reference_check(header->string, &err)) {
            mistakes_add(mistakes, header, "%s: %s", shown, err.message);
        }
    }
}

/* A value in which every reference is replaced by a letter, so that the rest of it can
 * be checked before the secret is known. */
static bool blank_references(struct slice value, struct text *text, struct error *err) {
    struct scan scan = scan_of(value);
    struct reference piece = {0};
    struct error problem = {0};
    while (reference_next(&scan, &piece, &problem)) {
        if (piece.kind == REFERENCE_LITERAL) {
            text_add_slice(text, piece.words);
        } else {
            text_add(text, "x");
        }
    }
    if (problem.code == ERROR_NONE) return true;
    *err = problem;
    return false;
}

static bool scheme_is_one_of(const struct url *url, const char *const *schemes) {
    for (size_t i = 0; schemes[i]; i++) {
        if (slice_equals(url->scheme, schemes[i])) return true;
    }
    return false;
}

/* A URL whose password, or which as a whole, may be kept elsewhere. */
static void check_secret_url(
    const struct node *node, const char *const *schemes, struct mistakes *mistakes) {
    if (!node || node->kind != NODE_STRING) return;
    char blanked[VALUE_SIZE];
    struct text text = TEXT_IN(blanked);
    struct error err;
    struct url url;
    if (!blank_references(node->string, &text, &err)) {
        mistakes_add(
            mistakes, node, "%.*s: %s", (int)node->key.length, node->key.data,
            err.message);
        return;
    }
    bool whole = strcmp(blanked, "x") == 0;
    if (whole) return;
    if (!url_parse(slice_of(blanked), &url, &err)) {
        mistakes_add(
            mistakes, node, "%.*s: %s", (int)node->key.length, node->key.data,
            err.message);
    } else if (!scheme_is_one_of(&url, schemes)) {
        mistakes_add(
            mistakes, node, "%.*s: expected %s:// or %s://", (int)node->key.length,
            node->key.data, schemes[0], schemes[1]);
    }
}

/* Users and passwords in an http URL would reach logs and process lists. */
static void check_http_url(const struct node *node, struct mistakes *mistakes) {
    struct url url;
    struct error err;
    if (!node || node->kind != NODE_STRING) return;
    if (!url_parse(node->string, &url, &err) || url.userinfo.length == 0) return;
    mistakes_add(
        mistakes, node,
        "a user and password belong into `headers: {Authorization: ...}`, not into the "
        "URL");
}

/* A name becomes a part of a path. */
static void check_object_name(const struct node *node, struct mistakes *mistakes) {
    char name[TARGET_CLUSTER_NAME_SIZE], shown[SHOWN_SIZE];
    if (!node || node->kind != NODE_STRING) return;
    struct text text = TEXT_IN(name);
    text_add_slice(&text, node->string);
    if (!text.truncated && target_kubernetes_is_name(name)) return;
    show(shown, node->string);
    mistakes_add(
        mistakes, node, "%.*s: no object of a cluster can be called \"%s\"",
        (int)node->key.length, node->key.data, shown);
}

/* What finds its instances by itself finds all of them. */
static void check_pods(const struct node *track, struct mistakes *mistakes) {
    const struct node *pods = node_get(track, "pods");
    if (!pods) return;
    if (node_get(track, "urls") || node_get(track, "dns")) {
        mistakes_add_at_key(mistakes, pods, "pods: `urls`, `dns` or `pods`, not both");
    }
    check_object_name(node_get(pods, "deployment"), mistakes);
}

static void check_tracks(const struct node *tracks, struct mistakes *mistakes) {
    if (!tracks || tracks->kind != NODE_MAP) return;
    for (const struct node *track = tracks->first; track; track = track->next) {
        const struct node *urls = node_get(track, "urls");
        check_http_url(node_get(track, "dns"), mistakes);
        check_http_url(urls, mistakes);
        check_pods(track, mistakes);
        if (!urls || urls->kind != NODE_LIST) continue;
        for (const struct node *url = urls->first; url; url = url->next) {
            check_http_url(url, mistakes);
        }
    }
}

static bool is_host_and_port(struct slice words) {
    char url_words[TARGET_URL_SIZE + 16];
    struct text text = TEXT_IN(url_words);
    struct url url;
    struct error err;
    text_add(&text, "http://");
    text_add_slice(&text, words);
    if (!url_parse(slice_of(url_words), &url, &err)) return false;
    bool has_port = words.length > 0 && words.data[words.length - 1] != ']' &&
                    memchr(words.data, ':', words.length);
    return has_port && url.userinfo.length == 0 && url.path.length == 0;
}

static void check_connect_to(const struct node *map, struct mistakes *mistakes) {
    if (!map || map->kind != NODE_MAP) return;
    for (const struct node *entry = map->first; entry; entry = entry->next) {
        if (is_host_and_port(entry->key) && is_host_and_port(entry->string)) continue;
        mistakes_add_at_key(
            mistakes, entry, "connect_to: expected HOST:PORT: HOST:PORT");
    }
}

static void check_json_path(
    const struct node *node, struct slice path, struct mistakes *mistakes) {
    const struct node *found = NULL;
    struct error err;
    if (path.length == 0 || node_find(NULL, path, &found, &err)) return;
    mistakes_add_at_key(mistakes, node, "%s", err.message);
}

static void check_chat(const struct node *chat, struct mistakes *mistakes) {
    const struct node *request = node_get(chat, "request");
    static const char *const paths[] = {"answer", "job"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const struct node *path = node_get(chat, paths[i]);
        if (path) check_json_path(path, path->string, mistakes);
    }
    const struct node *done = node_get(chat, "done");
    if (done && done->kind == NODE_MAP && done->first) {
        check_json_path(done->first, done->first->key, mistakes);
    }
    if (!request || request->kind != NODE_MAP) return;
    char json[TARGET_TEMPLATE_SIZE];
    if (!node_json_text(request, json, sizeof json)) return;
    if (strstr(json, "${message}")) return;
    mistakes_add_at_key(
        mistakes, request, "request: \"${message}\" must stand somewhere in it");
}

/* A relative one would be another one in each of their folders. */
static void check_own_socket(const struct node *path, struct mistakes *mistakes) {
    char shown[SHOWN_SIZE];
    config_socket_check(path, mistakes);
    if (!path || path->kind != NODE_STRING) return;
    if (path->string.length == 0 || path->string.data[0] == '/') return;
    show(shown, path->string);
    mistakes_add(
        mistakes, path,
        "socket: expected a path from / on, got \"%s\": the controller and who speaks "
        "to it stand in folders of their own",
        shown);
}

static void check_rollout(const struct node *rollout, struct mistakes *mistakes) {
    const struct node *listen = node_get(rollout, "status_listen");
    struct loopback_address address;
    struct error err;
    check_http_url(node_get(rollout, "url"), mistakes);
    check_object_name(node_get(rollout, "configmap"), mistakes);
    check_own_socket(node_get(rollout, "socket"), mistakes);
    if (!listen || listen->kind != NODE_STRING) return;
    if (loopback_address_parse(listen->string, &address, &err)) return;
    mistakes_add(mistakes, listen, "status_listen: %s", err.message);
}

static void check_prometheus(const struct node *prometheus, struct mistakes *mistakes) {
    static const char *const tracks[] = {"stable", "canary"};
    struct error err;
    unsigned count = 0;
    if (!prometheus || prometheus->kind != NODE_MAP) return;
    check_http_url(node_get(prometheus, "url"), mistakes);
    check_headers(node_get(prometheus, "headers"), mistakes);
    for (size_t i = 0; i < sizeof tracks / sizeof *tracks; i++) {
        const struct node *selector = node_get(prometheus, tracks[i]);
        if (!selector || selector->kind != NODE_STRING) continue;
        count++;
        if (prometheus_selector_check(selector->string, &err)) continue;
        mistakes_add(mistakes, selector, "%s: %s", tracks[i], err.message);
    }
    if (count > 0) return;
    mistakes_add_at_key(
        mistakes, prometheus,
        "prometheus: expected a selector for `stable` or `canary`");
}

static void check_target(const struct node *target, struct mistakes *mistakes) {
    static const char *const redis_schemes[] = {"redis", "rediss", "unix", NULL};
    static const char *const proxy_schemes[] = {"http", "https", NULL};
    if (!is_target_name(target->key)) {
        char shown[SHOWN_SIZE];
        show(shown, target->key);
        mistakes_add_at_key(
            mistakes, target,
            "\"%s\" is no name for a target: letters and digits, then also . _ -",
            shown);
    }
    check_http_url(node_get(target, "url"), mistakes);
    check_tracks(node_get(target, "tracks"), mistakes);
    check_headers(node_get(target, "headers"), mistakes);
    check_secret_url(node_get(target, "redis"), redis_schemes, mistakes);
    check_secret_url(node_get(target, "proxy"), proxy_schemes, mistakes);
    check_connect_to(node_get(target, "connect_to"), mistakes);
    check_chat(node_get(target, "chat"), mistakes);
    check_rollout(node_get(target, "rollout"), mistakes);
    config_split_check(node_get(target, "split"), mistakes);
    check_prometheus(node_get(target, "prometheus"), mistakes);
    config_deploy_check(node_get(target, "deploy"), mistakes);
}

void config_file_check(const struct node *root, struct mistakes *mistakes) {
    const struct node *targets = node_get(root, "targets");
    config_canary_check(node_get(root, "canary"), mistakes);
    if (!targets || targets->kind != NODE_MAP) return;
    for (const struct node *target = targets->first; target; target = target->next) {
        check_target(target, mistakes);
    }
}
