/* SPDX-License-Identifier: MIT */
#include "actions/smoke_plan.h"

#include <stdlib.h>
#include <string.h>

#include "actions/smoke_book.h"
#include "base/memory.h"
#include "base/text.h"
#include "core/credential.h"
#include "core/document.h"
#include "core/node_walk.h"
#include "core/template.h"
#include "io/regex.h"
#include "io/yaml.h"

enum { SECRETS_MAX = REDACT_SECRETS_MAX, REFERENCE_SIZE = 300, FILE_SIZE = 256 };

struct secret {
    char reference[REFERENCE_SIZE]; /* env:NAME */
    char value[REDACT_SECRET_SIZE + 1];
};

struct smoke_plan {
    char file[FILE_SIZE];
    struct document *document;
    struct checks checks;
    struct redactor *redactor;
    smoke_secret_fn fill_secret;
    uint32_t secret_count;
    struct secret secrets[SECRETS_MAX];
};

bool smoke_plan_regex(
    struct slice pattern, struct slice subject, bool *matches, struct error *err) {
    struct regex *regex = regex_new(pattern, err);
    if (!regex) return false;
    bool tried = regex_matches(regex, subject, matches, err);
    regex_free(regex);
    return tried;
}

bool smoke_plan_secret(
    const struct smoke_plan *plan, struct slice reference, struct slice *value) {
    for (uint32_t i = 0; i < plan->secret_count; i++) {
        if (!slice_equals(reference, plan->secrets[i].reference)) continue;
        *value = slice_of(plan->secrets[i].value);
        return true;
    }
    return false;
}

static bool take_secret(
    struct smoke_plan *plan, struct slice reference, struct error *err) {
    struct slice known;
    if (smoke_plan_secret(plan, reference, &known)) return true;
    if (plan->secret_count == SECRETS_MAX) {
        return error_set(err, ERROR_LIMIT, "more than %d secrets", SECRETS_MAX);
    }
    if (reference.length >= REFERENCE_SIZE) {
        return error_set(err, ERROR_LIMIT, "a reference that is too long");
    }
    struct secret *secret = &plan->secrets[plan->secret_count];
    struct text text = TEXT_IN(secret->value);
    text_add(&text, "${");
    text_add_slice(&text, reference);
    text_add(&text, "}");
    if (!plan->fill_secret(secret->value, sizeof secret->value, plan->redactor, err)) {
        return false;
    }
    memcpy(secret->reference, reference.data, reference.length);
    plan->secret_count++;
    return true;
}

static bool is_known_name(const struct smoke_plan *plan, struct slice name) {
    if (slice_equals(name, "run_id")) return true;
    const struct node *variables = plan->checks.variables;
    for (const struct node *at = variables ? variables->first : NULL; at;
         at = at->next) {
        if (at->key.length == name.length &&
            memcmp(at->key.data, name.data, name.length) == 0) {
            return true;
        }
    }
    return false;
}

static bool check_piece(
    struct smoke_plan *plan, const struct template_piece *piece, struct error *err) {
    switch (piece->kind) {
    case TEMPLATE_LITERAL:
    case TEMPLATE_PATH: return true;
    case TEMPLATE_SECRET: return take_secret(plan, piece->words, err);
    case TEMPLATE_NAME: break;
    }
    if (is_known_name(plan, piece->words)) return true;
    return error_set(
        err, ERROR_SYNTAX,
        "unknown variable \"%.*s\" (known: run_id, and what stands in "
        "vars)",
        (int)piece->words.length, piece->words.data);
}

static bool check_template(
    struct smoke_plan *plan, struct slice text, struct error *err) {
    struct scan scan = scan_of(text);
    struct template_piece piece;
    struct error problem = {0};
    while (template_next(&scan, &piece, &problem)) {
        if (!check_piece(plan, &piece, err)) return false;
    }
    if (problem.code == ERROR_NONE) return true;
    *err = problem;
    return false;
}

/* Every string below a node; the first that is wrong is named with its place. */
static bool check_strings(
    struct smoke_plan *plan, const struct node *root, struct error *err) {
    struct node_walk walk = node_walk_from(root);
    const struct node *node = NULL;
    while ((node = node_walk_next(&walk))) {
        if (node->kind != NODE_STRING) continue;
        if (check_template(plan, node->string, err)) continue;
        return error_wrap(err, "%s:%u:%u", plan->file, node->line, node->column);
    }
    return true;
}

/* A credential that stands in the file as it is, is a secret all the same; one that is
 * so short that it would blank out ordinary words is none. */
static bool hide_credentials(
    struct smoke_plan *plan, const struct node *headers, struct error *err) {
    for (const struct node *at = headers ? headers->first : NULL; at; at = at->next) {
        bool secret = credential_header(at->key);
        if (!secret || at->string.length < REDACT_SECRET_MIN) continue;
        if (memmem(at->string.data, at->string.length, "${", 2)) continue;
        if (redactor_add(plan->redactor, at->string)) continue;
        return error_set(
            err, ERROR_LIMIT, "%s:%u:%u: a credential too many, or over %d bytes",
            plan->file, at->line, at->column, REDACT_SECRET_SIZE);
    }
    return true;
}

static bool check_templates(struct smoke_plan *plan, struct error *err) {
    for (uint32_t i = 0; i < plan->checks.count; i++) {
        const struct check *check = &plan->checks.items[i];
        if (!check_strings(plan, check->requests[check->request], err) ||
            !check_strings(plan, check->json, err) ||
            !check_strings(plan, check->body, err) ||
            !check_strings(plan, check->headers, err) ||
            !hide_credentials(plan, check->headers, err)) {
            return false;
        }
        if (!check_template(plan, slice_of(check->poll.path), err)) {
            return error_wrap(err, "%s:%u: poll", plan->file, check->line);
        }
    }
    return true;
}

static struct document *read_document(
    const struct target *target, const char *file, struct error *err) {
    if (file) return yaml_read(file, err);
    struct buffer buffer;
    buffer_init(&buffer, SMOKE_BOOK_BYTES_MAX);
    smoke_book_write(&buffer, target);
    struct document *document = yaml_parse(buffer_slice(&buffer), "smoke", err);
    buffer_clear(&buffer);
    return document;
}

static bool read_plan(
    struct smoke_plan *plan, const struct target *target, const char *file,
    struct error *err) {
    if (file && !text_copy(plan->file, sizeof plan->file, file)) {
        return error_set(err, ERROR_USAGE, "the name of the check file is too long");
    }
    if (!file && !target->paths.health[0] && !target->paths.chat[0] &&
        !target->paths.metrics[0]) {
        return error_set(err, ERROR_USAGE, "the target has nothing to check");
    }
    plan->document = read_document(target, file, err);
    if (!plan->document) return false;
    struct mistakes *mistakes = memory_new(sizeof *mistakes);
    mistakes_init(mistakes, file ? file : "smoke");
    checks_read(
        &plan->checks, document_root(plan->document), smoke_plan_regex, mistakes);
    bool right = mistakes_none(mistakes, err);
    free(mistakes);
    return right && check_templates(plan, err);
}

struct smoke_plan *smoke_plan_new(
    const struct target *target, const char *file, smoke_secret_fn secret,
    struct error *err) {
    struct smoke_plan *plan = memory_new(sizeof *plan);
    plan->redactor = redactor_new();
    plan->fill_secret = secret;
    if (read_plan(plan, target, file, err)) return plan;
    smoke_plan_free(plan);
    return NULL;
}

void smoke_plan_free(struct smoke_plan *plan) {
    if (!plan) return;
    document_free(plan->document);
    redactor_free(plan->redactor);
    explicit_bzero(plan->secrets, sizeof plan->secrets);
    free(plan);
}

const struct checks *smoke_plan_checks(const struct smoke_plan *plan) {
    return &plan->checks;
}

const char *smoke_plan_file(const struct smoke_plan *plan) {
    return plan->file;
}

const struct redactor *smoke_plan_redactor(const struct smoke_plan *plan) {
    return plan->redactor;
}
