/* SPDX-License-Identifier: MIT */
#include "base/discreet_text.h"

#include <string.h>

#include "base/panic.h"
#include "base/safe_text.h"
#include "base/utf8.h"

/* The most that is looked at of what is cut to a few hundred bytes in the end. */
enum { WORK_SIZE = 4096 };

static const char ellipsis[] = "..."; /* of struct error */

/* Where the host of a URL begins, of which `rest` is what follows "://". */
static size_t user_length(struct slice rest) {
    size_t length = 0;
    for (size_t i = 0; i < rest.length; i++) {
        if (strchr("/?# \"'<>", rest.data[i])) break;
        if (rest.data[i] == '@') length = i + 1;
    }
    return length;
}

/* Users and passwords of URLs that no configuration
 * knows, as redact_add_url() does it. */
static void add_without_users(struct text *text, struct slice words) {
    struct scan scan = scan_of(words);
    while (!scan_done(&scan)) {
        struct slice rest = scan_rest(&scan);
        const char *mark = memmem(rest.data, rest.length, "://", 3);
        if (!mark) {
            text_add_slice(text, rest);
            return;
        }
        rest.length = (size_t)(mark + 3 - rest.data);
        text_add_slice(text, rest);
        scan.at += rest.length;
        scan.at += user_length(scan_rest(&scan));
    }
}

void discreet_text_copy(
    const struct redactor *redactor, char *to, size_t size, struct slice bytes) {
    char first[WORK_SIZE], second[WORK_SIZE];
    struct text raw = TEXT_IN(first), safe = TEXT_IN(second);
    redact_add(redactor, &raw, bytes);
    safe_text_add(&safe, slice_of(first));
    text_reset(&raw);
    /* What the sanitiser left may be a secret that it has mended. */
    redact_add(redactor, &raw, slice_of(second));
    text_reset(&safe);
    add_without_users(&safe, slice_of(first));
    text_copy_cut(to, size, second);
}

static bool ends_with(struct slice words, struct slice end) {
    return words.length >= end.length &&
           memcmp(words.data + words.length - end.length, end.data, end.length) == 0;
}

/* A secret that was cut off is no whole one, and yet says most of it. */
static struct slice without_begun(
    const struct redactor *redactor, struct slice words, size_t size) {
    struct slice tail = words;
    if (ends_with(words, slice_of(ellipsis))) {
        tail.length -= sizeof ellipsis - 1;
    } else if (words.length + UTF8_SIZE_MAX < size) {
        return words;
    }
    size_t begun = redactor_begun(redactor, tail);
    if (begun == 0) return words;
    tail.length -= begun;
    return tail;
}

/* It is asked of each word that is published, each second. */
static bool has_nothing(const struct redactor *redactor, const char *words) {
    struct slice secret;
    if (!words[0]) return true;
    return !redactor_secret(redactor, 0, &secret) && !strstr(words, "://");
}

static void mend(const struct redactor *redactor, char *words, size_t size) {
    char first[WORK_SIZE], second[WORK_SIZE];
    struct text known = TEXT_IN(first), all = TEXT_IN(second);
    ensure(size <= WORK_SIZE);
    struct slice whole = slice_of(words);
    struct slice left = without_begun(redactor, whole, size);
    redact_add(redactor, &known, left);
    if (left.length < whole.length) text_add(&known, "***");
    add_without_users(&all, slice_of(first));
    text_copy_cut(words, size, second);
}

void discreet_text_mend(const struct redactor *redactor, char *words, size_t size) {
    if (!has_nothing(redactor, words)) mend(redactor, words, size);
}

bool discreet_text_is(const struct redactor *redactor, const char *words) {
    char said[WORK_SIZE];
    discreet_text_copy(redactor, said, sizeof said, slice_of(words));
    return strcmp(said, words) == 0;
}
