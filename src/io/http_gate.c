/* SPDX-License-Identifier: MIT */
#include "io/http_gate.h"

#include <string.h>
#include <strings.h>

static bool is_token(const char *name) {
    static const char extra[] = "!#$%&'*+-.^_`|~";
    if (!*name) return false;
    for (; *name; name++) {
        bool digit = *name >= '0' && *name <= '9';
        bool letter = (*name | 32) >= 'a' && (*name | 32) <= 'z';
        if (!digit && !letter && !strchr(extra, *name)) return false;
    }
    return true;
}

static bool is_one_line(const char *value) {
    for (; *value; value++) {
        unsigned char c = (unsigned char)*value;
        if ((c < ' ' && c != '\t') || c == 127) return false;
    }
    return true;
}

static bool only_reads(const struct http_request *request) {
    return !request->method || strcmp(request->method, "GET") == 0 ||
           strcmp(request->method, "HEAD") == 0;
}

/* Headers with which some frameworks turn a GET into something else. */
static bool hides_method(const char *name) {
    static const char *const names[] = {
        "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcasecmp(name, names[i]) == 0) return true;
    }
    return false;
}

static bool check_read_only(const struct http_request *request, struct error *err) {
    if (!only_reads(request)) {
        return error_set(
            err, ERROR_FORBIDDEN, "read-only: %s is not allowed", request->method);
    }
    if (request->body.length > 0) {
        return error_set(err, ERROR_FORBIDDEN, "read-only: a body is not allowed");
    }
    for (size_t i = 0; i < request->header_count; i++) {
        const char *name = request->headers[i].name;
        if (!hides_method(name)) continue;
        return error_set(
            err, ERROR_FORBIDDEN, "read-only: the header %s is not allowed", name);
    }
    return true;
}

static bool check_form(const struct http_request *request, struct error *err) {
    if (request->method && !is_token(request->method)) {
        return error_set(err, ERROR_USAGE, "the method is not a word");
    }
    if (strnlen(request->url, HTTP_URL_SIZE) == HTTP_URL_SIZE) {
        return error_set(
            err, ERROR_USAGE, "a URL of more than %d bytes", HTTP_URL_SIZE - 1);
    }
    if (request->body_max_bytes > HTTP_BODY_MAX) {
        return error_set(
            err, ERROR_USAGE, "bodies end at %d bytes at most", HTTP_BODY_MAX);
    }
    for (size_t i = 0; i < request->header_count; i++) {
        const struct http_header *header = &request->headers[i];
        if (is_token(header->name) && is_one_line(header->value)) continue;
        return error_set(err, ERROR_USAGE, "header %zu cannot be sent", i + 1);
    }
    if (request->peer && request->peer->host && !is_one_line(request->peer->host)) {
        return error_set(err, ERROR_USAGE, "the host cannot be sent");
    }
    return true;
}

bool http_gate_lets_out(
    enum http_authority authority, const struct http_request *request,
    struct error *err) {
    if (authority == HTTP_READ_ONLY && !check_read_only(request, err)) return false;
    return check_form(request, err);
}
