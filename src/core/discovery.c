/* SPDX-License-Identifier: MIT */
#include "core/discovery.h"

#include <string.h>

#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "core/check_metrics.h"
#include "core/exposition.h"
#include "core/health_word.h"

enum {
    POLLS_MAX = 60,
    STATUS_OK = 200,
    STATUS_ACCEPTED = 202,
    STATUS_UNAUTHORIZED = 401,
    STATUS_FORBIDDEN = 403,
    STATUS_NOT_FOUND = 404,
    STATUS_NOT_ALLOWED = 405,
    STATUS_UNAVAILABLE = 503,
};
#define POLL_EVERY_NS (500 * NS_PER_MS)

struct place {
    enum discovery_role role;
    const char *path;
};

/* In order of preference; the first that fits is taken. */
static const struct place places[] = {
    {DISCOVERY_HEALTH, "/health"},
    {DISCOVERY_HEALTH, "/healthz"},
    {DISCOVERY_HEALTH, "/health/live"},
    {DISCOVERY_HEALTH, "/livez"},
    {DISCOVERY_HEALTH, "/api/health"},
    {DISCOVERY_READY, "/health/ready"},
    {DISCOVERY_READY, "/ready"},
    {DISCOVERY_READY, "/readyz"},
    {DISCOVERY_METRICS, "/metrics"},
    {DISCOVERY_METRICS, "/api/metrics"},
    {DISCOVERY_METRICS, "/actuator/prometheus"},
    {DISCOVERY_ERRORS, "/errors"},
};
static const char nowhere[] = "/flightdeck-init-looks-for-nothing";
static const char *const talks[] = {"/chat", "/api/chat", "/v1/chat"};
static const char message[] =
    "{\"user_id\":\"flightdeck-init\",\"message\":\"What is 2 + 2?\"}";
static const char *const answers[] = {
    "$.response", "$.answer", "$.reply",  "$.message.content", "$.message",
    "$.output",   "$.text",   "$.result", "$.content",
};
static const char *const jobs[] = {"$.job_id", "$.task_id", "$.id"};
static const char *const states[] = {"$.status", "$.state"};
static const char *const finished[] = {"completed", "complete", "succeeded",
                                       "success",   "done",     "finished"};

#define COUNT_OF(array) ((unsigned)(sizeof(array) / sizeof *(array)))

struct discovery discovery_start(bool may_talk) {
    return (struct discovery){.may_talk = may_talk};
}

static bool is_guarded(unsigned status) {
    return status == STATUS_UNAUTHORIZED || status == STATUS_FORBIDDEN;
}

static bool is_success(unsigned status) {
    return status >= STATUS_OK && status < STATUS_OK + 100;
}

/* The text at a path of the answer; empty when there is none. */
static struct slice text_at(const struct node *json, const char *path) {
    const struct node *found = NULL;
    struct error err;
    if (!json || !node_find(json, slice_of(path), &found, &err)) return slice_of("");
    if (!found || found->kind != NODE_STRING) return slice_of("");
    return found->string;
}

static const char *first_text(
    const struct node *json, const char *const *paths, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        if (text_at(json, paths[i]).length > 0) return paths[i];
    }
    return NULL;
}

static void take(char *to, size_t size, const char *path) {
    text_copy_cut(to, size, path ? path : "");
}

/* Nothing that YAML could take for something else. */
static bool is_plain_name(struct slice name) {
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                     (c >= '0' && c <= '9' && i > 0);
        if (!plain) return false;
    }
    return name.length > 0;
}

static bool knows_metrics(const struct discovery_answer *answer) {
    const struct check_answer body = {
        .status = answer->status, .body = answer->body, .json = answer->json};
    struct check_finding finding = {0};
    check_judge_metrics(&body, &finding);
    return finding.verdict == VERDICT_PASS;
}

/* JSON with a number that is known, or text with more lines that can be read than lines
 * that cannot. */
static bool is_metrics(
    struct discovery *discovery, const struct discovery_answer *answer) {
    struct exposition_sample sample;
    discovery->known_metrics = knows_metrics(answer);
    if (answer->json) return discovery->known_metrics;
    struct exposition reader = exposition_of(answer->body);
    discovery->series[0] = '\0';
    while (exposition_next(&reader, &sample)) {
        if (discovery->series[0] || !is_plain_name(sample.name)) continue;
        safe_text_copy(discovery->series, sizeof discovery->series, sample.name);
    }
    return reader.sample_count > reader.bad_lines;
}

static bool fits(
    struct discovery *discovery, enum discovery_role role,
    const struct discovery_answer *answer) {
    bool ok = is_success(answer->status);
    bool says = health_word_in(answer->json) != HEALTH_UNKNOWN;
    switch (role) {
    case DISCOVERY_HEALTH:
    case DISCOVERY_READY:
        if (discovery->catches_all) return says;
        return ok || (answer->status == STATUS_UNAVAILABLE && answer->json);
    case DISCOVERY_METRICS: return ok && is_metrics(discovery, answer);
    case DISCOVERY_ERRORS:
        if (!ok || !answer->json || discovery->catches_all) return false;
        return answer->json->kind == NODE_LIST || node_get(answer->json, "errors");
    case DISCOVERY_CHAT:
    case DISCOVERY_ROLE_COUNT: break;
    }
    return false;
}

static void on_place(
    struct discovery *discovery, const struct discovery_answer *answer) {
    const struct place *place = &places[discovery->next++];
    struct discovery_found *found = &discovery->found[place->role];
    bool guarded = is_guarded(answer->status) && !discovery->guards_all;
    if (!guarded && !fits(discovery, place->role, answer)) return;
    found->there = true;
    found->guarded = guarded;
    take(found->path, sizeof found->path, place->path);
    if (place->role != DISCOVERY_HEALTH) return;
    discovery->asks_health = health_word_in(answer->json) != HEALTH_UNKNOWN;
    safe_text_copy(
        discovery->version, sizeof discovery->version,
        text_at(answer->json, "$.version"));
}

/* What was an answer stays one, even when its job cannot be found. */
static void end_talk(struct discovery *discovery, enum discovery_chat how) {
    if (discovery->chat != CHAT_ANSWERS) discovery->chat = how;
    if (discovery->job_path[0] == '\0') discovery->job[0] = '\0';
    discovery->phase = DISCOVERY_OVER;
}

static void take_answer(
    struct discovery *discovery, const struct node *json, const char *path) {
    take(discovery->answer, sizeof discovery->answer, path);
    struct slice words = text_at(json, path);
    discovery->right_answer = memchr(words.data, '4', words.length) != NULL;
    discovery->chat = CHAT_ANSWERS;
}

/* A job's id becomes part of a path, so only what needs no escaping is taken. */
static bool take_job(struct discovery *discovery, const struct node *json) {
    const char *path = first_text(json, jobs, COUNT_OF(jobs));
    if (!path) return false;
    struct slice id = text_at(json, path);
    if (id.length >= sizeof discovery->job_id) return false;
    for (size_t i = 0; i < id.length; i++) {
        char c = id.data[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                     (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
        if (!plain) return false;
    }
    memcpy(discovery->job_id, id.data, id.length);
    discovery->job_id[id.length] = '\0';
    take(discovery->job, sizeof discovery->job, path);
    discovery->phase = DISCOVERY_JOB;
    discovery->next = 0;
    return true;
}

/* Whether nothing takes a message there. */
static bool is_absent(
    const struct discovery *discovery, const struct discovery_answer *answer) {
    if (answer->status == 0 || answer->status == STATUS_NOT_FOUND) return true;
    if (answer->status == STATUS_NOT_ALLOWED) return true;
    return discovery->catches_all &&
           !first_text(answer->json, answers, COUNT_OF(answers)) &&
           !first_text(answer->json, jobs, COUNT_OF(jobs));
}

static void on_talk(
    struct discovery *discovery, const struct discovery_answer *answer) {
    struct discovery_found *chat = &discovery->found[DISCOVERY_CHAT];
    const char *path = talks[discovery->next++];
    if (is_absent(discovery, answer)) {
        if (discovery->next == COUNT_OF(talks)) end_talk(discovery, CHAT_NONE);
        return;
    }
    chat->there = true;
    chat->guarded = is_guarded(answer->status);
    take(chat->path, sizeof chat->path, path);
    const char *where = first_text(answer->json, answers, COUNT_OF(answers));
    bool ok = is_success(answer->status);
    bool at_once = ok && answer->status != STATUS_ACCEPTED && where;
    if (at_once) take_answer(discovery, answer->json, where);
    /* A job that is named along with the answer tells how a slow one is fetched. */
    if (!ok || !take_job(discovery, answer->json)) end_talk(discovery, CHAT_UNCLEAR);
}

static bool is_finished(struct slice word) {
    for (unsigned i = 0; i < COUNT_OF(finished); i++) {
        if (slice_equals(word, finished[i])) return true;
    }
    return false;
}

/* The paths under which jobs are found: below the chat, or on their own. */
static const char *job_template(
    const struct discovery *discovery, char to[TARGET_PATH_SIZE]) {
    static const char *const own[] = {"/jobs/{job_id}", "/job/{job_id}"};
    struct text text = text_in(to, TARGET_PATH_SIZE);
    if (discovery->next == 0) {
        text_addf(&text, "%s/{job_id}", discovery->found[DISCOVERY_CHAT].path);
    } else {
        text_add(&text, own[discovery->next - 1]);
    }
    return to;
}

static void on_job(struct discovery *discovery, const struct discovery_answer *answer) {
    char path[TARGET_PATH_SIZE];
    if (answer->status == STATUS_NOT_FOUND && discovery->job_path[0] == '\0') {
        if (++discovery->next > 2) end_talk(discovery, CHAT_UNCLEAR);
        return;
    }
    take(
        discovery->job_path, sizeof discovery->job_path, job_template(discovery, path));
    const char *state = first_text(answer->json, states, COUNT_OF(states));
    struct slice word = state ? text_at(answer->json, state) : slice_of("");
    const char *where = first_text(answer->json, answers, COUNT_OF(answers));
    if (is_finished(word) && where) {
        take(discovery->done_path, sizeof discovery->done_path, state);
        safe_text_copy(discovery->done, sizeof discovery->done, word);
        take_answer(discovery, answer->json, where);
        end_talk(discovery, CHAT_ANSWERS);
    } else if (++discovery->polls >= POLLS_MAX || slice_equals(word, "failed")) {
        end_talk(discovery, CHAT_UNCLEAR);
    }
}

/* Skips what was found already. */
static bool next_place(struct discovery *discovery) {
    while (discovery->next < COUNT_OF(places) &&
           discovery->found[places[discovery->next].role].there) {
        discovery->next++;
    }
    return discovery->next < COUNT_OF(places);
}

const char *discovery_talk_body(void) {
    return message;
}

const char *discovery_talk_path(unsigned index) {
    return index < COUNT_OF(talks) ? talks[index] : NULL;
}

static void ask(struct discovery_question *question, const char *path) {
    *question = (struct discovery_question){0};
    take(question->path, sizeof question->path, path);
}

static void ask_job(
    const struct discovery *discovery, struct discovery_question *question) {
    static const char mark[] = "{job_id}";
    char template[TARGET_PATH_SIZE];
    job_template(discovery, template);
    *question = (struct discovery_question){.wait_ns = POLL_EVERY_NS};
    struct text path = TEXT_IN(question->path);
    char *at = strstr(template, mark);
    if (at) *at = '\0';
    text_addf(&path, "%s%s", template, discovery->job_id);
}

bool discovery_next(struct discovery *discovery, struct discovery_question *question) {
    if (discovery->phase == DISCOVERY_LOOK && !next_place(discovery)) {
        discovery->phase = discovery->may_talk ? DISCOVERY_TALK : DISCOVERY_OVER;
        discovery->next = 0;
    }
    switch (discovery->phase) {
    case DISCOVERY_NOTHING: ask(question, nowhere); return true;
    case DISCOVERY_LOOK: ask(question, places[discovery->next].path); return true;
    case DISCOVERY_TALK:
        ask(question, talks[discovery->next]);
        question->posts = true;
        question->body = message;
        return true;
    case DISCOVERY_JOB: ask_job(discovery, question); return true;
    case DISCOVERY_OVER: break;
    }
    return false;
}

static void on_nothing(
    struct discovery *discovery, const struct discovery_answer *answer) {
    if (answer->status == 0) {
        discovery->phase = DISCOVERY_OVER; /* nobody is there */
        return;
    }
    discovery->catches_all = is_success(answer->status);
    discovery->guards_all = is_guarded(answer->status);
    discovery->phase = DISCOVERY_LOOK;
}

void discovery_on_answer(
    struct discovery *discovery, const struct discovery_answer *answer) {
    if (answer->status != 0) discovery->reached = true;
    switch (discovery->phase) {
    case DISCOVERY_NOTHING: on_nothing(discovery, answer); break;
    case DISCOVERY_LOOK: on_place(discovery, answer); break;
    case DISCOVERY_TALK: on_talk(discovery, answer); break;
    case DISCOVERY_JOB: on_job(discovery, answer); break;
    case DISCOVERY_OVER: break;
    }
}
