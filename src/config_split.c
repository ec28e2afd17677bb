/* SPDX-License-Identifier: MIT */
#include "config_split.h"

#include <ctype.h>
#include <string.h>
#include <sys/un.h>

#include "base/safe_text.h"
#include "core/template.h"

enum {
    SHOWN_SIZE = 64,
    PATH_MAX_BYTES = sizeof((struct sockaddr_un *)0)->sun_path - 1
};

void config_socket_check(const struct node *path, struct mistakes *mistakes) {
    if (!path || path->kind != NODE_STRING) return;
    if (path->string.length <= PATH_MAX_BYTES) return;
    mistakes_add(
        mistakes, path, "%.*s: the path of a socket has at most %d bytes",
        (int)path->key.length, path->key.data, (int)PATH_MAX_BYTES);
}

/* Of letters, digits and `more`; every name that may stand behind a key. */
static void check_name(
    const struct node *name, const char *more, struct mistakes *mistakes) {
    char shown[SHOWN_SIZE];
    if (!name || name->kind != NODE_STRING) return;
    for (size_t i = 0; i < name->string.length; i++) {
        char c = name->string.data[i];
        if (isalnum((unsigned char)c) || (c != '\0' && strchr(more, c))) continue;
        safe_text_copy(shown, sizeof shown, name->string);
        mistakes_add(
            mistakes, name, "%.*s: nothing can be called \"%s\"", (int)name->key.length,
            name->key.data, shown);
        return;
    }
}

/* Whoever is on the canary must not be on stable all the same. */
static void check_sides(const struct node *sides, struct mistakes *mistakes) {
    const struct node *stable = node_get(sides, "stable");
    const struct node *canary = node_get(sides, "canary");
    if (!stable || !canary || stable->kind != NODE_STRING ||
        canary->kind != NODE_STRING || stable->string.length != canary->string.length ||
        memcmp(stable->string.data, canary->string.data, stable->string.length) != 0) {
        return;
    }
    mistakes_add(mistakes, canary, "canary: expected another one than stable");
}

static void check_haproxy(const struct node *haproxy, struct mistakes *mistakes) {
    static const char *const names[] = {"table", "stable", "canary"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        check_name(node_get(haproxy, names[i]), "_-.:", mistakes);
    }
    check_sides(haproxy, mistakes);
    config_socket_check(node_get(haproxy, "socket"), mistakes);
    config_socket_check(node_get(haproxy, "log"), mistakes);
}

static void check_kubernetes(const struct node *kubernetes, struct mistakes *mistakes) {
    static const char *const names[] = {"namespace", "stable",  "canary", "service",
                                        "route",     "rollout", "lease"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        check_name(node_get(kubernetes, names[i]), "-.", mistakes);
    }
    check_sides(kubernetes, mistakes);
    config_socket_check(node_get(kubernetes, "socket"), mistakes);
}

static bool is_known(struct slice name) {
    static const char *const known[] = {"weight", "before", "epoch", "salt"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (slice_equals(name, known[i])) return true;
    }
    return false;
}

/* One word of a command; whether the weight stands in it. */
static bool check_word(const struct node *word, struct mistakes *mistakes) {
    struct scan scan = scan_of(word->string);
    struct template_piece piece;
    struct error err = {.code = ERROR_NONE};
    bool has_weight = false;
    while (template_next(&scan, &piece, &err)) {
        if (piece.kind == TEMPLATE_LITERAL) continue;
        if (piece.kind != TEMPLATE_NAME || !is_known(piece.words)) {
            mistakes_add(
                mistakes, word,
                "only ${weight}, ${before}, ${epoch} and ${salt} can be filled in "
                "here");
            return has_weight;
        }
        has_weight = has_weight || slice_equals(piece.words, "weight");
    }
    if (err.code != ERROR_NONE) mistakes_add(mistakes, word, "%s", err.message);
    return has_weight;
}

/* Whether the weight stands in one of its words. */
static bool check_words(const struct node *words, struct mistakes *mistakes) {
    bool has_weight = false;
    if (!words || words->kind != NODE_LIST) return false;
    for (const struct node *word = words->first; word; word = word->next) {
        if (word->kind != NODE_STRING) continue;
        if (check_word(word, mistakes)) has_weight = true;
    }
    if (words->first && words->first->string.length == 0) {
        mistakes_add(mistakes, words->first, "expected the name of a program");
    }
    return has_weight;
}

static void check_command(const struct node *command, struct mistakes *mistakes) {
    const struct node *set = node_get(command, "set");
    bool has_weight = check_words(set, mistakes);
    check_words(node_get(command, "get"), mistakes);
    check_words(node_get(command, "verify"), mistakes);
    if (set && set->kind == NODE_LIST && set->first && !has_weight) {
        mistakes_add_at_key(mistakes, set, "set: \"${weight}\" must stand in it");
    }
}

void config_split_check(const struct node *split, struct mistakes *mistakes) {
    check_haproxy(node_get(split, "haproxy"), mistakes);
    check_kubernetes(node_get(split, "kubernetes"), mistakes);
    check_command(node_get(split, "command"), mistakes);
}
