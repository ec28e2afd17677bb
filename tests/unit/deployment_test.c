/* SPDX-License-Identifier: MIT */
#include "core/deployment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/parsed.h"

/* A Deployment of 5 pods with the given status. */
static void read(const char *status, struct deployment *deployment) {
    char json[1024];
    struct text text = TEXT_IN(json);
    struct error err = {0};
    text_addf(
        &text,
        "{\"kind\":\"Deployment\",\"metadata\":{\"name\":\"agent-canary\","
        "\"generation\":4},\"spec\":{\"replicas\":5},\"status\":{%s}}",
        status);
    struct document *document = parsed(json);
    assert_true(deployment_read(document_root(document), deployment, &err));
    document_free(document);
}

static void only_what_is_all_new_and_ready_is_settled(void **state) {
    (void)state;
    static const struct {
        const char *status, *words;
        bool settled, failed;
    } rows[] = {
        {"\"observedGeneration\":4,\"replicas\":5,\"updatedReplicas\":5,"
         "\"readyReplicas\":5",
         "5 of 5 pods of agent-canary are ready", true, false},
        {"\"observedGeneration\":3,\"replicas\":5,\"updatedReplicas\":5,"
         "\"readyReplicas\":5",
         "agent-canary has not been looked at since it was changed", false, false},
        {"\"observedGeneration\":4,\"replicas\":5,\"updatedReplicas\":5,"
         "\"readyReplicas\":2",
         "2 of 5 pods of agent-canary are ready", false, false},
        {"\"observedGeneration\":4,\"replicas\":6,\"updatedReplicas\":2,"
         "\"readyReplicas\":5",
         "agent-canary still has 4 pods of the template before", false, false},
        {"\"observedGeneration\":4,\"replicas\":7,\"updatedReplicas\":7,"
         "\"readyReplicas\":7",
         "agent-canary still has 2 pods too many", false, false},
        {"\"observedGeneration\":4,\"replicas\":6,\"updatedReplicas\":1,"
         "\"readyReplicas\":5,\"conditions\":[{\"type\":\"Available\"},{\"type\":"
         "\"Progressing\",\"reason\":\"ProgressDeadlineExceeded\"}]",
         "agent-canary is past its progress deadline: 1 of 5 pods are new", false,
         true},
        {"", "agent-canary has not been looked at since it was changed", false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct deployment deployment;
        char words[160];
        read(rows[i].status, &deployment);
        deployment_words(&deployment, words, sizeof words);
        assert_string_equal(words, rows[i].words);
        assert_int_equal(deployment_is_settled(&deployment), rows[i].settled);
        assert_int_equal(deployment_has_failed(&deployment), rows[i].failed);
    }
}

static void what_is_no_deployment_is_not_read(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "{}",
        "[]",
        "{\"kind\":\"Service\",\"metadata\":{\"name\":\"a\",\"generation\":1},"
        "\"spec\":{\"replicas\":1}}",
        "{\"kind\":\"Deployment\",\"metadata\":{\"name\":\"a\",\"generation\":1},"
        "\"spec\":{\"replicas\":-1}}",
        "{\"kind\":\"Deployment\",\"metadata\":{\"generation\":1},"
        "\"spec\":{\"replicas\":1}}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct document *document = parsed(wrong[i]);
        struct deployment deployment = {.wanted = 42};
        struct error err = {0};
        assert_false(deployment_read(document_root(document), &deployment, &err));
        assert_int_equal(err.code, ERROR_PROTOCOL);
        assert_int_equal(deployment.wanted, 42);
        document_free(document);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_all_new_and_ready_is_settled),
        cmocka_unit_test(what_is_no_deployment_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
