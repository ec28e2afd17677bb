/* SPDX-License-Identifier: MIT */
#include "probes/fetch.h"

#include <string.h>

#include "base/text.h"
#include "core/url.h"

enum {
    STATUS_OK = 200,
    STATUS_REDIRECT = 300,
    STATUS_CLIENT_ERROR = 400,
    STATUS_UNAUTHORISED = 401,
    STATUS_FORBIDDEN = 403,
    STATUS_NOT_FOUND = 404,
    STATUS_NOT_ALLOWED = 405,
    STATUS_GONE = 410,
    STATUS_NOT_IMPLEMENTED = 501,
};

/* The target's own lines, and one that leads the instance's host to its address. */
static void add_connect_to(struct text *text, const struct instance *instance) {
    const struct target *target = instance->context->target;
    for (uint32_t i = 0; i < target->connect_to_count; i++) {
        const struct target_connect_to *line = &target->connect_to[i];
        text_addf(text, "%s%s:%s", text->length ? "\n" : "", line->from, line->to);
    }
    struct url url;
    struct error err;
    if (!instance->address[0]) return;
    if (!url_parse(slice_of(instance->url), &url, &err)) return;
    bool brackets = memchr(url.host.data, ':', url.host.length) != NULL;
    text_addf(
        text, "%s%s%.*s%s:%u:%s", text->length ? "\n" : "", brackets ? "[" : "",
        (int)url.host.length, url.host.data, brackets ? "]" : "", url.port,
        instance->address);
}

struct http_call *fetch_start(
    const struct instance *instance, const struct fetch *fetch, http_done_fn on_done,
    void *owner) {
    const struct target *target = instance->context->target;
    char url_data[HTTP_URL_SIZE];
    char connect_data[TARGET_CONNECT_TO_MAX * INSTANCE_CONNECT_SIZE];
    struct text url = TEXT_IN(url_data);
    struct text connect_to = TEXT_IN(connect_data);
    text_add(&url, instance->url);
    text_add(&url, fetch->path);
    add_connect_to(&connect_to, instance);

    struct http_header headers[TARGET_HEADERS_MAX];
    for (uint32_t i = 0; i < target->header_count; i++) {
        headers[i] = (struct http_header){
            .name = target->headers[i].name, .value = target->headers[i].value};
    }
    const struct http_peer peer = {
        .ca = target->tls.ca,
        .cert = target->tls.cert,
        .key = target->tls.key,
        .server_name = target->tls.server_name,
        .host = target->host[0] ? target->host : NULL,
        .proxy = target->proxy[0] ? target->proxy : NULL,
        .connect_to = connect_to.length ? connect_data : NULL,
        .insecure = target->tls.insecure,
    };
    const struct http_request request = {
        .url = url_data,
        .peer = &peer,
        .headers = headers,
        .header_count = target->header_count,
        .timeout_ns = fetch->timeout_ns,
        .body_max_bytes = fetch->body_max_bytes,
        .new_connection = fetch->new_connection,
    };
    return http_start(instance->context->http, &request, on_done, owner);
}

static bool is_absent(unsigned status) {
    return status == STATUS_NOT_FOUND || status == STATUS_NOT_ALLOWED ||
           status == STATUS_GONE || status == STATUS_NOT_IMPLEMENTED;
}

static const char *words_for(unsigned status) {
    if (status == STATUS_UNAUTHORISED || status == STATUS_FORBIDDEN) {
        return ": not authorised";
    }
    if (is_absent(status)) return ": no such path";
    if (status >= STATUS_REDIRECT && status < STATUS_CLIENT_ERROR) {
        return ": redirects are not followed";
    }
    return "";
}

bool fetch_succeeded(
    struct subject *subject, const struct fetch *fetch,
    const struct http_reply *reply) {
    if (reply->error.code != ERROR_NONE) {
        subject_failed(subject, &reply->error);
        return false;
    }
    subject_set_reply(subject, reply);
    if (reply->status >= STATUS_OK && reply->status < STATUS_REDIRECT) return true;
    /* What a bare URL never had is not missed; what it had and lost is. */
    bool had = subject->part.answered_ns != 0;
    bool missed = !fetch->optional && (had || !subject->context->target->bare);
    if (is_absent(reply->status) && !missed) {
        subject_gone(subject);
        return false;
    }
    subject_say(
        subject, PART_BAD, "HTTP %u%s", reply->status, words_for(reply->status));
    return false;
}
