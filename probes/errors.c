/* The errors path: the last errors of an instance, counted by kind, route and version
 * for as long as this session lasts. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "base/units.h"
#include "core/document.h"
#include "core/tally.h"
#include "io/json.h"
#include "probes/error_counts.h"
#include "probes/fetch.h"
#include "probes/instance.h"
#include "probes/poll.h"
#include "probes/subject.h"

enum { BODY_MAX = 512 * 1024, ENTRIES_MAX = 1000, INTERVALS = 2 };

/* Times below this are in seconds, not in milliseconds: the year 5138. */
static const double seconds_max = 1e11;

struct error_list {
    struct instance *instance; /* borrowed */
    struct subject subject;
    struct poll poll;
    struct fetch fetch;
    struct http_call *call; /* NULL while none is under way */
    bool known;             /* the body with this hash has been counted */
    uint64_t hash;
    struct error_counts counts;
};

static void on_due(void *owner);
static void on_answer(void *owner, const struct http_reply *reply);

struct error_list *error_list_new(struct instance *instance) {
    struct error_list *list = memory_new(sizeof *list);
    list->instance = instance;
    struct probe_context *context = instance->context;
    subject_init(
        &list->subject, context, PART_ERRORS, (uint8_t)instance->track, instance->name);
    uint64_t interval_ns = poll_slow_ns(context->target->poll_health_ns) * INTERVALS;
    poll_start(&list->poll, context, interval_ns, on_due, list);
    return list;
}

void error_list_free(struct error_list *list) {
    if (!list) return;
    http_call_free(list->call);
    poll_stop(&list->poll);
    free(list);
}

struct subject *error_list_subject(struct error_list *list) {
    return &list->subject;
}

static void on_due(void *owner) {
    struct error_list *list = owner;
    subject_ask(&list->subject);
    list->fetch = (struct fetch){
        .path = list->instance->context->target->paths.errors,
        .timeout_ns = poll_timeout_ns(&list->poll),
        .body_max_bytes = BODY_MAX,
        .optional = true,
    };
    list->call = fetch_start(list->instance, &list->fetch, on_answer, list);
}

/* The first of several keys that holds a string. */
static void take_string(
    const struct node *entry, const char *const *keys, char *to, size_t size) {
    for (; *keys; keys++) {
        const struct node *node = node_get(entry, *keys);
        if (!node || node->kind != NODE_STRING || node->string.length == 0) continue;
        safe_text_copy(to, size, node->string);
        return;
    }
}

static int64_t time_of(const struct node *entry) {
    static const char *const keys[] = {"time_ms", "timestamp_ms", "timestamp", "time"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        double time;
        if (!node_number(entry, keys[i], &time) || !(time > 0)) continue;
        if (time < seconds_max) time *= 1000;
        return time < seconds_max * 1000 ? (int64_t)time : 0;
    }
    return 0;
}

static struct error_row row_of(
    const struct instance *instance, const struct node *root,
    const struct node *entry) {
    static const char *const kinds[] = {"kind", "type", "error_type", "error", NULL};
    static const char *const routes[] = {"route", "path", "endpoint", NULL};
    static const char *const versions[] = {"version", NULL};
    static const char *const ids[] = {"request_id", "id", NULL};
    static const char *const messages[] = {"message", "detail", "error", NULL};
    struct error_row row = {.track = (uint8_t)instance->track, .count = 1};
    take_string(root, versions, row.version, sizeof row.version);
    take_string(entry, kinds, row.kind, sizeof row.kind);
    take_string(entry, routes, row.route, sizeof row.route);
    take_string(entry, versions, row.version, sizeof row.version);
    take_string(entry, ids, row.request_id, sizeof row.request_id);
    take_string(entry, messages, row.message, sizeof row.message);
    row.last_seen_ms = time_of(entry);
    return row;
}

static const struct node *list_under(const struct node *root, const char *key) {
    if (!root || root->kind != NODE_MAP) return NULL;
    const struct node *list = node_get(root, key);
    return list && list->kind == NODE_LIST ? list : NULL;
}

/* The list itself, or the one under "errors"; NULL for anything else. */
static const struct node *entries_of(const struct node *root) {
    return root && root->kind == NODE_LIST ? root : list_under(root, "errors");
}

/* How many of each kind there were,
 * with the last of each: then that is all one needs. */
static const struct node *counts_of(const struct node *root) {
    return list_under(root, "counts");
}

static void take_entries(
    struct error_list *list, const struct node *root, const struct node *entries) {
    const struct instance *instance = list->instance;
    bool shared = instance->mixed_health || instance->mixed_reading;
    uint32_t taken = 0;
    const struct node *at = entries->first;
    for (; at && taken < ENTRIES_MAX; at = at->next, taken++) {
        if (at->kind != NODE_MAP) continue;
        struct error_row row = row_of(instance, root, at);
        int64_t count;
        if (node_integer(at, "count", 1, INT64_MAX, &count)) {
            row.count = (uint64_t)count;
            error_counts_set(&list->counts, &row, shared);
        } else {
            error_counts_add(&list->counts, &row);
        }
    }
}

static void take_counts(struct error_list *list) {
    struct instance *instance = list->instance;
    error_counts_name_version(&list->counts, instance->version);
    struct error_table table = list->counts.table;
    error_table_sort(&table);
    instance->error_count = table.count;
    memcpy(instance->errors, table.rows, sizeof instance->errors);
}

static void say_kinds(struct error_list *list) {
    uint32_t kinds = list->counts.table.count;
    unsigned long long total = error_counts_total(&list->counts);
    subject_say(
        &list->subject, PART_OK, "%u kind%s of error, %llu in all", kinds,
        kinds == 1 ? "" : "s", total);
}

static bool read_body(struct error_list *list, const struct http_reply *reply) {
    struct error err;
    struct document *body = json_parse(reply->body, &err);
    if (!body) {
        subject_say(&list->subject, PART_BAD, "JSON: %s", err.message);
        return false;
    }
    const struct node *root = document_root(body);
    const struct node *entries = entries_of(root);
    if (entries) {
        const struct node *counts = counts_of(root);
        error_counts_begin(&list->counts);
        take_entries(list, root, counts ? counts : entries);
        take_counts(list);
        say_kinds(list);
    } else {
        subject_say(&list->subject, PART_BAD, "JSON, but no list of errors");
    }
    document_free(body);
    return entries != NULL;
}

/* Reading a list costs more than all else that is asked, and it seldom changes. */
static bool read_news(struct error_list *list, const struct http_reply *reply) {
    uint64_t hash =
        tally_hash(reply->body) ^ tally_hash(slice_of(list->instance->version));
    if (list->known && hash == list->hash) {
        say_kinds(list);
        return true;
    }
    list->hash = hash;
    list->known = read_body(list, reply);
    return list->known;
}

static void on_answer(void *owner, const struct http_reply *reply) {
    struct error_list *list = owner;
    list->call = NULL;
    struct instance *instance = list->instance;
    bool read =
        fetch_succeeded(&list->subject, &list->fetch, reply) && read_news(list, reply);
    poll_done(&list->poll, read);
    if (read) instance->on_news(instance->owner, instance, INSTANCE_ERRORS);
}
