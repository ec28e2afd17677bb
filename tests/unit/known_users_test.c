/* SPDX-License-Identifier: MIT */
#include "core/known_users.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

static int make_users(void **state) {
    struct known_users *users = memory_new(sizeof *users);
    known_users_init(users);
    *state = users;
    return 0;
}

static int free_users(void **state) {
    free(*state);
    return 0;
}

static void a_fact_is_new_once(void **state) {
    struct known_users *users = *state;
    assert_int_equal(known_users_add(users, 7, 0x5, KNOWN_USERS_MAX), 0x5);
    assert_int_equal(known_users_add(users, 7, 0x6, KNOWN_USERS_MAX), 0x2);
    assert_int_equal(known_users_add(users, 7, 0x7, KNOWN_USERS_MAX), 0);
    assert_int_equal(known_users_add(users, 8, 0x7, KNOWN_USERS_MAX), 0x7);
    assert_int_equal(known_users_add(users, 9, 0, KNOWN_USERS_MAX), 0);
    assert_int_equal(users->count, 2);
    assert_int_equal(users->left_out, 0);
}

static void every_user_is_known_up_to_the_limit(void **state) {
    struct known_users *users = *state;
    for (uint64_t user = 0; user < KNOWN_USERS_MAX; user++) {
        assert_int_equal(known_users_add(users, user, 1, KNOWN_USERS_MAX), 1);
    }
    for (uint64_t user = 0; user < KNOWN_USERS_MAX; user++) {
        assert_int_equal(known_users_add(users, user, 3, KNOWN_USERS_MAX), 2);
    }
    assert_int_equal(users->count, KNOWN_USERS_MAX);
    assert_int_equal(users->left_out, 0);
}

static void past_the_limit_nobody_enters(void **state) {
    struct known_users *users = *state;
    for (uint64_t user = 0; user < 100; user++) known_users_add(users, user, 1, 100);
    assert_int_equal(known_users_add(users, 1000, 1, 100), 0);
    assert_int_equal(known_users_add(users, 1000, 1, 100), 0);
    assert_int_equal(users->left_out, 2);
    /* Who is known already still counts, and what matters more still enters. */
    assert_int_equal(known_users_add(users, 50, 2, 100), 2);
    assert_int_equal(known_users_add(users, 1000, 1, KNOWN_USERS_MAX), 1);
    for (uint64_t user = 0; user < KNOWN_USERS_SLOTS; user++) {
        known_users_add(users, user, 1, UINT32_MAX);
    }
    assert_int_equal(users->count, KNOWN_USERS_MAX);
}

static void users_are_kept_whole(void **state) {
    struct known_users *users = *state;
    for (uint64_t user = 0; user < 5000; user++) {
        known_users_add(users, user * 977, (uint32_t)user & 0xfff, KNOWN_USERS_MAX);
    }
    enum { ROOM = 1 << 20 };
    uint8_t *bytes = memory_new(ROOM);
    struct byte_writer writer = byte_writer_in(bytes, ROOM);
    record_put(&known_users_record, users, &writer);
    assert_false(writer.overflow);
    struct known_users *again = memory_new(sizeof *again);
    struct byte_reader reader = byte_reader_of(bytes, writer.length);
    assert_true(record_get(&known_users_record, again, &reader));
    assert_memory_equal(again, users, sizeof *again);
    free(again);
    free(bytes);
}

#define USERS_TEST(name) cmocka_unit_test_setup_teardown(name, make_users, free_users)

int main(void) {
    const struct CMUnitTest tests[] = {
        USERS_TEST(a_fact_is_new_once),
        USERS_TEST(every_user_is_known_up_to_the_limit),
        USERS_TEST(past_the_limit_nobody_enters),
        USERS_TEST(users_are_kept_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
