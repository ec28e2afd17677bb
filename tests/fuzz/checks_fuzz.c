/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "core/check_judge.h"
#include "fuzz/fuzz.h"
#include "io/json.h"
#include "io/regex.h"
#include "io/yaml.h"

/* A check file, a NUL, and the body of an answer to it. */

static bool try_regex(
    struct slice pattern, struct slice subject, bool *matches, struct error *err) {
    struct regex *regex = regex_new(pattern, err);
    if (!regex) return false;
    bool tried = regex_matches(regex, subject, matches, err);
    regex_free(regex);
    return tried;
}

static void judge_all(const struct checks *checks, struct slice body) {
    struct error err = {0};
    struct document *document = json_parse(body, &err);
    const struct node *root = document ? document_root(document) : NULL;
    for (uint32_t i = 0; i < checks->count; i++) {
        const struct check *check = &checks->items[i];
        struct check_answer answer = {
            .status = 200,
            .body = body,
            .json = root,
            .json_problem = err.message,
            .answer = node_get(root, "response"),
        };
        struct check_finding finding = check_judge(check, &answer, try_regex);
        ensure(finding.verdict < VERDICT_COUNT);
        bool empty_passes = body.length == 0 && finding.verdict == VERDICT_PASS;
        ensure(!empty_passes || (!check->expect.healthy && !check->expect.metrics));
        check_until(&check->poll.until, &answer, try_regex);
    }
    document_free(document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct error err = {0};
    const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
    size_t length = nul ? (size_t)(nul - data) : size;
    struct slice text = {.data = (const char *)data, .length = length};
    struct slice body = {.data = "", .length = 0};
    if (nul) {
        body.data = (const char *)nul + 1;
        body.length = size - length - 1;
    }
    struct document *document = yaml_parse(text, "f", &err);
    if (!document) return 0;
    struct checks *checks = memory_new(sizeof *checks);
    struct mistakes mistakes;
    mistakes_init(&mistakes, "f");
    bool right = checks_read(checks, document_root(document), try_regex, &mistakes);
    ensure(right == (mistakes.count == 0));
    ensure(!right || checks->count > 0);
    if (right) judge_all(checks, body);
    free(checks);
    document_free(document);
    return 0;
}
