/* SPDX-License-Identifier: MIT */
#include "history/lock.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "support/small_disk.h"

static const struct lock_holder ann = {
    .holder = "ann",
    .host = "ops1",
    .purpose = "cockpit",
    .since_ms = 1763813403250,
};
static const struct lock_holder bob = {
    .holder = "bob", .host = "ops2", .purpose = "canary", .since_ms = 1763813404000};

static int make_folder(void **state) {
    struct test_folder *folder = memory_new(sizeof *folder);
    test_folder_init(folder);
    *state = folder;
    return 0;
}

static int remove_folder(void **state) {
    test_folder_clear(*state);
    free(*state);
    return 0;
}

static struct lock *take(
    const struct test_folder *folder, const struct lock_holder *me) {
    struct error err = {0};
    struct lock *lock = lock_take(folder->path, "demo", me, NULL, &err);
    if (!lock) fail_msg("%s", err.message);
    return lock;
}

static void a_second_taker_is_told_who_holds_it(void **state) {
    struct test_folder *folder = *state;
    struct lock *lock = take(folder, &ann);
    struct lock_holder who;
    struct error err = {0};
    assert_null(lock_take(folder->path, "demo", &bob, &who, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    assert_non_null(strstr(err.message, "held by ann on ops1"));
    assert_non_null(strstr(err.message, "since 2025-11-22T12:10:03.250Z"));
    assert_string_equal(who.holder, "ann");
    assert_int_equal(who.pid, getpid());
    assert_true(lock_is_mine(lock));
    lock_free(lock);
}

static void looking_takes_nothing(void **state) {
    struct test_folder *folder = *state;
    struct lock_holder who;
    assert_false(lock_is_held(folder->path, "demo", &who));
    struct lock *lock = take(folder, &ann);
    assert_true(lock_is_held(folder->path, "demo", &who));
    assert_string_equal(who.purpose, "cockpit");
    assert_int_equal(who.since_ms, ann.since_ms);
    lock_free(lock);
    assert_false(lock_is_held(folder->path, "demo", &who));
}

static void it_is_handed_over_without_being_let_go(void **state) {
    struct test_folder *folder = *state;
    struct lock_holder who = {0};
    struct error err = {0};
    struct lock *lock = take(folder, &ann);
    uint64_t epoch = lock_epoch(lock);
    assert_true(lock_hand_over(lock, &bob, &err));
    assert_true(lock_is_mine(lock));
    assert_true(lock_is_held(folder->path, "demo", &who));
    assert_string_equal(who.holder, "bob");
    assert_int_equal(who.since_ms, bob.since_ms);
    assert_int_equal(who.epoch, epoch);
    assert_int_equal(who.pid, getpid());
    struct lock_holder meant = ann;
    meant.epoch = epoch;
    struct lock *next = lock_take_over(folder->path, "demo", &meant, NULL, &err);
    assert_non_null(next);
    assert_false(lock_hand_over(lock, &bob, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    lock_free(next);
    lock_free(lock);
    who = (struct lock_holder){0};
    assert_false(lock_is_held(folder->path, "demo", &who));
    assert_string_equal(who.holder, "ann"); /* the last one */
}

static void the_epoch_rises_with_every_holder(void **state) {
    struct test_folder *folder = *state;
    for (uint64_t epoch = 1; epoch <= 12; epoch++) {
        struct lock *lock = take(folder, epoch % 2 ? &ann : &bob);
        assert_int_equal(lock_epoch(lock), epoch);
        lock_free(lock);
    }
}

static void who_is_taken_over_from_finds_out(void **state) {
    struct test_folder *folder = *state;
    struct lock *lock = take(folder, &ann);
    struct lock_holder who;
    struct error err = {0};
    struct lock *other = lock_take_over(folder->path, "demo", &bob, &who, &err);
    assert_non_null(other);
    assert_string_equal(who.holder, "ann");
    assert_int_equal(lock_epoch(other), lock_epoch(lock) + 1);
    assert_false(lock_is_mine(lock));
    assert_true(lock_is_mine(other));

    lock_free(lock); /* what he no longer has he cannot release */
    assert_true(lock_is_held(folder->path, "demo", &who));
    assert_string_equal(who.holder, "bob");
    assert_null(lock_take(folder->path, "demo", &ann, NULL, &err));
    lock_free(other);
}

static void only_who_is_meant_is_taken_over_from(void **state) {
    struct test_folder *folder = *state;
    struct lock *lock = take(folder, &ann);
    struct lock_holder who;
    struct error err = {0};
    assert_false(lock_is_taken(lock, &who));
    struct lock_holder late = bob;
    late.epoch = lock_epoch(lock) + 1; /* he looked when somebody else had it */
    assert_null(lock_take_over(folder->path, "demo", &late, &who, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    assert_non_null(strstr(err.message, "held by ann"));
    assert_true(lock_is_mine(lock));

    late.epoch = lock_epoch(lock);
    struct lock *other = lock_take_over(folder->path, "demo", &late, &who, &err);
    assert_non_null(other);
    assert_string_equal(who.holder, "ann");
    lock_free(other); /* who was it is known even when he has left */
    assert_true(lock_is_taken(lock, &who));
    assert_string_equal(who.holder, "bob");
    assert_string_equal(who.host, "ops2");
    lock_free(lock);
}

static void taking_over_from_nobody_is_taking(void **state) {
    struct test_folder *folder = *state;
    lock_free(take(folder, &ann));
    struct lock_holder who = ann;
    struct error err = {0};
    struct lock *lock = lock_take_over(folder->path, "demo", &bob, &who, &err);
    assert_non_null(lock);
    assert_int_equal(who.pid, 0);
    assert_string_equal(who.holder, "");
    lock_free(lock);
}

static void every_target_has_a_lock_of_its_own(void **state) {
    static const char *const targets[] = {"a_b", "a/b", "a b",   "../a_b",   "a",
                                          "A",   "",    "a_5fb", "b\xC3\xBC"};
    enum { COUNT = sizeof targets / sizeof *targets };
    struct test_folder *folder = *state;
    struct lock *locks[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        struct error err = {0};
        locks[i] = lock_take(folder->path, targets[i], &ann, NULL, &err);
        assert_non_null(locks[i]);
    }
    for (size_t i = 0; i < COUNT; i++) lock_free(locks[i]);
}

static void a_damaged_file_gives_nobody_the_lock(void **state) {
    static const char *const records[] = {
        "x\n", "7\tx\t3\n", "7\t1\t3\tann\tops1\tcockpit",
        "99999999999999999999\t1\t3\ta\tb\tc\n",
        "9223372036854775807\t1\t3\ta\tb\tc\n"};
    struct test_folder *folder = *state;
    for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
        struct error err = {0};
        struct lock_holder who;
        test_folder_write(folder, "lock-demo", records[i]);
        assert_null(lock_take(folder->path, "demo", &ann, NULL, &err));
        assert_int_equal(err.code, ERROR_SYNTAX);
        assert_non_null(strstr(err.message, "lock-demo"));
        assert_false(lock_is_held(folder->path, "demo", &who));
    }
}

static void a_folder_that_is_not_there_is_said(void **state) {
    (void)state;
    struct error err = {0};
    assert_null(lock_take("/nonexistent", "demo", &ann, NULL, &err));
    assert_int_equal(err.code, ERROR_SYSTEM);
    assert_non_null(strstr(err.message, "/nonexistent"));
}

static void names_cannot_break_the_record(void **state) {
    struct test_folder *folder = *state;
    struct lock_holder odd = ann;
    memcpy(odd.holder, "a\tb\nc\x1B", sizeof "a\tb\nc\x1B");
    struct lock *lock = take(folder, &odd);
    struct lock_holder who;
    assert_true(lock_is_held(folder->path, "demo", &who));
    assert_string_equal(who.holder, "a b c\u241B");
    assert_string_equal(who.host, "ops1");
    lock_free(lock);
}

/* Its line is as long as the one before, and written in its place. */
static void it_is_taken_on_a_full_disk(void **state) {
    struct test_folder *folder = *state;
    struct small_disk disk;
    if (!small_disk_open(&disk, folder->path)) skip();
    struct lock *lock = take(folder, &ann);
    uint64_t epoch = lock_epoch(lock);
    lock_free(lock);
    small_disk_fill(&disk, 0);
    lock = take(folder, &bob);
    assert_true(lock_is_mine(lock));
    assert_int_equal(lock_epoch(lock), epoch + 1);
    lock_free(lock);
    small_disk_close(&disk);
}

/* Who could not write it down has not got it, and has changed nothing. */
static void what_cannot_be_written_is_borrowed(void **state) {
    static const struct rlimit nothing = {.rlim_cur = 0, .rlim_max = RLIM_INFINITY};
    struct test_folder *folder = *state;
    struct lock_holder who = {0};
    struct rlimit all;
    struct error err = {0};
    struct lock *lock = take(folder, &ann);
    uint64_t epoch = lock_epoch(lock);
    lock_free(lock);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &all), 0);
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &nothing), 0);
    assert_null(lock_take(folder->path, "demo", &bob, NULL, &err));
    assert_int_equal(err.code, ERROR_SYSTEM);
    struct lock *borrowed = lock_borrow(folder->path, "demo", &bob, &who, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
    assert_non_null(borrowed);
    assert_int_equal(lock_epoch(borrowed), epoch + 1);
    assert_true(lock_is_mine(borrowed));
    lock = take(folder, &ann); /* who can write it down has it */
    assert_false(lock_is_mine(borrowed));
    lock_free(borrowed);
    lock_free(lock);
}

#define FOLDER_TEST(test) \
    cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(a_second_taker_is_told_who_holds_it),
        FOLDER_TEST(looking_takes_nothing),
        FOLDER_TEST(it_is_handed_over_without_being_let_go),
        FOLDER_TEST(the_epoch_rises_with_every_holder),
        FOLDER_TEST(who_is_taken_over_from_finds_out),
        FOLDER_TEST(only_who_is_meant_is_taken_over_from),
        FOLDER_TEST(taking_over_from_nobody_is_taking),
        FOLDER_TEST(every_target_has_a_lock_of_its_own),
        FOLDER_TEST(a_damaged_file_gives_nobody_the_lock),
        FOLDER_TEST(a_folder_that_is_not_there_is_said),
        FOLDER_TEST(names_cannot_break_the_record),
        FOLDER_TEST(it_is_taken_on_a_full_disk),
        FOLDER_TEST(what_cannot_be_written_is_borrowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
