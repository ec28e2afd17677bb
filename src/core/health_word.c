/* SPDX-License-Identifier: MIT */
#include "core/health_word.h"

#include <string.h>
#include <strings.h>

enum { WORD_SIZE = 24 };

/* clang-format off */
#define HEALTH_WORDS(X) \
    X("healthy",     HEALTH_GOOD) \
    X("ok",          HEALTH_GOOD) \
    X("okay",        HEALTH_GOOD) \
    X("up",          HEALTH_GOOD) \
    X("pass",        HEALTH_GOOD) \
    X("passing",     HEALTH_GOOD) \
    X("green",       HEALTH_GOOD) \
    X("ready",       HEALTH_GOOD) \
    X("alive",       HEALTH_GOOD) \
    X("available",   HEALTH_GOOD) \
    X("serving",     HEALTH_GOOD) \
    X("running",     HEALTH_GOOD) \
    X("true",        HEALTH_GOOD) \
    X("degraded",    HEALTH_DEGRADED) \
    X("warn",        HEALTH_DEGRADED) \
    X("warning",     HEALTH_DEGRADED) \
    X("yellow",      HEALTH_DEGRADED) \
    X("partial",     HEALTH_DEGRADED) \
    X("unhealthy",   HEALTH_BAD) \
    X("error",       HEALTH_BAD) \
    X("fail",        HEALTH_BAD) \
    X("failed",      HEALTH_BAD) \
    X("failing",     HEALTH_BAD) \
    X("down",        HEALTH_BAD) \
    X("red",         HEALTH_BAD) \
    X("critical",    HEALTH_BAD) \
    X("dead",        HEALTH_BAD) \
    X("unavailable", HEALTH_BAD) \
    X("not_ready",   HEALTH_BAD) \
    X("draining",    HEALTH_BAD) \
    X("not_serving", HEALTH_BAD) \
    X("false",       HEALTH_BAD)
/* clang-format on */

static bool is_around(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '.' || c == '!';
}

enum health_word health_word_of(struct slice word) {
    static const struct {
        const char *word;
        enum health_word means;
    } words[] = {
#define X(name, meaning) {name, meaning},
        HEALTH_WORDS(X)
#undef X
    };
    while (word.length > 0 && is_around(word.data[0])) {
        word.data++;
        word.length--;
    }
    while (word.length > 0 && is_around(word.data[word.length - 1])) word.length--;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i].word) == word.length &&
            strncasecmp(words[i].word, word.data, word.length) == 0) {
            return words[i].means;
        }
    }
    return HEALTH_UNKNOWN;
}

static enum health_word word_of_node(const struct node *node) {
    if (!node) return HEALTH_UNKNOWN;
    if (node->kind == NODE_BOOL) return node->boolean ? HEALTH_GOOD : HEALTH_BAD;
    return node->kind == NODE_STRING ? health_word_of(node->string) : HEALTH_UNKNOWN;
}

enum health_word health_word_in(const struct node *root) {
    static const char *const keys[] = {"status", "state", "health", "healthy", "ok"};
    if (!root || root->kind != NODE_MAP) return word_of_node(root);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct node *found = node_get(root, keys[i]);
        if (found) return word_of_node(found);
    }
    return HEALTH_UNKNOWN;
}
