/* SPDX-License-Identifier: MIT */
#include "base/redact.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/safe_text.h"

/* A secret as it is and sanitised, in base64 at the three places it can have in a
 * longer text, the same in base64url, and percent-encoded in both cases. */
enum { BASE64_PLACES = 3, FORMS_MAX = 2 + 2 * BASE64_PLACES + 2 };

struct form {
    char *bytes;
    size_t length;
};

struct secret {
    struct form forms[FORMS_MAX];
    size_t count;
};

struct redactor {
    struct secret secrets[REDACT_SECRETS_MAX];
    size_t count;
};

static const char stars[] = "***";

struct redactor *redactor_new(void) {
    return memory_new(sizeof(struct redactor));
}

static void secret_clear(struct secret *secret) {
    for (size_t i = 0; i < secret->count; i++) {
        explicit_bzero(secret->forms[i].bytes, secret->forms[i].length);
        free(secret->forms[i].bytes);
    }
}

void redactor_free(struct redactor *redactor) {
    if (!redactor) return;
    for (size_t i = 0; i < redactor->count; i++) secret_clear(&redactor->secrets[i]);
    free(redactor);
}

static void add_form(struct secret *secret, const char *bytes, size_t length) {
    for (size_t i = 0; i < secret->count; i++) {
        const struct form *known = &secret->forms[i];
        if (known->length == length && memcmp(known->bytes, bytes, length) == 0) return;
    }
    secret->forms[secret->count++] =
        (struct form){.bytes = memory_copy_bytes(bytes, length), .length = length};
}

/* The characters of base64 that depend on the secret alone when `place` bytes of
 * something else stand in front of it in its group of three. RFC 4648. */
static size_t base64_inside(
    struct slice secret, unsigned place, const char last_two[2], char *out) {
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    size_t bits = (place + secret.length) * 8;
    size_t first = (place * 8 + 5) / 6;
    size_t length = 0;
    for (size_t at = first; (at + 1) * 6 <= bits; at++) {
        unsigned six = 0;
        for (size_t bit = at * 6; bit < (at + 1) * 6; bit++) {
            uint8_t byte = (uint8_t)secret.data[bit / 8 - place];
            six = six << 1 | ((unsigned)byte >> (7 - bit % 8) & 1U);
        }
        out[length++] = six < 62 ? letters[six] : last_two[six - 62];
    }
    return length;
}

static bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~", c));
}

static size_t percent_encode(struct slice secret, const char *digits, char *out) {
    size_t length = 0;
    for (size_t i = 0; i < secret.length; i++) {
        uint8_t byte = (uint8_t)secret.data[i];
        if (is_unreserved(secret.data[i])) {
            out[length++] = secret.data[i];
            continue;
        }
        out[length++] = '%';
        out[length++] = digits[byte >> 4];
        out[length++] = digits[byte & 0xF];
    }
    return length;
}

static size_t sanitise(struct slice secret, char *out, size_t size) {
    struct text text = text_in(out, size);
    safe_text_add(&text, secret);
    return text.truncated ? 0 : text.length;
}

bool redactor_add(struct redactor *redactor, struct slice secret) {
    if (secret.length < REDACT_SECRET_MIN || secret.length > REDACT_SECRET_SIZE) {
        return false;
    }
    if (redactor->count == REDACT_SECRETS_MAX) return false;

    struct secret *entry = &redactor->secrets[redactor->count++];
    char encoded[REDACT_SECRET_SIZE * 4];
    add_form(entry, secret.data, secret.length);
    size_t shown = sanitise(secret, encoded, sizeof encoded);
    if (shown >= REDACT_SECRET_MIN) add_form(entry, encoded, shown);
    for (unsigned place = 0; place < BASE64_PLACES; place++) {
        add_form(entry, encoded, base64_inside(secret, place, "+/", encoded));
        add_form(entry, encoded, base64_inside(secret, place, "-_", encoded));
    }
    add_form(entry, encoded, percent_encode(secret, "0123456789ABCDEF", encoded));
    add_form(entry, encoded, percent_encode(secret, "0123456789abcdef", encoded));
    explicit_bzero(encoded, sizeof encoded);
    return true;
}

bool redactor_secret(
    const struct redactor *redactor, size_t index, struct slice *secret) {
    if (!redactor || index >= redactor->count) return false;
    const struct form *plain = &redactor->secrets[index].forms[0];
    *secret = (struct slice){.data = plain->bytes, .length = plain->length};
    return true;
}

static size_t form_begun(const struct form *form, struct slice bytes) {
    size_t length = form->length - 1 < bytes.length ? form->length - 1 : bytes.length;
    for (; length >= REDACT_SECRET_MIN; length--) {
        const char *tail = bytes.data + bytes.length - length;
        if (memcmp(form->bytes, tail, length) == 0) return length;
    }
    return 0;
}

size_t redactor_begun(const struct redactor *redactor, struct slice bytes) {
    size_t longest = 0;
    for (size_t i = 0; redactor && i < redactor->count; i++) {
        const struct secret *secret = &redactor->secrets[i];
        for (size_t k = 0; k < secret->count; k++) {
            size_t length = form_begun(&secret->forms[k], bytes);
            if (length > longest) longest = length;
        }
    }
    return longest;
}

static bool form_at(const struct form *form, struct slice rest) {
    return form->length <= rest.length &&
           memcmp(form->bytes, rest.data, form->length) == 0;
}

/* The longest form of a secret that `rest` begins with; 0 for none. */
static size_t secret_at(const struct redactor *redactor, struct slice rest) {
    size_t longest = 0;
    for (size_t i = 0; i < redactor->count; i++) {
        const struct secret *secret = &redactor->secrets[i];
        for (size_t k = 0; k < secret->count; k++) {
            const struct form *form = &secret->forms[k];
            if (form->length > longest && form_at(form, rest)) longest = form->length;
        }
    }
    return longest;
}

/* Takes the bytes up to the next secret, and that secret. */
static struct slice next_clean(
    const struct redactor *redactor, struct scan *scan, bool *hidden) {
    struct slice clean = scan_rest(scan);
    *hidden = false;
    if (!redactor || redactor->count == 0) {
        scan->at = scan->end;
        return clean;
    }
    for (; !scan_done(scan); scan->at++) {
        size_t length = secret_at(redactor, scan_rest(scan));
        if (length == 0) continue;
        clean.length = (size_t)(scan->at - clean.data);
        scan->at += length;
        *hidden = true;
        return clean;
    }
    return clean;
}

void redact_add(
    const struct redactor *redactor, struct text *text, struct slice bytes) {
    struct scan scan = scan_of(bytes);
    while (!scan_done(&scan)) {
        bool hidden = false;
        text_add_slice(text, next_clean(redactor, &scan, &hidden));
        if (hidden) text_add(text, stars);
    }
}

bool redact_add_to_buffer(
    const struct redactor *redactor, struct buffer *buffer, struct slice bytes) {
    struct scan scan = scan_of(bytes);
    while (!scan_done(&scan)) {
        bool hidden = false;
        struct slice clean = next_clean(redactor, &scan, &hidden);
        buffer_add(buffer, clean.data, clean.length);
        if (hidden) buffer_add_string(buffer, stars);
    }
    return !buffer->overflow;
}

void redact_add_url(struct text *text, const char *url) {
    const char *scheme_end = strstr(url, "://");
    const char *host = scheme_end ? scheme_end + 3 : url;
    size_t authority = strcspn(host, "/?#");
    const char *at = memrchr(host, '@', authority);
    text_add_slice(text, (struct slice){.data = url, .length = (size_t)(host - url)});
    text_add(text, at ? at + 1 : host);
}
