/* SPDX-License-Identifier: MIT */
#include "io/http_wire.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

enum { PORT_USUAL = 80 };

static bool given(const char *string) {
    return string && *string;
}

static bool is_head(const struct http_request *request) {
    return request->method && strcmp(request->method, "HEAD") == 0;
}

static bool is_post(const struct http_request *request) {
    return request->method && strcmp(request->method, "POST") == 0;
}

static bool has_plain_form(const struct http_request *request) {
    if (is_post(request)) return request->body.length <= HTTP_WIRE_BODY_MAX;
    bool get = !request->method || strcmp(request->method, "GET") == 0;
    return (get || is_head(request)) && request->body.length == 0;
}

static bool goes_straight(const struct http_peer *peer) {
    return !peer || (!given(peer->proxy) && !given(peer->connect_to) &&
                     !given(peer->unix_socket));
}

/* Headers that say how the message is framed or what becomes of the connection. */
static bool is_special(const char *name) {
    static const char *const names[] = {
        "Host",    "Connection", "Content-Length", "Transfer-Encoding", "Expect",
        "Upgrade", "TE",         "Trailer",        "Keep-Alive"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcasecmp(name, names[i]) == 0) return true;
    }
    return strncasecmp(name, "Proxy-", strlen("Proxy-")) == 0;
}

static bool has_plain_headers(const struct http_request *request) {
    for (size_t i = 0; i < request->header_count; i++) {
        const struct http_header *header = &request->headers[i];
        if (is_special(header->name)) return false;
        if (strlen(header->name) + strlen(header->value) > HTTP_URL_SIZE) return false;
    }
    return true;
}

/* What may stand as it is in a request line: no fragment, and no steps up and down that
 * somebody would have to resolve. */
static bool is_plain_path(struct slice path) {
    for (size_t i = 0; i < path.length; i++) {
        char c = path.data[i];
        if (c == '#' || c == '\\') return false;
        if (c == '?') return true;
        if (c == '.' && i > 0 && path.data[i - 1] == '/') return false;
    }
    return true;
}

/* Names, and addresses as they are usually written: "127.1" is one, too. */
static bool is_plain_host(const char *host) {
    struct in6_addr address;
    if (strchr(host, ':')) return inet_pton(AF_INET6, host, &address) == 1;
    const char *last = strrchr(host, '.');
    last = last ? last + 1 : host;
    bool numeric = *last >= '0' && *last <= '9';
    return *last && (!numeric || inet_pton(AF_INET, host, &address) == 1);
}

static bool take_peer(struct http_wire *wire) {
    struct text host = TEXT_IN(wire->host);
    struct text name = TEXT_IN(wire->name);
    text_add_slice(&host, wire->url.host);
    wire->port = wire->url.port;
    bool v6 = strchr(wire->host, ':') != NULL;
    text_addf(
        &name, "%s%s%s:%u", v6 ? "[" : "", wire->host, v6 ? "]" : "", wire->url.port);
    return !host.truncated && !name.truncated && is_plain_host(wire->host);
}

bool http_wire_read(const struct http_request *request, struct http_wire *wire) {
    struct error err;
    return has_plain_form(request) && goes_straight(request->peer) &&
           has_plain_headers(request) &&
           url_parse(slice_of(request->url), &wire->url, &err) &&
           slice_equals(wire->url.scheme, "http") && wire->url.userinfo.length == 0 &&
           is_plain_path(wire->url.path) && take_peer(wire);
}

static void write_host(
    const struct http_wire *wire, const struct http_request *request,
    struct buffer *bytes) {
    buffer_add_string(bytes, "Host: ");
    if (request->peer && given(request->peer->host)) {
        buffer_add_string(bytes, request->peer->host);
    } else if (wire->url.port != PORT_USUAL) {
        buffer_add_string(bytes, wire->name);
    } else {
        const char *colon = strrchr(wire->name, ':');
        buffer_add(bytes, wire->name, (size_t)(colon - wire->name));
    }
    buffer_add_string(bytes, "\r\n");
}

static bool has_header(const struct http_request *request, const char *name) {
    for (size_t i = 0; i < request->header_count; i++) {
        if (strcasecmp(request->headers[i].name, name) == 0) return true;
    }
    return false;
}

bool http_wire_write(
    const struct http_wire *wire, const struct http_request *request,
    struct buffer *bytes) {
    struct slice path = wire->url.path;
    buffer_add_string(bytes, request->method ? request->method : "GET");
    buffer_add_char(bytes, ' ');
    if (path.length == 0 || *path.data != '/') buffer_add_char(bytes, '/');
    buffer_add(bytes, path.data, path.length);
    buffer_add_string(bytes, " HTTP/1.1\r\n");
    write_host(wire, request, bytes);
    if (!has_header(request, "Accept")) buffer_add_string(bytes, "Accept: */*\r\n");
    for (size_t i = 0; i < request->header_count; i++) {
        const struct http_header *header = &request->headers[i];
        buffer_add_string(bytes, header->name);
        buffer_add_string(bytes, *header->value ? ": " : ":");
        buffer_add_string(bytes, header->value);
        buffer_add_string(bytes, "\r\n");
    }
    if (is_post(request)) {
        buffer_addf(bytes, "Content-Length: %zu\r\n", request->body.length);
    }
    buffer_add_string(bytes, "\r\n");
    buffer_add(bytes, request->body.data, request->body.length);
    return !bytes->overflow;
}
