/* SPDX-License-Identifier: MIT */
#include "actions/smoke_preview.h"

#include "actions/smoke_request.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"

enum { LINE_MAX_BYTES = 512 * 1024 };

static const char any_user[] = "smoke-${run_id}";

/* A check whose lines are being made. */
struct view {
    const struct smoke_preview *preview;
    const struct check *check;
    struct smoke_values values;
    struct buffer *to;
};

/* Secrets first: afterwards they could be changed and not be found. */
static void add_line(const struct view *view, const char *indent, struct slice words) {
    struct buffer once;
    struct buffer twice;
    buffer_init(&once, LINE_MAX_BYTES);
    buffer_init(&twice, LINE_MAX_BYTES);
    redact_add_to_buffer(view->preview->redactor, &once, words);
    redact_add_to_buffer(
        smoke_plan_redactor(view->preview->plan), &twice, buffer_slice(&once));
    buffer_add_string(view->to, indent);
    safe_text_add_to_buffer(view->to, buffer_slice(&twice));
    buffer_add_char(view->to, '\n');
    buffer_clear(&once);
    buffer_clear(&twice);
}

static void add_lines(const struct view *view, struct slice words) {
    struct scan scan = scan_of(words);
    struct slice line;
    while (scan_line(&scan, &line)) add_line(view, "  ", line);
}

static void add_url(const struct view *view, const char *words, const char *url) {
    char line[HTTP_URL_SIZE + TARGET_URL_SIZE];
    struct text text = TEXT_IN(line);
    text_add(&text, words);
    redact_add_url(&text, url);
    add_line(view, "", slice_of(line));
}

static void add_request(const struct view *view) {
    struct smoke_request_parts parts;
    struct error err = {0};
    const struct smoke_request request = {
        .target = view->preview->target,
        .check = view->check,
        .values = &view->values,
        .timeout_ns = view->check->timeout_ns,
    };
    char method[16];
    struct text text = TEXT_IN(method);
    text_addf(&text, "%s ", check_method(view->check));
    smoke_request_parts_init(&parts);
    bool whole = smoke_request_write(&request, &parts, &err);
    add_url(view, method, buffer_string(&parts.url));
    add_lines(view, buffer_slice(&parts.headers));
    add_lines(view, buffer_slice(&parts.body));
    if (!whole) add_lines(view, slice_of(err.message));
    smoke_request_parts_clear(&parts);
}

static void add_poll(
    const struct view *view, const char *path, uint64_t every_ns, uint64_t limit_ns) {
    char line[HTTP_URL_SIZE + TARGET_URL_SIZE];
    struct text text = TEXT_IN(line);
    text_add(&text, "then GET ");
    redact_add_url(&text, view->preview->target->url);
    text_addf(&text, "%s every ", path);
    units_add_duration(&text, every_ns);
    text_add(&text, ", up to ");
    units_add_duration(&text, limit_ns);
    text_add(&text, ", same headers");
    add_line(view, "  ", slice_of(line));
}

static void add_polls(const struct view *view) {
    const struct check *check = view->check;
    const struct target *target = view->preview->target;
    if (check->request == CHECK_CHAT && target->chat.job[0] && target->paths.job[0]) {
        add_lines(view, slice_of("when the answer is a job:"));
        add_poll(view, target->paths.job, SMOKE_JOB_EVERY_NS, check->timeout_ns);
    }
    if (!check->poll.path[0]) return;
    struct buffer path;
    struct error err;
    buffer_init(&path, HTTP_URL_SIZE);
    smoke_fill(&view->values, slice_of(check->poll.path), SMOKE_IN_PATH, &path, &err);
    add_poll(view, buffer_string(&path), check->poll.every_ns, check->poll.timeout_ns);
    buffer_clear(&path);
}

static void add_retries(const struct view *view) {
    char line[64];
    struct text text = TEXT_IN(line);
    unsigned retries = (unsigned)view->check->retries;
    if (retries == 0) return;
    text_addf(
        &text, "all of it again when it fails, at most %u time%s", retries,
        retries > 1 ? "s" : "");
    add_lines(view, slice_of(line));
}

void smoke_preview(
    const struct smoke_preview *preview, uint32_t index, struct buffer *to) {
    const struct check *check = &smoke_plan_checks(preview->plan)->items[index];
    bool chat = check->request == CHECK_CHAT;
    struct error err;
    struct buffer message;
    buffer_init(&message, LINE_MAX_BYTES);
    struct view view = {
        .preview = preview,
        .check = check,
        .to = to,
        .values = {.plan = preview->plan, .preview = true},
    };
    if (chat) {
        smoke_fill(&view.values, check_subject(check), SMOKE_IN_TEXT, &message, &err);
        view.values.user = any_user;
        view.values.message = buffer_slice(&message);
    }
    add_request(&view);
    add_polls(&view);
    add_retries(&view);
    buffer_clear(&message);
}

void smoke_preview_way(const struct smoke_preview *preview, struct buffer *to) {
    const struct target *target = preview->target;
    const struct view view = {.preview = preview, .to = to};
    if (target->proxy[0]) add_url(&view, "  through the proxy ", target->proxy);
    for (uint32_t i = 0; i < target->connect_to_count; i++) {
        char line[2 * TARGET_URL_SIZE + 32];
        struct text text = TEXT_IN(line);
        text_addf(
            &text, "%s is reached at %s", target->connect_to[i].from,
            target->connect_to[i].to);
        add_lines(&view, slice_of(line));
    }
}

const char *smoke_preview_way_back(const struct smoke_plan *plan) {
    const struct checks *checks = smoke_plan_checks(plan);
    bool chats = false;
    for (uint32_t i = 0; i < checks->count; i++) {
        const struct check *check = &checks->items[i];
        if (check->request == CHECK_CHAT) chats = true;
        if (check->request != CHECK_CHAT && check_acts(check)) {
            return "not by itself: what these requests change stays changed";
        }
    }
    return chats ? "nothing to undo: a chat stays in the agent's history"
                 : "nothing to undo: these requests only look";
}
