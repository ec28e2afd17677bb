/* SPDX-License-Identifier: MIT */
#include "io/http_options.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/panic.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"

enum {
    HOST_SIZE = 256,
    LINE_SIZE = 2 * HTTP_URL_SIZE,
    PIPE_BUFFER_SIZE = 16 * 1024,
};

#define DEFAULT_CONNECT_TIMEOUT_NS (5 * NS_PER_S)

/* Settings that only fail without memory. */
static void set_long(CURL *curl, CURLoption option, long value) {
    ensure(curl_easy_setopt(curl, option, value) == CURLE_OK);
}

static void set_string(CURL *curl, CURLoption option, const char *value) {
    ensure(curl_easy_setopt(curl, option, value) == CURLE_OK);
}

static void set_list(CURL *curl, CURLoption option, struct curl_slist *value) {
    ensure(curl_easy_setopt(curl, option, value) == CURLE_OK);
}

static bool given(const char *string) {
    return string && *string;
}

static long whole_ms(uint64_t duration_ns) {
    uint64_t ms = (duration_ns + NS_PER_MS - 1) / NS_PER_MS;
    return ms < 1 ? 1 : ms > INT32_MAX ? INT32_MAX : (long)ms;
}

static void add_line(struct curl_slist **list, const char *line) {
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (!longer) panic("out of memory preparing a request");
    *list = longer;
}

static void set_rules(CURL *curl) {
    set_string(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    set_string(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    set_long(curl, CURLOPT_FOLLOWLOCATION, 0L);
    set_long(curl, CURLOPT_UNRESTRICTED_AUTH, 0L);
    set_long(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    set_long(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    set_long(curl, CURLOPT_HTTP09_ALLOWED, 0L);
    set_long(curl, CURLOPT_NOSIGNAL, 1L);
    set_long(curl, CURLOPT_NOPROGRESS, 1L);
    set_long(curl, CURLOPT_BUFFERSIZE, (long)PIPE_BUFFER_SIZE);
    set_long(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    /* A name that resolves slowly must not hold up the loop when its call ends. */
    set_long(curl, CURLOPT_QUICK_EXIT, 1L);
    set_long(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}

static void set_limits(CURL *curl, const struct http_request *request) {
    ensure(request->timeout_ns > 0);
    uint64_t connect_ns = request->connect_timeout_ns ? request->connect_timeout_ns
                                                      : DEFAULT_CONNECT_TIMEOUT_NS;
    if (connect_ns > request->timeout_ns) connect_ns = request->timeout_ns;
    set_long(curl, CURLOPT_TIMEOUT_MS, whole_ms(request->timeout_ns));
    set_long(curl, CURLOPT_CONNECTTIMEOUT_MS, whole_ms(connect_ns));
    set_long(curl, CURLOPT_FRESH_CONNECT, request->new_connection ? 1L : 0L);
    set_long(curl, CURLOPT_FORBID_REUSE, request->new_connection ? 1L : 0L);
}

static void set_tls(CURL *curl, const struct http_peer *peer) {
    if (given(peer->ca)) set_string(curl, CURLOPT_CAINFO, peer->ca);
    if (given(peer->cert)) set_string(curl, CURLOPT_SSLCERT, peer->cert);
    if (given(peer->key)) set_string(curl, CURLOPT_SSLKEY, peer->key);
    set_long(curl, CURLOPT_SSL_VERIFYPEER, peer->insecure ? 0L : 1L);
    set_long(curl, CURLOPT_SSL_VERIFYHOST, peer->insecure ? 0L : 2L);
}

static void set_way(CURL *curl, const struct http_peer *peer) {
    /* An empty proxy is a decision: the environment is never asked. */
    set_string(curl, CURLOPT_PROXY, peer->proxy ? peer->proxy : "");
    set_string(curl, CURLOPT_NOPROXY, "");
    if (given(peer->unix_socket)) {
        set_string(curl, CURLOPT_UNIX_SOCKET_PATH, peer->unix_socket);
    }
}

static void set_body(CURL *curl, struct slice body) {
    curl_off_t length = (curl_off_t)body.length;
    set_long(curl, CURLOPT_POST, 1L);
    ensure(!curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, length));
    ensure(!curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, length ? body.data : ""));
}

static void set_method(CURL *curl, const struct http_request *request) {
    const char *method = request->method ? request->method : "GET";
    if (strcmp(method, "HEAD") == 0) {
        set_long(curl, CURLOPT_NOBODY, 1L);
        return;
    }
    if (request->body.length > 0 || strcmp(method, "POST") == 0) {
        set_body(curl, request->body);
    }
    set_string(curl, CURLOPT_CUSTOMREQUEST, method);
}

static void add_header(
    struct http_options *options, const char *name, const char *value) {
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    /* curl reads "Name:" as: leave it out. */
    if (*value) {
        text_addf(&text, "%s: %s", name, value);
    } else {
        text_addf(&text, "%s;", name);
    }
    ensure(!text.truncated);
    add_line(&options->headers, line);
}

static bool set_headers(
    struct http_options *options, CURL *curl, const struct http_request *request,
    struct error *err) {
    bool has_type = false;
    for (size_t i = 0; i < request->header_count; i++) {
        const struct http_header *header = &request->headers[i];
        if (strlen(header->name) + strlen(header->value) > LINE_SIZE - 4) {
            return error_set(err, ERROR_USAGE, "header %zu is too long", i + 1);
        }
        if (strcasecmp(header->name, "Content-Type") == 0) has_type = true;
        add_header(options, header->name, header->value);
    }
    add_line(&options->headers, "Expect:"); /* never wait for a 100 */
    if (!has_type) add_line(&options->headers, "Content-Type:");
    set_list(curl, CURLOPT_HTTPHEADER, options->headers);
    return true;
}

/* The parts of a URL that decide who is spoken to. */
struct address {
    char scheme[16];
    char host[HOST_SIZE];
    char port[8];
};

static bool take_part(CURLU *url, CURLUPart part, char *to, size_t size) {
    char *value = NULL;
    if (curl_url_get(url, part, &value, CURLU_DEFAULT_PORT) != CURLUE_OK) return false;
    bool fits = text_copy(to, size, value);
    curl_free(value);
    return fits;
}

static bool read_url(
    CURLU *url, const char *string, struct address *address, struct error *err) {
    CURLUcode code = curl_url_set(url, CURLUPART_URL, string, 0);
    if (code != CURLUE_OK) {
        return error_set(err, ERROR_USAGE, "the URL: %s", curl_url_strerror(code));
    }
    if (!take_part(url, CURLUPART_SCHEME, address->scheme, sizeof address->scheme) ||
        (strcmp(address->scheme, "http") != 0 &&
         strcmp(address->scheme, "https") != 0)) {
        return error_set(err, ERROR_USAGE, "the URL: neither http nor https");
    }
    if (!take_part(url, CURLUPART_HOST, address->host, sizeof address->host) ||
        !take_part(url, CURLUPART_PORT, address->port, sizeof address->port)) {
        return error_set(err, ERROR_USAGE, "the URL: no host that can be used");
    }
    return true;
}

/* "host:port:addr:port" lines; what was meant for the URL's host is kept for the name
 * that stands in for it. */
static void add_connect_to(
    struct http_options *options, const char *lines, const char *host,
    const char *name) {
    struct scan scan = scan_of(slice_of(lines));
    struct slice line;
    while (scan_line(&scan, &line)) {
        char copy[LINE_SIZE];
        struct text text = TEXT_IN(copy);
        size_t length = strlen(host);
        if (given(name) && slice_starts_with(line, host) && line.length > length &&
            line.data[length] == ':') {
            text_add(&text, name);
            line.data += length;
            line.length -= length;
        }
        text_add_slice(&text, line);
        if (!text.truncated && text.length > 0) add_line(&options->connect_to, copy);
    }
}

/* curl takes the name for SNI and the certificate from the URL alone:
 * so the URL gets the name, the connection goes where
 * it would have gone, and Host stays what it was. */
static bool use_server_name(
    struct http_options *options, CURLU *url, const struct address *address,
    const struct http_peer *peer, struct error *err) {
    if (!given(peer->server_name) || strcmp(address->scheme, "https") != 0) return true;
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    text_addf(
        &text, "%s:%s:%s:%s", peer->server_name, address->port, address->host,
        address->port);
    if (text.truncated ||
        curl_url_set(url, CURLUPART_HOST, peer->server_name, 0) != CURLUE_OK) {
        return error_set(err, ERROR_USAGE, "the server name cannot be used");
    }
    add_line(&options->connect_to, line);
    if (given(peer->host)) return true;

    char host[HOST_SIZE + 8];
    bool usual = strcmp(address->port, "443") == 0;
    snprintf(
        host, sizeof host, "%s%s%s", address->host, usual ? "" : ":",
        usual ? "" : address->port);
    add_header(options, "Host", host);
    return true;
}

static bool set_address(
    struct http_options *options, CURL *curl, CURLU *url,
    const struct http_request *request, struct error *err) {
    struct address address = {0};
    if (!read_url(url, request->url, &address, err)) return false;
    char peer[HOST_SIZE + 16];
    snprintf(peer, sizeof peer, "%s:%s", address.host, address.port);
    safe_text_copy(options->peer, sizeof options->peer, slice_of(peer));

    if (given(request->peer->connect_to)) {
        const char *name = request->peer->server_name;
        add_connect_to(options, request->peer->connect_to, address.host, name);
    }
    if (given(request->peer->host)) add_header(options, "Host", request->peer->host);
    if (!use_server_name(options, url, &address, request->peer, err)) return false;
    if (options->connect_to) set_list(curl, CURLOPT_CONNECT_TO, options->connect_to);

    char *whole = NULL;
    if (curl_url_get(url, CURLUPART_URL, &whole, 0) != CURLUE_OK) {
        return error_set(err, ERROR_USAGE, "the URL cannot be used");
    }
    set_string(curl, CURLOPT_URL, whole);
    curl_free(whole);
    return true;
}

bool http_options_apply(
    struct http_options *options, void *curl, const struct http_request *given_request,
    struct error *err) {
    static const struct http_peer nobody_special = {0};
    struct http_request request = *given_request;
    if (!request.peer) request.peer = &nobody_special;

    CURLU *url = curl_url();
    if (!url) panic("out of memory preparing a request");
    bool applied = set_address(options, curl, url, &request, err);
    curl_url_cleanup(url);
    if (!applied || !set_headers(options, curl, &request, err)) return false;
    set_rules(curl);
    set_limits(curl, &request);
    set_tls(curl, request.peer);
    set_way(curl, request.peer);
    set_method(curl, &request);
    return true;
}

void http_options_clear(struct http_options *options) {
    curl_slist_free_all(options->headers);
    curl_slist_free_all(options->connect_to);
    *options = (struct http_options){0};
}
