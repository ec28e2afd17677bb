/* The health path: status code first, then the body as far as it is understood. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "core/document.h"
#include "core/identity.h"
#include "io/json.h"
#include "probes/fetch.h"
#include "probes/instance.h"
#include "probes/poll.h"
#include "probes/subject.h"

enum {
    BODY_MAX = 64 * 1024,
    WORD_SIZE = 32,
    FRESH_EVERY = 4, /* polls: a new connection may reach another process */
    STATUS_UNAVAILABLE = 503,
};

struct health {
    struct instance *instance; /* borrowed */
    struct subject subject;
    struct poll poll;
    struct identity identity;
    struct fetch fetch;
    struct http_call *call; /* NULL while none is under way */
};

static void on_due(void *owner);
static void on_answer(void *owner, const struct http_reply *reply);

struct health *health_new(struct instance *instance) {
    struct health *health = memory_new(sizeof *health);
    health->instance = instance;
    struct probe_context *context = instance->context;
    subject_init(
        &health->subject, context, PART_HEALTH, (uint8_t)instance->track,
        instance->name);
    health->subject.part.critical = instance->track == TRACK_STABLE;
    poll_start(&health->poll, context, context->target->poll_health_ns, on_due, health);
    return health;
}

void health_free(struct health *health) {
    if (!health) return;
    http_call_free(health->call);
    poll_stop(&health->poll);
    free(health);
}

struct subject *health_subject(struct health *health) {
    return &health->subject;
}

static void on_due(void *owner) {
    struct health *health = owner;
    subject_ask(&health->subject);
    health->fetch = (struct fetch){
        .path = health->instance->context->target->paths.health,
        .timeout_ns = poll_timeout_ns(&health->poll),
        .body_max_bytes = BODY_MAX,
        .new_connection = poll_is_fresh(&health->poll, FRESH_EVERY),
    };
    health->call = fetch_start(health->instance, &health->fetch, on_answer, health);
}

/* What words services use for how they are. */
static enum part_status status_of(const char *word) {
    static const struct {
        const char *word;
        enum part_status status;
    } words[] = {
        {"healthy", PART_OK},        {"ok", PART_OK},
        {"pass", PART_OK},           {"up", PART_OK},
        {"ready", PART_OK},          {"alive", PART_OK},
        {"degraded", PART_DEGRADED}, {"warn", PART_DEGRADED},
        {"warning", PART_DEGRADED},  {"starting", PART_DEGRADED},
        {"draining", PART_DEGRADED}, {"unhealthy", PART_BAD},
        {"down", PART_BAD},          {"fail", PART_BAD},
        {"failed", PART_BAD},        {"error", PART_BAD},
        {"critical", PART_BAD},      {"unavailable", PART_BAD},
        {"open", PART_DEGRADED},     {"disconnected", PART_BAD},
        {"false", PART_BAD},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(word, words[i].word) == 0) return words[i].status;
    }
    return PART_UNKNOWN;
}

/* "down" of "down: connection refused". */
static enum part_status status_of_words(struct slice words) {
    char word[WORD_SIZE];
    size_t length = 0;
    while (length < words.length && !strchr(": ,", words.data[length])) length++;
    safe_text_copy(word, sizeof word, (struct slice){words.data, length});
    return status_of(word);
}

/* A check is some words, a boolean, or an object with a status. */
static bool check_failed(const struct node *check) {
    const struct node *told = check;
    if (check->kind == NODE_MAP) told = node_get(check, "status");
    if (!told) told = node_get(check, "ok");
    if (!told) return false;
    if (told->kind == NODE_BOOL) return !told->boolean;
    if (told->kind != NODE_STRING) return false;
    enum part_status status = status_of_words(told->string);
    return status == PART_BAD || status == PART_DEGRADED;
}

static const struct node *checks_of(const struct node *root) {
    static const char *const keys[] = {
        "checks", "components", "dependencies", "services"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct node *checks = node_get(root, keys[i]);
        if (checks && checks->kind == NODE_MAP) return checks;
    }
    return NULL;
}

/* "redis down: refused, model": the checks that did not pass. */
static void list_failed(const struct node *root, struct text *words) {
    const struct node *checks = checks_of(root);
    for (const struct node *at = checks ? checks->first : NULL; at; at = at->next) {
        if (!check_failed(at)) continue;
        if (words->length > 0) text_add(words, ", ");
        safe_text_add(words, at->key);
        if (at->kind != NODE_STRING) continue;
        text_add(words, " ");
        safe_text_add(words, at->string);
    }
}

static void take_version(
    struct health *health, const struct node *root, const struct http_reply *reply) {
    const struct node *version = node_get(root, "version");
    const char *header = http_reply_header(reply, "x-agent-version");
    struct slice told = header ? slice_of(header) : (struct slice){.data = ""};
    if (version && version->kind == NODE_STRING) told = version->string;
    if (told.length == 0) return;
    health->instance->version_by_health = true;
    subject_set_version(&health->subject, told);
    safe_text_copy(health->instance->version, sizeof health->instance->version, told);

    const struct identity_sight sight = {
        .start_s = NAN, .total = NAN, .version = health->instance->version};
    identity_see(&health->identity, &sight);
}

static bool says_json(const struct http_reply *reply) {
    const char *type = http_reply_header(reply, "content-type");
    bool object = reply->body.length > 0 && reply->body.data[0] == '{';
    return object || (type && strstr(type, "json"));
}

/* What the body says; PART_UNKNOWN when it says nothing that is understood. */
static enum part_status judge_body(const struct node *root, struct text *words) {
    char word[WORD_SIZE] = "";
    enum part_status status = PART_UNKNOWN;
    const struct node *told = node_get(root, "status");
    if (node_string(root, "status", word, sizeof word)) {
        status = status_of(word);
        text_add(words, word);
    } else if (told) {
        status = PART_DEGRADED;
        text_add(words, "its status is no word");
    }
    char failed_data[STATE_DETAIL_SIZE];
    struct text failed = TEXT_IN(failed_data);
    list_failed(root, &failed);
    if (failed.length == 0) return status;
    text_addf(words, "%s%s", words->length > 0 ? ": " : "", failed_data);
    return status == PART_BAD ? PART_BAD : PART_DEGRADED;
}

/* An answer that came whole: how the service says it is. */
static enum part_status judge(
    struct health *health, const struct http_reply *reply, struct text *words) {
    struct error err;
    struct document *body = json_parse(reply->body, &err);
    enum part_status told = PART_UNKNOWN;
    if (body) {
        told = judge_body(document_root(body), words);
        take_version(health, document_root(body), reply);
    } else if (says_json(reply)) {
        told = PART_DEGRADED;
        text_add(words, "its JSON cannot be read");
    } else {
        take_version(health, NULL, reply);
    }
    document_free(body);
    bool answered_well = reply->status >= 200 && reply->status < 300;
    if (!answered_well) return PART_BAD;
    return told == PART_UNKNOWN ? PART_OK : told;
}

static void tell(struct health *health, const struct http_reply *reply) {
    bool unavailable =
        reply->error.code == ERROR_NONE && reply->status == STATUS_UNAVAILABLE;
    if (unavailable) subject_set_reply(&health->subject, reply);
    if (!unavailable && !fetch_succeeded(&health->subject, &health->fetch, reply)) {
        return;
    }
    char words_data[STATE_DETAIL_SIZE];
    struct text words = TEXT_IN(words_data);
    enum part_status status = judge(health, reply, &words);
    bool mixed = health->identity.mixed;
    health->instance->mixed_health = mixed;
    health->instance->health_ms = health->subject.part.latency_ms;
    if (unavailable) {
        subject_say(
            &health->subject, status, "HTTP %u%s%s", reply->status,
            words.length > 0 ? ": " : "", words_data);
    } else if (mixed) {
        subject_say(
            &health->subject, PART_DEGRADED, "several versions answer behind this URL");
    } else {
        subject_say(
            &health->subject, status, "%s", words.length > 0 ? words_data : "HTTP 200");
    }
}

static void on_answer(void *owner, const struct http_reply *reply) {
    struct health *health = owner;
    health->call = NULL;
    struct instance *instance = health->instance;
    instance->health_ms = NAN;
    tell(health, reply);
    poll_done(&health->poll, health->subject.part.status != PART_SILENT);
    instance->on_news(instance->owner, instance, INSTANCE_HEALTH);
}
