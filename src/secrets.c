/* SPDX-License-Identifier: MIT */
#include "secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "core/credential.h"
#include "core/reference.h"
#include "core/url.h"

enum {
    VALUE_SIZE = TARGET_HEADER_VALUE_SIZE,
    NAME_SIZE = 256,
    FORBIDDEN_MODE = S_IRWXG | S_IRWXO,
};

_Static_assert(
    (int)TARGET_URL_SIZE <= (int)VALUE_SIZE, "URLs are filled in the same buffer");

/* Where a value goes: a secret inside a URL must not be able to end its user part. */
enum place { AS_IT_IS, INSIDE_URL };

struct filling {
    struct text text; /* the value so far */
    enum place place;
    struct redactor *redactor; /* borrowed */
};

static bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           strchr("-._~", c) != NULL;
}

static void add_encoded(struct text *text, struct slice secret) {
    for (size_t i = 0; i < secret.length; i++) {
        char c = secret.data[i];
        if (is_unreserved(c)) {
            text_add_char(text, c);
        } else {
            text_addf(text, "%%%02X", (unsigned)(unsigned char)c);
        }
    }
}

static bool has_controls(struct slice text) {
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < ' ' || c == 0x7F) return true;
    }
    return false;
}

/* A secret must be known to the redactor before it is anywhere else. */
static bool add_secret(
    struct filling *filling, struct slice secret, struct error *err) {
    if (secret.length == 0) return error_set(err, ERROR_USAGE, "it is empty");
    if (has_controls(secret)) {
        return error_set(err, ERROR_USAGE, "it holds control characters");
    }
    if (!redactor_add(filling->redactor, secret)) {
        return error_set(
            err, ERROR_USAGE,
            "a secret has %d to %d bytes, and there are at most %d of them",
            REDACT_SECRET_MIN, REDACT_SECRET_SIZE, REDACT_SECRETS_MAX);
    }
    if (filling->place == INSIDE_URL) {
        add_encoded(&filling->text, secret);
    } else {
        text_add_slice(&filling->text, secret);
    }
    return true;
}

static bool add_variable(
    struct filling *filling, struct slice name, struct error *err) {
    char variable[NAME_SIZE];
    struct text copy = TEXT_IN(variable);
    text_add_slice(&copy, name);
    const char *value = copy.truncated ? NULL : getenv(variable);
    if (!value) return error_set(err, ERROR_USAGE, "variable %s is not set", variable);
    if (add_secret(filling, slice_of(value), err)) return true;
    return error_wrap(err, "variable %s", variable);
}

static bool check_owner(int descriptor, struct error *err) {
    struct stat found;
    if (fstat(descriptor, &found) != 0) {
        return error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
    }
    if (!S_ISREG(found.st_mode)) {
        return error_set(err, ERROR_USAGE, "it is no regular file");
    }
    if (found.st_uid != geteuid()) {
        return error_set(err, ERROR_USAGE, "it belongs to somebody else");
    }
    if (found.st_mode & FORBIDDEN_MODE) {
        return error_set(
            err, ERROR_USAGE, "others may use it (mode %04o): chmod 600",
            (unsigned)found.st_mode & 07777U);
    }
    return true;
}

/* One line, with or without its end. */
static bool read_secret(
    int descriptor, char secret[REDACT_SECRET_SIZE + 2], struct slice *found,
    struct error *err) {
    size_t length = 0;
    while (length < REDACT_SECRET_SIZE + 2) {
        ssize_t got =
            read(descriptor, secret + length, REDACT_SECRET_SIZE + 2 - length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
        if (got == 0) break;
        length += (size_t)got;
    }
    if (length > 0 && secret[length - 1] == '\n') length--;
    if (length > 0 && secret[length - 1] == '\r') length--;
    *found = (struct slice){.data = secret, .length = length};
    return true;
}

static bool add_file(struct filling *filling, struct slice path, struct error *err) {
    char name[NAME_SIZE];
    char secret[REDACT_SECRET_SIZE + 2];
    struct slice found = {0};
    struct text copy = TEXT_IN(name);
    text_add_slice(&copy, path);
    if (copy.truncated) return error_set(err, ERROR_LIMIT, "the path is too long");
    /* Not blocking: the name may be that of a pipe that nobody writes to. */
    int descriptor = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (descriptor < 0) {
        return error_set(err, ERROR_USAGE, "file %s: %s", name, strerror(errno));
    }
    bool added = check_owner(descriptor, err) &&
                 read_secret(descriptor, secret, &found, err) &&
                 add_secret(filling, found, err);
    close(descriptor);
    explicit_bzero(secret, sizeof secret);
    return added || error_wrap(err, "file %s", name);
}

static bool add_piece(
    struct filling *filling, const struct reference *piece, struct error *err) {
    switch (piece->kind) {
    case REFERENCE_LITERAL: text_add_slice(&filling->text, piece->words); return true;
    case REFERENCE_ENV: return add_variable(filling, piece->words, err);
    case REFERENCE_FILE: return add_file(filling, piece->words, err);
    }
    return false;
}

/* No core file and no debugger of the same user shows what is in memory. Sanitizers
 * need to look into their own process. */
static void hide_memory(void) {
#if !defined(__SANITIZE_ADDRESS__)
    prctl(PR_SET_DUMPABLE, 0);
#endif
}

static bool fill(
    char *value, size_t size, enum place place, struct redactor *redactor,
    struct error *err) {
    char filled[VALUE_SIZE];
    struct filling filling = {
        .text = text_in(filled, size < sizeof filled ? size : sizeof filled),
        .place = place,
        .redactor = redactor};
    struct scan scan = scan_of(slice_of(value));
    struct reference piece = {0};
    struct error problem = {0};
    bool ok = true;
    while (ok && reference_next(&scan, &piece, &problem)) {
        if (piece.kind != REFERENCE_LITERAL) hide_memory();
        ok = add_piece(&filling, &piece, err);
    }
    if (ok && problem.code != ERROR_NONE) {
        *err = problem;
        ok = false;
    }
    if (ok && filling.text.truncated) {
        ok = error_set(
            err, ERROR_LIMIT, "with its secrets it is over %zu bytes", size - 1);
    }
    if (ok) memcpy(value, filled, filling.text.length + 1);
    explicit_bzero(filled, sizeof filled);
    return ok;
}

bool secrets_fill(
    char *value, size_t size, struct redactor *redactor, struct error *err) {
    return fill(value, size, AS_IT_IS, redactor, err);
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* "%40" becomes "@"; what is no escape stays as it is. */
static void add_decoded(struct text *text, struct slice encoded) {
    for (size_t i = 0; i < encoded.length; i++) {
        char c = encoded.data[i];
        bool escape = c == '%' && i + 2 < encoded.length;
        int high = escape ? hex_digit(encoded.data[i + 1]) : -1;
        int low = escape ? hex_digit(encoded.data[i + 2]) : -1;
        if (high >= 0 && low >= 0) {
            c = (char)(high << 4 | low);
            i += 2;
        }
        text_add_char(text, c);
    }
}

/* The password of a URL is a secret however it came there,
 * as it is written and as it is meant. */
static bool register_password(
    const char *url_words, struct redactor *redactor, struct error *err) {
    struct url url;
    if (!url_parse(slice_of(url_words), &url, err)) return false;
    struct scan scan = scan_of(url.userinfo);
    scan_until(&scan, ':');
    struct slice password = scan_rest(&scan);
    if (password.length == 0) return true;
    char decoded[TARGET_URL_SIZE];
    struct text text = TEXT_IN(decoded);
    add_decoded(&text, password);
    struct slice plain = {.data = decoded, .length = text.length};
    hide_memory();
    if (redactor_add(redactor, password) && redactor_add(redactor, plain)) return true;
    return error_set(
        err, ERROR_USAGE,
        "a password has at least %d bytes, or it could not be kept "
        "out of reports",
        REDACT_SECRET_MIN);
}

static bool fill_url(
    char *url, size_t size, const char *name, struct redactor *redactor,
    struct error *err) {
    struct scan scan = scan_of(slice_of(url));
    struct reference first = {0};
    struct error problem = {0};
    if (url[0] == '\0') return true;
    /* "${env:REDIS_URL}" is a whole URL and stays as it is. */
    bool whole = reference_next(&scan, &first, &problem) && scan_done(&scan) &&
                 first.kind != REFERENCE_LITERAL;
    if (fill(url, size, whole ? AS_IT_IS : INSIDE_URL, redactor, err) &&
        register_password(url, redactor, err)) {
        return true;
    }
    return error_wrap(err, "%s", name);
}

static bool fill_header(
    struct target_header *header, struct redactor *redactor, struct error *err) {
    bool literal = !strstr(header->value, "${");
    header->secret = !literal || credential_header(slice_of(header->name));
    if (!secrets_fill(header->value, sizeof header->value, redactor, err)) {
        return error_wrap(err, "header %s", header->name);
    }
    if (!literal || !header->secret) return true;
    hide_memory();
    if (redactor_add(redactor, slice_of(header->value))) return true;
    return error_set(
        err, ERROR_USAGE, "header %s: a credential has %d to %d bytes", header->name,
        REDACT_SECRET_MIN, REDACT_SECRET_SIZE);
}

static bool fill_headers(
    struct target_header *headers, uint32_t count, struct redactor *redactor,
    struct error *err) {
    for (uint32_t i = 0; i < count; i++) {
        if (!fill_header(&headers[i], redactor, err)) return false;
    }
    return true;
}

bool secrets_fill_target(
    struct target *target, struct redactor *redactor, struct error *err) {
    struct target_prometheus *prometheus = &target->prometheus;
    return fill_headers(target->headers, target->header_count, redactor, err) &&
           fill_headers(prometheus->headers, prometheus->header_count, redactor, err) &&
           fill_url(target->redis, sizeof target->redis, "redis", redactor, err) &&
           fill_url(target->proxy, sizeof target->proxy, "proxy", redactor, err);
}
