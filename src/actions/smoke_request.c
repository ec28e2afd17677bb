/* SPDX-License-Identifier: MIT */
#include "actions/smoke_request.h"

#include <string.h>
#include <strings.h>

#include "base/json_writer.h"
#include "base/text.h"
#include "core/node_json.h"

enum {
    HEADERS_MAX = TARGET_HEADERS_MAX + CHECK_HEADERS_MAX + 1,
    HEADER_BYTES_MAX = 64 * 1024,
    HEADER_LINES_MAX = 2 * HEADER_BYTES_MAX,
    BODY_BYTES_MAX = 256 * 1024,
    REPLY_BYTES_MAX = 8 * 1024 * 1024, /* a /metrics can be large */
};

#define JOB_MARK "{job_id}"

/* A request under construction; what http_start() borrows lives here. */
struct draft {
    const struct smoke_request *request;
    struct buffer url, body, header_bytes;
    struct {
        size_t name, value; /* offsets in header_bytes */
    } places[HEADERS_MAX];
    size_t header_count;
    char connect_to[TARGET_CONNECT_TO_MAX * 2 * TARGET_URL_SIZE];
};

static void draft_init(struct draft *draft, const struct smoke_request *request) {
    draft->request = request;
    draft->header_count = 0;
    buffer_init(&draft->url, HTTP_URL_SIZE - 1);
    buffer_init(&draft->body, BODY_BYTES_MAX);
    buffer_init(&draft->header_bytes, HEADER_BYTES_MAX);
    buffer_add_string(&draft->url, request->target->url);
}

static void draft_clear(struct draft *draft) {
    buffer_clear(&draft->url);
    buffer_clear(&draft->body);
    buffer_clear(&draft->header_bytes);
}

static bool add_header(
    struct draft *draft, struct slice name, struct slice value, struct error *err) {
    if (draft->header_count == HEADERS_MAX) {
        return error_set(err, ERROR_LIMIT, "too many headers");
    }
    struct buffer *to = &draft->header_bytes;
    draft->places[draft->header_count].name = to->length;
    bool added = buffer_add(to, name.data, name.length) && buffer_add_char(to, '\0');
    draft->places[draft->header_count].value = to->length;
    added = added &&
            smoke_fill(draft->request->values, value, SMOKE_IN_TEXT, to, err) &&
            buffer_add_char(to, '\0');
    draft->header_count++;
    if (!added && err->code == ERROR_NONE) {
        return error_set(err, ERROR_LIMIT, "headers that are too long");
    }
    return added;
}

static bool says_header(const struct check *check, const char *name) {
    const struct node *headers = check->headers;
    for (const struct node *at = headers ? headers->first : NULL; at; at = at->next) {
        if (strlen(name) == at->key.length &&
            strncasecmp(name, at->key.data, at->key.length) == 0) {
            return true;
        }
    }
    return false;
}

/* Those of the check stand before those of the target. */
static bool add_headers(struct draft *draft, struct error *err) {
    const struct check *check = draft->request->check;
    const struct target *target = draft->request->target;
    const struct node *headers = check->headers;
    for (const struct node *at = headers ? headers->first : NULL; at; at = at->next) {
        if (!add_header(draft, at->key, at->string, err)) return false;
    }
    for (uint32_t i = 0; i < target->header_count; i++) {
        if (says_header(check, target->headers[i].name)) continue;
        /* A secret of the target is a value, never a text with ${...} in it. */
        size_t value = draft->header_bytes.length + strlen(target->headers[i].name) + 1;
        if (draft->header_count == HEADERS_MAX) break;
        draft->places[draft->header_count].name = draft->header_bytes.length;
        draft->places[draft->header_count].value = value;
        draft->header_count++;
        buffer_add(
            &draft->header_bytes, target->headers[i].name,
            strlen(target->headers[i].name) + 1);
        buffer_add(
            &draft->header_bytes, target->headers[i].value,
            strlen(target->headers[i].value) + 1);
    }
    bool json = check->json || check->request == CHECK_CHAT;
    if (!json || says_header(check, "Content-Type")) return true;
    return add_header(
        draft, slice_of("Content-Type"), slice_of("application/json"), err);
}

static bool add_json_body(struct draft *draft, struct error *err) {
    struct buffer text;
    buffer_init(&text, BODY_BYTES_MAX);
    struct json_writer json = json_writer_to(&text);
    node_write_json(draft->request->check->json, &json);
    bool added =
        !text.overflow || error_set(err, ERROR_LIMIT, "a body that is too long");
    added = added && smoke_fill(
                         draft->request->values, buffer_slice(&text), SMOKE_IN_JSON,
                         &draft->body, err);
    buffer_clear(&text);
    return added;
}

static bool add_body(struct draft *draft, struct error *err) {
    const struct smoke_request *request = draft->request;
    const struct check *check = request->check;
    if (check->json) return add_json_body(draft, err);
    if (check->request == CHECK_CHAT) {
        struct slice words = slice_of(request->target->chat.request);
        return smoke_fill(request->values, words, SMOKE_IN_JSON, &draft->body, err);
    }
    if (!check->body) return true;
    return smoke_fill(
        request->values, check->body->string, SMOKE_IN_TEXT, &draft->body, err);
}

static bool add_path(struct draft *draft, struct error *err) {
    const struct check *check = draft->request->check;
    if (check->request != CHECK_CHAT) {
        return smoke_fill(
            draft->request->values, check_subject(check), SMOKE_IN_PATH, &draft->url,
            err);
    }
    if (buffer_add_string(&draft->url, draft->request->target->paths.chat)) return true;
    return error_set(err, ERROR_LIMIT, "a URL that is too long");
}

static const char *connect_to(struct draft *draft) {
    const struct target *target = draft->request->target;
    struct text text = TEXT_IN(draft->connect_to);
    for (uint32_t i = 0; i < target->connect_to_count; i++) {
        text_addf(
            &text, "%s%s:%s", i > 0 ? "\n" : "", target->connect_to[i].from,
            target->connect_to[i].to);
    }
    return text.length > 0 ? draft->connect_to : NULL;
}

static struct http_call *send(
    struct draft *draft, struct http *http, const char *method, http_done_fn on_done,
    void *owner) {
    const struct target *target = draft->request->target;
    struct http_header headers[HEADERS_MAX];
    const char *bytes = buffer_string(&draft->header_bytes);
    for (size_t i = 0; i < draft->header_count; i++) {
        headers[i].name = bytes + draft->places[i].name;
        headers[i].value = bytes + draft->places[i].value;
    }
    struct http_peer peer = {
        .ca = target->tls.ca,
        .cert = target->tls.cert,
        .key = target->tls.key,
        .server_name = target->tls.server_name,
        .host = target->host,
        .proxy = target->proxy,
        .connect_to = connect_to(draft),
        .insecure = target->tls.insecure,
    };
    struct http_request request = {
        .method = method,
        .url = buffer_string(&draft->url),
        .peer = &peer,
        .headers = headers,
        .header_count = draft->header_count,
        .body = buffer_slice(&draft->body),
        .timeout_ns = draft->request->timeout_ns,
        .on_bytes = draft->request->on_bytes,
        .bytes_owner = draft->request->bytes_owner,
        .body_max_bytes = REPLY_BYTES_MAX,
    };
    return http_start(http, &request, on_done, owner);
}

struct http_call *smoke_request_send(
    struct http *http, const struct smoke_request *request, http_done_fn on_done,
    void *owner, struct error *err) {
    struct draft draft;
    struct http_call *call = NULL;
    err->code = ERROR_NONE;
    draft_init(&draft, request);
    if (add_path(&draft, err) && add_headers(&draft, err) && add_body(&draft, err)) {
        call = send(&draft, http, check_method(request->check), on_done, owner);
    }
    draft_clear(&draft);
    return call;
}

void smoke_request_parts_init(struct smoke_request_parts *parts) {
    buffer_init(&parts->url, HTTP_URL_SIZE);
    buffer_init(&parts->headers, HEADER_LINES_MAX);
    buffer_init(&parts->body, BODY_BYTES_MAX);
}

void smoke_request_parts_clear(struct smoke_request_parts *parts) {
    buffer_clear(&parts->url);
    buffer_clear(&parts->headers);
    buffer_clear(&parts->body);
}

bool smoke_request_write(
    const struct smoke_request *request, struct smoke_request_parts *to,
    struct error *err) {
    struct draft draft;
    err->code = ERROR_NONE;
    draft_init(&draft, request);
    bool whole =
        add_path(&draft, err) && add_headers(&draft, err) && add_body(&draft, err);
    buffer_add(&to->url, draft.url.data, draft.url.length);
    buffer_add(&to->body, draft.body.data, draft.body.length);
    if (request->target->host[0]) {
        buffer_addf(&to->headers, "Host: %s\n", request->target->host);
    }
    const char *bytes = buffer_string(&draft.header_bytes);
    for (size_t i = 0; i < draft.header_count; i++) {
        buffer_addf(
            &to->headers, "%s: %s\n", bytes + draft.places[i].name,
            bytes + draft.places[i].value);
    }
    draft_clear(&draft);
    return whole;
}

struct http_call *smoke_request_poll(
    struct http *http, const struct smoke_request *request, const char *path,
    http_done_fn on_done, void *owner) {
    struct draft draft;
    struct error err = {0};
    draft_init(&draft, request);
    buffer_add_string(&draft.url, path);
    add_headers(&draft, &err); /* they were right for the request before */
    struct http_call *call = send(&draft, http, "GET", on_done, owner);
    draft_clear(&draft);
    return call;
}

bool smoke_request_job_path(
    const struct target *target, struct slice job, struct buffer *path) {
    const char *words = target->paths.job;
    const char *mark = strstr(words, JOB_MARK);
    if (!mark) return false;
    return buffer_add(path, words, (size_t)(mark - words)) &&
           smoke_add_value(path, job, SMOKE_IN_PATH) &&
           buffer_add_string(path, mark + strlen(JOB_MARK));
}
