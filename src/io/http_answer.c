/* SPDX-License-Identifier: MIT */
#include "io/http_answer.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"

enum { BODY_DEFAULT = 1024 * 1024 };

_Static_assert((int)HTTP_WORDS_SIZE >= (int)CURL_ERROR_SIZE, "curl's words must fit");

static size_t refuse_reply(
    struct http_answer *answer, enum error_code code, const char *words) {
    error_set(&answer->error, code, "%s: %s", answer->peer, words);
    return 0;
}

static size_t on_body(char *bytes, size_t one, size_t length, void *owner) {
    struct http_answer *answer = owner;
    (void)one;
    answer->body_seen = true;
    if (buffer_add(&answer->body, bytes, length)) {
        struct slice piece = {.data = bytes, .length = length};
        if (answer->on_bytes) answer->on_bytes(answer->bytes_owner, piece);
        return length;
    }
    char words[64];
    snprintf(words, sizeof words, "a body of more than %zu bytes", answer->body.limit);
    return refuse_reply(answer, ERROR_LIMIT, words);
}

static void keep_header(
    struct http_answer *answer, struct slice name, struct slice value) {
    struct buffer *to = &answer->header_bytes;
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        buffer_add_char(to, c >= 'A' && c <= 'Z' ? (char)(c | 32) : c);
    }
    buffer_add_char(to, '\0');
    buffer_add(to, value.data, value.length);
    buffer_add_char(to, '\0');
    answer->header_count++;
}

/* Two lengths that differ are two ways to read
 * the answer: curl believes the last one. */
static bool contradicts(
    const struct http_answer *answer, struct slice name, struct slice value) {
    static const char length_name[] = "content-length";
    if (name.length != sizeof length_name - 1) return false;
    if (strncasecmp(name.data, length_name, name.length) != 0) return false;
    struct scan scan = scan_of(buffer_slice(&answer->header_bytes));
    while (!scan_done(&scan)) {
        struct slice kept_name = scan_until(&scan, '\0');
        struct slice kept = scan_until(&scan, '\0');
        if (!slice_equals(kept_name, length_name)) continue;
        if (kept.length != value.length) return true;
        if (memcmp(kept.data, value.data, value.length) != 0) return true;
    }
    return false;
}

static size_t on_header(char *bytes, size_t one, size_t length, void *owner) {
    struct http_answer *answer = owner;
    (void)one;
    answer->header_bytes_seen += length;
    if (answer->header_bytes_seen > HTTP_HEADER_BYTES_MAX) {
        return refuse_reply(answer, ERROR_LIMIT, "too many bytes of headers");
    }
    if (memchr(bytes, '\0', length)) {
        return refuse_reply(answer, ERROR_PROTOCOL, "a NUL in the headers");
    }
    struct slice line = {.data = bytes, .length = length};
    while (line.length > 0 && strchr("\r\n", line.data[line.length - 1])) line.length--;
    if (answer->body_seen) return length;

    if (slice_starts_with(line, "HTTP/")) { /* also the one after a 1xx */
        buffer_reset(&answer->header_bytes);
        answer->header_count = 0;
        answer->head_ended = false;
        return length;
    }
    if (line.length == 0) answer->head_ended = true;
    struct scan scan = scan_of(line);
    struct slice name = scan_until(&scan, ':');
    if (name.length == line.length) return length;
    if (answer->header_count == HTTP_HEADERS_MAX) {
        return refuse_reply(answer, ERROR_LIMIT, "too many headers");
    }
    name = slice_trim(name);
    struct slice value = slice_trim(scan_rest(&scan));
    if (contradicts(answer, name, value)) {
        return refuse_reply(answer, ERROR_PROTOCOL, "two lengths of one body");
    }
    keep_header(answer, name, value);
    return length;
}

void http_answer_init(
    struct http_answer *answer, void *curl, const struct http_request *request) {
    size_t body_max = request->body_max_bytes ? request->body_max_bytes : BODY_DEFAULT;
    buffer_init(&answer->header_bytes, HTTP_HEADER_BYTES_MAX + 2 * HTTP_HEADERS_MAX);
    buffer_init(&answer->body, body_max);
    answer->on_bytes = request->on_bytes;
    answer->bytes_owner = request->bytes_owner;
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, answer->words);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, answer);
    /* A HEAD may announce any size; a body that is announced too large is not begun. */
    bool head = request->method && strcmp(request->method, "HEAD") == 0;
    curl_off_t announced_max = head ? 0 : (curl_off_t)body_max;
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, announced_max);
}

void http_answer_clear(struct http_answer *answer) {
    buffer_clear(&answer->header_bytes);
    buffer_clear(&answer->body);
}

static uint64_t time_of(CURL *curl, CURLINFO which) {
    curl_off_t us = 0;
    curl_easy_getinfo(curl, which, &us);
    return us > 0 ? (uint64_t)us * NS_PER_US : 0;
}

static uint64_t connect_time(CURL *curl) {
    long connections = 0;
    curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &connections);
    if (connections == 0) return 0;
    uint64_t tls_ns = time_of(curl, CURLINFO_APPCONNECT_TIME_T);
    return tls_ns ? tls_ns : time_of(curl, CURLINFO_CONNECT_TIME_T);
}

static void explain_timeout(struct http_answer *answer, CURL *curl) {
    char limit[16];
    struct text text = TEXT_IN(limit);
    units_add_duration(&text, time_of(curl, CURLINFO_TOTAL_TIME_T));
    const char *what = "the answer was not complete";
    if (answer->header_bytes_seen == 0) what = "no answer";
    if (time_of(curl, CURLINFO_PRETRANSFER_TIME_T) == 0) what = "no connection";
    error_set(
        &answer->error, ERROR_TIMEOUT, "%s: %s after %s", answer->peer, what, limit);
}

static enum error_code code_of(const struct http_answer *answer, CURLcode result) {
    switch ((int)result) {
    case CURLE_OPERATION_TIMEDOUT: return ERROR_TIMEOUT;
    case CURLE_URL_MALFORMAT: return ERROR_USAGE;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY: return ERROR_CONNECT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_SHUTDOWN_FAILED:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT: return ERROR_TLS;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR: return ERROR_LOST;
    case CURLE_RECV_ERROR: /* also for chunks that make no sense */
        return strstr(answer->words, "chunked") ? ERROR_PROTOCOL : ERROR_LOST;
    case CURLE_FILESIZE_EXCEEDED:
    case CURLE_OUT_OF_MEMORY: return ERROR_LIMIT; /* see words_of() */
    default: return ERROR_PROTOCOL;
    }
}

/* With TLS 1.3 a server refuses a client that has no
 * certificate only after the handshake: the client hears of it,
 * or of the end of the connection, whichever is first. */
static bool is_turned_away(
    const struct http_answer *answer, CURL *curl, CURLcode result) {
    if (strstr(answer->words, "certificate required")) return true;
    long number = 0;
    bool ended = result == CURLE_SEND_ERROR || result == CURLE_RECV_ERROR;
    if (!ended || answer->header_bytes_seen > 0) return false;
    curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &number);
    return number > 0 && time_of(curl, CURLINFO_APPCONNECT_TIME_T) > 0;
}

static const char *words_of_refusal(const struct http_answer *answer) {
    if (strstr(answer->words, "certificate required")) {
        return "a client certificate is required (`cert` and `key` of the target's "
               "`tls`)";
    }
    return "the connection ended right after the TLS handshake; a client certificate "
           "may be required (`cert` and `key` of the target's `tls`)";
}

/* curl's own words, and ours where they say more. */
static const char *words_of(
    const struct http_answer *answer, CURL *curl, CURLcode result) {
    long number = 0;
    if (is_turned_away(answer, curl, result)) return words_of_refusal(answer);
    switch ((int)result) {
    case CURLE_COULDNT_CONNECT:
        curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &number);
        if (number > 0 && strerrordesc_np((int)number)) {
            return strerrordesc_np((int)number);
        }
        break;
    case CURLE_COULDNT_RESOLVE_HOST: return "no address for this name";
    case CURLE_GOT_NOTHING: return "the connection ended without an answer";
    case CURLE_PARTIAL_FILE: return "the connection ended inside the answer";
    case CURLE_FILESIZE_EXCEEDED: return "the body is announced too large";
    case CURLE_OUT_OF_MEMORY:
        if (answer->header_bytes_seen > 0) return "a header of more than 100 KiB";
        break;
    default: break;
    }
    return answer->words[0] ? answer->words : curl_easy_strerror(result);
}

static void explain(struct http_answer *answer, CURL *curl, CURLcode result) {
    if (answer->error.code != ERROR_NONE || result == CURLE_OK) return;
    if (result == CURLE_OPERATION_TIMEDOUT) {
        explain_timeout(answer, curl);
        return;
    }
    char safe[200]; /* curl quotes what the peer sent */
    safe_text_copy(safe, sizeof safe, slice_of(words_of(answer, curl, result)));
    bool turned_away = is_turned_away(answer, curl, result);
    enum error_code code = turned_away ? ERROR_TLS : code_of(answer, result);
    error_set(&answer->error, code, "%s: %s", answer->peer, safe);
}

/* curl takes a connection that ends between two headers for the end of a reply. */
static void check_head(struct http_answer *answer) {
    if (answer->error.code != ERROR_NONE || answer->head_ended) return;
    error_set(
        &answer->error, ERROR_PROTOCOL, "%s: the connection ended inside the headers",
        answer->peer);
}

static void list_headers(struct http_answer *answer, struct http_header *headers) {
    const char *at = buffer_string(&answer->header_bytes);
    for (uint32_t i = 0; i < answer->header_count; i++) {
        headers[i].name = at;
        at += strlen(at) + 1;
        headers[i].value = at;
        at += strlen(at) + 1;
    }
}

void http_answer_reply(
    struct http_answer *answer, void *curl, int result, struct http_header *headers,
    struct http_reply *reply) {
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    explain(answer, curl, (CURLcode)result);
    check_head(answer);
    list_headers(answer, headers);
    reply->error = answer->error;
    reply->status = (unsigned)status;
    reply->body = buffer_slice(&answer->body);
    reply->headers = headers;
    reply->header_count = answer->header_count;
    if (answer->header_bytes_seen > 0) {
        reply->first_byte_ns = time_of(curl, CURLINFO_STARTTRANSFER_TIME_T);
    }
    reply->total_ns = time_of(curl, CURLINFO_TOTAL_TIME_T);
    reply->connect_ns = connect_time(curl);
}
