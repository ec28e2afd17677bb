/* SPDX-License-Identifier: MIT */
#include "control/prometheus_source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/safe_text.h"
#include "base/units.h"
#include "core/aliases.h"
#include "core/clock_lead.h"
#include "core/prometheus_answer.h"
#include "core/prometheus_query.h"
#include "core/scrape.h"
#include "io/http.h"
#include "io/json.h"
#include "io/loop.h"

enum {
    WINDOW_S =
        30, /* that is asked for at first; doubled while there is nothing in it */
    WINDOW_LEAST_S = 10,
    WINDOW_MOST_S = 300,
    GONE_S = 10, /* at least: an instance that was not scraped while others were */
    GONE_SCRAPES = 3,
    STATUS_OK = 200,
    WORDS_SIZE = 200,
};

#define TIMEOUT_NS (5 * NS_PER_S)
#define POLL_MOST  (5 * NS_PER_S)

/* One instance, as the server knows it. */
struct entry {
    bool is_there;
    char name[PROMETHEUS_INSTANCE_SIZE];
    double at_s, interval_s; /* of its newest scrape; since the one before */
    struct meter *meter;
    struct block_member *member;
};

struct prometheus_source {
    struct loop *loop; /* borrowed */
    struct prometheus_options options;
    struct http *http;
    struct http_call *call; /* NULL while none is under way */
    struct loop_timer *timer;
    struct aliases aliases;
    struct entry entries[PROMETHEUS_INSTANCES_MAX];
    uint32_t window_s;
    struct clock_lead lead;
    bool has_answered;        /* with or without samples */
    char trouble[WORDS_SIZE]; /* with the newest answer; "" */
    bool *gone; /* set by prometheus_source_free() for what calls the owner */
};

static void on_due(void *owner, uint64_t now_ns);
static void on_answer(void *owner, const struct http_reply *reply);

struct prometheus_source *prometheus_source_new(
    struct loop *loop, const struct prometheus_options *options) {
    struct prometheus_source *source = memory_new(sizeof *source);
    source->loop = loop;
    source->options = *options;
    source->window_s = WINDOW_S;
    source->http = http_new(loop, HTTP_READ_ONLY);
    aliases_init(&source->aliases);
    source->timer = loop_soon(loop, on_due, source);
    return source;
}

static void drop(struct entry *entry) {
    block_maker_leave(entry->member);
    meter_free(entry->meter);
    *entry = (struct entry){0};
}

void prometheus_source_free(struct prometheus_source *source) {
    if (!source) return;
    if (source->gone) *source->gone = true;
    http_call_free(source->call);
    http_free(source->http);
    loop_timer_free(source->timer);
    for (unsigned i = 0; i < PROMETHEUS_INSTANCES_MAX; i++) {
        meter_free(source->entries[i].meter);
    }
    free(source);
}

/* Asking */

static const struct target_prometheus *server_of(
    const struct prometheus_source *source) {
    return &source->options.target->prometheus;
}

static const char *selector_of(const struct prometheus_source *source) {
    return server_of(source)->selectors[source->options.track];
}

static void on_due(void *owner, uint64_t now_ns) {
    struct prometheus_source *source = owner;
    const struct target_prometheus *server = server_of(source);
    struct http_header headers[TARGET_PROMETHEUS_HEADERS_MAX];
    char url_data[HTTP_URL_SIZE];
    struct text url = TEXT_IN(url_data);
    (void)now_ns;
    source->timer = NULL;
    prometheus_query_add_url(&url, server->url, selector_of(source), source->window_s);
    ensure(!url.truncated); /* a selector has its limit */
    for (uint32_t i = 0; i < server->header_count; i++) {
        headers[i] =
            (struct http_header){server->headers[i].name, server->headers[i].value};
    }
    const struct http_peer peer = {.ca = server->ca};
    const struct http_request request = {
        .url = url_data,
        .peer = &peer,
        .headers = headers,
        .header_count = server->header_count,
        .timeout_ns = TIMEOUT_NS,
        .body_max_bytes = JSON_BYTES_MAX,
    };
    source->call = http_start(source->http, &request, on_answer, source);
}

/* Between what a scrape brings nothing new comes. */
static double interval_of(const struct prometheus_source *source) {
    double longest_s = 0;
    for (unsigned i = 0; i < PROMETHEUS_INSTANCES_MAX; i++) {
        const struct entry *entry = &source->entries[i];
        if (entry->is_there) longest_s = fmax(longest_s, entry->interval_s);
    }
    return longest_s;
}

static void ask_again(struct prometheus_source *source) {
    uint64_t least_ns = source->options.target->poll_metrics_ns;
    double wait_s = fmin(interval_of(source) / 4, (double)POLL_MOST / NS_PER_S);
    uint64_t wait_ns = (uint64_t)(wait_s * NS_PER_S);
    source->timer = loop_after(
        source->loop, wait_ns > least_ns ? wait_ns : least_ns, on_due, source);
}

/* Answers */

static struct entry *find(
    struct prometheus_source *source, const struct prometheus_instance *instance) {
    struct entry *room = NULL;
    for (unsigned i = 0; i < PROMETHEUS_INSTANCES_MAX; i++) {
        struct entry *entry = &source->entries[i];
        if (entry->is_there && strcmp(entry->name, instance->name) == 0) return entry;
        if (!entry->is_there && !room) room = entry;
    }
    return room;
}

/* "canary 10.0.0.7:8000" */
static void name_member(
    const struct prometheus_source *source, const char *name, char *to, size_t size) {
    bool is_canary = source->options.track == TRACK_CANARY;
    char shown[STATE_NAME_SIZE];
    struct text text = text_in(to, size);
    safe_text_copy(shown, sizeof shown, slice_of(name));
    text_addf(&text, "%s %s", is_canary ? "canary" : "stable", shown[0] ? shown : "?");
}

/* NULL when there is no room: as many as there may be are there. */
static struct entry *meet(
    struct prometheus_source *source, const struct prometheus_instance *instance) {
    struct entry *entry = find(source, instance);
    char name[STATE_NAME_SIZE];
    if (!entry || entry->is_there) return entry;
    bool is_canary = source->options.track == TRACK_CANARY;
    name_member(source, instance->name, name, sizeof name);
    struct block_member *member = block_maker_join(
        source->options.maker, is_canary ? ARM_CANARY : ARM_STABLE, name);
    if (!member) return NULL;
    *entry = (struct entry){.is_there = true, .member = member};
    text_copy_cut(entry->name, sizeof entry->name, instance->name);
    entry->meter = meter_new(NS_PER_S);
    return entry;
}

/* When that was by our clock. A server whose clock
 * is before ours would make old samples look new. */
static uint64_t when(const struct prometheus_source *source, double at_s) {
    double now_s = (double)loop_wall_ms() / 1000 + clock_lead_s(&source->lead);
    double age_s = fmin(fmax(now_s - at_s, 0), 1e6);
    uint64_t now_ns = loop_now_ns(source->loop);
    uint64_t age_ns = (uint64_t)(age_s * NS_PER_S);
    return now_ns > age_ns ? now_ns - age_ns : 1;
}

static bool is_new(
    const struct entry *entry, const struct prometheus_instance *instance) {
    return entry && instance->at_s > entry->at_s;
}

/* Of all that is new, before the first of it is dated. */
static void note_clocks(
    struct prometheus_source *source, const struct prometheus_answer *answer) {
    struct block_maker *maker = source->options.maker;
    int64_t now_ms = (int64_t)(loop_now_ns(source->loop) / NS_PER_MS);
    double now_s = (double)loop_wall_ms() / 1000;
    maker->wall_ms = loop_wall_ms() - now_ms;
    for (uint32_t i = 0; i < answer->count; i++) {
        const struct prometheus_instance *instance = &answer->instances[i];
        if (!is_new(find(source, instance), instance)) continue;
        clock_lead_note(&source->lead, instance->at_s, now_s);
    }
}

/* True when a block is whole by it. */
static bool take(
    struct prometheus_source *source, struct entry *entry,
    const struct prometheus_answer *answer, const struct prometheus_instance *instance,
    struct metric_block *block) {
    struct buffer text;
    bool is_whole = false;
    uint64_t at_ns = when(source, instance->at_s);
    entry->at_s = instance->at_s;
    if (instance->interval_s > 0) entry->interval_s = instance->interval_s;
    if (instance->starts > 1) {
        block_maker_miss(entry->member, BLOCK_DOUBLE);
        block_maker_spoil(source->options.maker, loop_now_ns(source->loop));
        return false;
    }
    buffer_init(&text, JSON_BYTES_MAX);
    bool is_told =
        !instance->is_down && prometheus_answer_tell(answer, instance, &text);
    const struct reading *reading =
        is_told
            ? scrape_text(entry->meter, &source->aliases, buffer_slice(&text), at_ns)
            : NULL;
    if (reading && reading->known > 0) {
        is_whole = block_maker_take(
            source->options.maker, entry->member, reading, at_ns, block);
    } else {
        block_maker_miss(entry->member, BLOCK_SILENT);
    }
    buffer_clear(&text);
    return is_whole;
}

/* False when the owner freed the source. */
static bool deliver(
    struct prometheus_source *source, const struct metric_block *block) {
    bool gone = false;
    source->gone = &gone;
    source->options.on_block(source->options.owner, block);
    if (gone) return false;
    source->gone = NULL;
    return true;
}

/* An instance that has not been scraped for some time, while others were, is no more.
 * When none was, the server may just be behind. */
static void drop_gone(struct prometheus_source *source) {
    double newest_s = 0;
    for (unsigned i = 0; i < PROMETHEUS_INSTANCES_MAX; i++) {
        newest_s = fmax(newest_s, source->entries[i].at_s);
    }
    for (unsigned i = 0; i < PROMETHEUS_INSTANCES_MAX; i++) {
        struct entry *entry = &source->entries[i];
        double patience_s = fmax(GONE_S, GONE_SCRAPES * entry->interval_s);
        if (entry->is_there && newest_s - entry->at_s > patience_s) drop(entry);
    }
}

static void choose_window(
    struct prometheus_source *source, const struct prometheus_answer *answer) {
    double interval_s = interval_of(source);
    if (interval_s > 0) {
        double wanted_s = fmin(2 * interval_s + WINDOW_LEAST_S, WINDOW_MOST_S);
        source->window_s = (uint32_t)wanted_s;
    } else if (answer->count == 0 && source->window_s < WINDOW_MOST_S) {
        source->window_s *= 2;
        if (source->window_s > WINDOW_MOST_S) source->window_s = WINDOW_MOST_S;
    }
}

/* A server's samples are of the window before its own time: when all of that lies
 * before what came last, its clock was ahead and has been set right. */
static bool is_set_back(
    const struct entry *entry, const struct prometheus_instance *instance) {
    return entry->at_s - instance->at_s > WINDOW_MOST_S;
}

/* False when the owner freed the source. */
static bool take_all(
    struct prometheus_source *source, const struct prometheus_answer *answer) {
    struct metric_block block;
    source->has_answered = true;
    note_clocks(source, answer);
    for (uint32_t i = 0; i < answer->count; i++) {
        const struct prometheus_instance *instance = &answer->instances[i];
        struct entry *entry = meet(source, instance);
        if (entry && is_set_back(entry, instance)) {
            source->lead = (struct clock_lead){0};
            drop(entry);
            entry = meet(source, instance);
        }
        if (!is_new(entry, instance)) continue;
        bool is_whole = take(source, entry, answer, instance, &block);
        if (is_whole && !deliver(source, &block)) return false;
    }
    drop_gone(source);
    choose_window(source, answer);
    return true;
}

static void say(struct prometheus_source *source, const char *words) {
    struct text text = TEXT_IN(source->trouble);
    text_addf(&text, "Prometheus: %s", words);
}

/* NULL, and the trouble is said, for what is no answer with samples. */
static struct document *read_answer(
    struct prometheus_source *source, const struct http_reply *reply,
    struct prometheus_answer *answer) {
    struct error err = reply->error;
    struct document *document = NULL;
    if (err.code == ERROR_NONE) document = json_parse(reply->body, &err);
    bool is_read =
        document && prometheus_answer_read(answer, document_root(document), &err);
    if (is_read && reply->status == STATUS_OK) return document;
    bool has_words = document && !is_read; /* of its own, why not */
    if (reply->error.code == ERROR_NONE && reply->status != STATUS_OK && !has_words) {
        error_set(&err, ERROR_PROTOCOL, "HTTP %u", reply->status);
    }
    say(source, err.message);
    document_free(document);
    return NULL;
}

static void on_answer(void *owner, const struct http_reply *reply) {
    struct prometheus_source *source = owner;
    struct prometheus_answer *answer = memory_new(sizeof *answer);
    source->call = NULL;
    source->trouble[0] = '\0';
    struct document *document = read_answer(source, reply, answer);
    bool is_there = !document || take_all(source, answer);
    document_free(document);
    free(answer);
    if (is_there) ask_again(source);
}

/* Looking */

static bool is_empty(const struct prometheus_source *source) {
    bool is_empty = source->has_answered;
    for (unsigned i = 0; i < PROMETHEUS_INSTANCES_MAX; i++) {
        is_empty = is_empty && !source->entries[i].is_there;
    }
    return is_empty;
}

bool prometheus_source_is_troubled(const struct prometheus_source *source) {
    return source->trouble[0] != '\0' || is_empty(source);
}

void prometheus_source_explain(
    const struct prometheus_source *source, struct text *words) {
    const struct entry *oldest = NULL;
    for (unsigned i = 0; i < PROMETHEUS_INSTANCES_MAX; i++) {
        const struct entry *entry = &source->entries[i];
        if (entry->is_there && (!oldest || entry->at_s < oldest->at_s)) oldest = entry;
    }
    if (source->trouble[0]) {
        text_add(words, source->trouble);
    } else if (is_empty(source)) {
        text_addf(words, "Prometheus has no samples of %s", selector_of(source));
    } else if (oldest && oldest->interval_s > 0) {
        uint64_t age_ns = loop_now_ns(source->loop) - when(source, oldest->at_s);
        text_addf(
            words,
            "%s: its newest sample is %.0f s old, Prometheus takes one every %.3g s",
            oldest->member->name, (double)age_ns / NS_PER_S, oldest->interval_s);
    }
}
