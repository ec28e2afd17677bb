/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "core/random.h"
#include "history/lock.h"
#include "support/test_folder.h"

/* Real processes fight for one lock, and are killed and stopped while they have it. */

enum { PROCESSES = 6, TURNS = 60, KILLS = 60 };

/* What the processes of a test can all see. */
struct board {
    atomic_int inside;     /* how many hold the lock */
    atomic_int most;       /* that ever did at once */
    atomic_int turns;      /* how often it was held */
    atomic_ullong epochs;  /* of every holder, added up */
    atomic_ullong highest; /* of them */
};

struct ring {
    struct test_folder folder;
    struct board *board;
};

static int open_ring(void **state) {
    struct ring *ring = memory_new(sizeof *ring);
    test_folder_init(&ring->folder);
    ring->board = mmap(
        NULL, sizeof *ring->board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
        -1, 0);
    *state = ring;
    return ring->board != MAP_FAILED ? 0 : -1;
}

static int close_ring(void **state) {
    struct ring *ring = *state;
    munmap(ring->board, sizeof *ring->board);
    test_folder_clear(&ring->folder);
    free(ring);
    return 0;
}

static struct lock *try_to_take(const struct ring *ring) {
    static const struct lock_holder me = {
        .holder = "ann", .host = "ops1", .purpose = "test", .since_ms = 1};
    struct error err = {0};
    return lock_take(ring->folder.path, "demo", &me, NULL, &err);
}

static pid_t start_child(const struct ring *ring, void (*run)(const struct ring *)) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0) return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    run(ring);
    _exit(0);
}

static int end_of(pid_t child) {
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

/* Holds the lock TURNS times; whoever is inside at the same time is counted. */
static void take_turns(const struct ring *ring) {
    struct board *board = ring->board;
    for (unsigned turn = 0; turn < TURNS;) {
        struct lock *lock = try_to_take(ring);
        if (!lock) continue;
        int inside = atomic_fetch_add(&board->inside, 1) + 1;
        if (inside > atomic_load(&board->most)) atomic_store(&board->most, inside);
        atomic_fetch_add(&board->epochs, lock_epoch(lock));
        atomic_fetch_add(&board->turns, 1);
        atomic_fetch_sub(&board->inside, 1);
        lock_free(lock);
        turn++;
    }
}

static void never_are_two_inside_and_no_epoch_comes_twice(void **state) {
    struct ring *ring = *state;
    pid_t children[PROCESSES];
    for (unsigned i = 0; i < PROCESSES; i++) {
        children[i] = start_child(ring, take_turns);
    }
    for (unsigned i = 0; i < PROCESSES; i++) assert_int_equal(end_of(children[i]), 0);
    const unsigned long long count = (unsigned long long)PROCESSES * TURNS;
    assert_int_equal(atomic_load(&ring->board->turns), count);
    assert_int_equal(atomic_load(&ring->board->most), 1);
    /* 1 to count, each once. */
    assert_int_equal(atomic_load(&ring->board->epochs), count * (count + 1) / 2);
}

static void hold_for_ever(const struct ring *ring) {
    struct lock *lock = NULL;
    while (!lock) lock = try_to_take(ring);
    raise(SIGSTOP);
}

/* Every child that is waited for has stopped itself. */
static void wait_until_stopped(pid_t child) {
    int status = 0;
    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    assert_true(WIFSTOPPED(status));
}

static void a_killed_holder_holds_nothing(void **state) {
    struct ring *ring = *state;
    pid_t child = start_child(ring, hold_for_ever);
    wait_until_stopped(child);
    struct lock_holder who;
    assert_true(lock_is_held(ring->folder.path, "demo", &who));
    assert_int_equal(who.pid, child);
    assert_null(try_to_take(ring));

    kill(child, SIGKILL);
    end_of(child);
    assert_false(lock_is_held(ring->folder.path, "demo", &who));
    struct lock *lock = try_to_take(ring);
    assert_non_null(lock);
    assert_int_equal(lock_epoch(lock), 2);
    lock_free(lock);
}

/* Stopped with the lock in hand; exits with 0 when it then knows that it was lost. */
static void hold_until_asked(const struct ring *ring) {
    struct lock *lock = try_to_take(ring);
    raise(SIGSTOP);
    _exit(lock_is_mine(lock) ? 1 : 0);
}

static void a_stopped_holder_keeps_it_until_somebody_takes_over(void **state) {
    struct ring *ring = *state;
    pid_t child = start_child(ring, hold_until_asked);
    wait_until_stopped(child);
    assert_null(try_to_take(ring));

    struct lock_holder me = {.holder = "bob", .host = "ops2", .purpose = "test"};
    struct lock_holder who;
    struct error err = {0};
    struct lock *lock = lock_take_over(ring->folder.path, "demo", &me, &who, &err);
    assert_non_null(lock);
    assert_int_equal(who.pid, child);
    kill(child, SIGCONT);
    int status = end_of(child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0); /* it knew */
    assert_true(lock_is_mine(lock));
    lock_free(lock);
}

/* Stops once, after the first time. */
static void take_and_free_for_ever(const struct ring *ring) {
    for (bool has_stopped = false;;) {
        struct lock *lock = try_to_take(ring);
        if (!lock) continue;
        if (atomic_load(&ring->board->highest) >= lock_epoch(lock)) {
            atomic_fetch_add(&ring->board->most, 1);
        }
        atomic_store(&ring->board->highest, lock_epoch(lock));
        lock_free(lock);
        if (!has_stopped) raise(SIGSTOP);
        has_stopped = true;
    }
}

static void killed_at_any_instant_the_lock_stays_usable(void **state) {
    struct ring *ring = *state;
    struct random random;
    random_seed(&random, 7);
    for (unsigned i = 0; i < KILLS; i++) {
        pid_t child = start_child(ring, take_and_free_for_ever);
        wait_until_stopped(child);
        kill(child, SIGCONT);
        usleep((unsigned)random_below(&random, 3000)); /* any instant will do */
        kill(child, SIGKILL);
        end_of(child);
        unsigned long long highest = atomic_load(&ring->board->highest);
        struct lock *lock = try_to_take(ring);
        assert_non_null(lock);
        assert_true(lock_epoch(lock) > highest);
        lock_free(lock);
    }
    assert_int_equal(atomic_load(&ring->board->most), 0); /* none went back */
}

#define RING_TEST(test) cmocka_unit_test_setup_teardown(test, open_ring, close_ring)

int main(void) {
    const struct CMUnitTest tests[] = {
        RING_TEST(never_are_two_inside_and_no_epoch_comes_twice),
        RING_TEST(a_killed_holder_holds_nothing),
        RING_TEST(a_stopped_holder_keeps_it_until_somebody_takes_over),
        RING_TEST(killed_at_any_instant_the_lock_stays_usable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
