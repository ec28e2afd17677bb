/* SPDX-License-Identifier: MIT */
#include "demo_question.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "core/document.h"
#include "io/json.h"

enum { DRAWS = 20000 };

static void the_same_seed_asks_the_same(void **state) {
    (void)state;
    struct random a, b;
    random_seed(&a, 5);
    random_seed(&b, 5);
    for (int i = 0; i < 100; i++) {
        struct demo_question first, second;
        demo_question_draw(&first, &a);
        demo_question_draw(&second, &b);
        assert_string_equal(buffer_string(&first.body), buffer_string(&second.body));
        demo_question_clear(&first);
        demo_question_clear(&second);
    }
}

static void every_kind_comes_as_often_as_it_should(void **state) {
    (void)state;
    static const double per_mille[QUESTION_KINDS] = {
#define X(id, share) [id] = (share),
        DEMO_QUESTIONS(X)
#undef X
    };
    unsigned counts[QUESTION_KINDS] = {0};
    struct random random;
    random_seed(&random, 1);
    for (int i = 0; i < DRAWS; i++) {
        struct demo_question question;
        demo_question_draw(&question, &random);
        counts[question.kind]++;
        demo_question_clear(&question);
    }
    double sum = 0;
    for (unsigned kind = 0; kind < QUESTION_KINDS; kind++) {
        double share = counts[kind] * 1000.0 / DRAWS;
        assert_true(share > per_mille[kind] * 0.7 && share < per_mille[kind] * 1.3);
        sum += per_mille[kind];
    }
    assert_true(sum == 1000.0);
}

static void thousands_of_users_ask(void **state) {
    (void)state;
    char *seen = memory_new(DEMO_USERS);
    struct random random;
    random_seed(&random, 2);
    unsigned users = 0, named = 0;
    for (int i = 0; i < 3 * DRAWS; i++) {
        struct demo_question question;
        demo_question_draw(&question, &random);
        uint64_t number = DEMO_USERS;
        assert_true(slice_starts_with(slice_of(question.user), "user-"));
        assert_true(slice_u64(slice_of(question.user + 5), &number));
        assert_true(number < DEMO_USERS);
        users += !seen[number];
        seen[number] = 1;
        named += question.names_user;
        demo_question_clear(&question);
    }
    assert_true(users >= 5000);
    assert_true(named > DRAWS && named < 2 * DRAWS);
    free(seen);
}

static void a_body_is_what_the_agent_reads(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 3);
    for (int i = 0; i < 500; i++) {
        struct demo_question question;
        demo_question_draw(&question, &random);
        struct error err = {0};
        struct document *document = json_parse(buffer_slice(&question.body), &err);
        assert_non_null(document);
        char user[DEMO_USER_SIZE], message[DEMO_QUESTION_MAX];
        const struct node *root = document_root(document);
        assert_true(node_string(root, "user_id", user, sizeof user));
        assert_true(node_string(root, "message", message, sizeof message));
        assert_string_equal(user, question.user);
        bool slow = strstr(message, "take your time") != NULL;
        bool failing = strstr(message, "break down") != NULL;
        assert_int_equal(slow, question.kind == QUESTION_SLOW);
        assert_int_equal(failing, question.kind == QUESTION_FAILING);
        document_free(document);
        demo_question_clear(&question);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_asks_the_same),
        cmocka_unit_test(every_kind_comes_as_often_as_it_should),
        cmocka_unit_test(thousands_of_users_ask),
        cmocka_unit_test(a_body_is_what_the_agent_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
