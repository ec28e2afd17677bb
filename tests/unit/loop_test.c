/* SPDX-License-Identifier: MIT */
#include "io/loop.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/units.h"

/* What happened, in order, one letter each; stops the loop at `enough`. */
struct diary {
    struct loop *loop;
    char letters[32];
    size_t enough;
    uint64_t last_ns;
    struct loop_timer *timer;
    struct loop_watch *watch;
    int descriptor;
    unsigned ready;
};

static void note(struct diary *diary, char letter) {
    size_t length = strlen(diary->letters);
    assert_true(length + 1 < sizeof diary->letters);
    diary->letters[length] = letter;
    if (length + 1 == diary->enough) loop_stop(diary->loop);
}

static struct diary diary_new(size_t enough) {
    return (struct diary){.loop = loop_new(), .enough = enough};
}

static void on_a(void *owner, uint64_t now_ns) {
    struct diary *diary = owner;
    diary->last_ns = now_ns;
    note(diary, 'a');
}

static void on_b(void *owner, uint64_t now_ns) {
    struct diary *diary = owner;
    assert_true(now_ns >= diary->last_ns);
    diary->last_ns = now_ns;
    note(diary, 'b');
}

static void a_timer_is_never_early(void **state) {
    (void)state;
    struct diary diary = diary_new(99);
    for (uint64_t delay_ns = 0; delay_ns < 5 * NS_PER_MS; delay_ns += 700000) {
        uint64_t before_ns = loop_clock_ns();
        loop_after(diary.loop, delay_ns, on_a, &diary);
        loop_run(diary.loop);
        assert_true(diary.last_ns - before_ns >= delay_ns);
    }
    loop_free(diary.loop);
}

static void timers_fire_in_the_order_of_their_times(void **state) {
    (void)state;
    struct diary diary = diary_new(99);
    loop_after(diary.loop, 6 * NS_PER_MS, on_b, &diary);
    loop_after(diary.loop, 2 * NS_PER_MS, on_a, &diary);
    loop_run(diary.loop);
    assert_string_equal(diary.letters, "ab");
    loop_free(diary.loop);
}

static void a_freed_timer_stays_silent(void **state) {
    (void)state;
    struct diary diary = diary_new(99);
    struct loop_timer *timer = loop_after(diary.loop, 0, on_a, &diary);
    loop_after(diary.loop, NS_PER_MS, on_b, &diary);
    loop_timer_free(timer);
    loop_timer_free(NULL);
    loop_run(diary.loop);
    assert_string_equal(diary.letters, "b");
    loop_free(diary.loop);
}

static void on_beat(void *owner, uint64_t now_ns) {
    struct diary *diary = owner;
    note(diary, 'b');
    assert_true(now_ns - diary->last_ns >= NS_PER_MS);
    diary->last_ns = now_ns;
    if (strlen(diary->letters) < 4) return;
    loop_timer_free(diary->timer);
}

static void a_beat_goes_on_until_it_is_freed(void **state) {
    (void)state;
    struct diary diary = diary_new(99);
    diary.timer = loop_every(diary.loop, 2 * NS_PER_MS, on_beat, &diary);
    loop_run(diary.loop);
    assert_string_equal(diary.letters, "bbbb");
    loop_free(diary.loop);
}

static void on_number(void *owner, int number) {
    assert_int_equal(number, SIGUSR1);
    note(owner, 's');
}

static void a_signal_arrives_on_the_loop(void **state) {
    (void)state;
    struct diary diary = diary_new(1);
    struct loop_signal *watch = loop_on_signal(diary.loop, SIGUSR1, on_number, &diary);
    raise(SIGUSR1);
    assert_string_equal(diary.letters, "");
    loop_run(diary.loop);
    assert_string_equal(diary.letters, "s");
    loop_signal_free(watch);
    loop_free(diary.loop);
}

static void on_pipe(void *owner, unsigned ready) {
    struct diary *diary = owner;
    diary->ready = ready;
    char c;
    ssize_t got = read(diary->descriptor, &c, 1);
    if (got == 1) {
        note(diary, c);
        return;
    }
    note(diary, '.');
    loop_watch_free(diary->watch);
}

static void a_watch_tells_of_bytes_and_of_the_end(void **state) {
    (void)state;
    struct diary diary = diary_new(99);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    diary.descriptor = ends[0];
    diary.watch = loop_watch_new(diary.loop, ends[0], on_pipe, &diary);
    loop_watch_set(diary.watch, LOOP_READABLE);
    assert_int_equal(write(ends[1], "xy", 2), 2);
    close(ends[1]);
    loop_run(diary.loop);
    assert_string_equal(diary.letters, "xy.");
    close(ends[0]);
    loop_free(diary.loop);
}

static void a_write_end_without_a_reader_is_reported(void **state) {
    (void)state;
    struct diary diary = diary_new(99);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    diary.descriptor = ends[1]; /* reading from it fails */
    diary.watch = loop_watch_new(diary.loop, ends[1], on_pipe, &diary);
    loop_watch_set(diary.watch, LOOP_HANGUP);
    close(ends[0]);
    loop_run(diary.loop);
    assert_string_equal(diary.letters, ".");
    assert_true(diary.ready & LOOP_HANGUP);
    close(ends[1]);
    loop_free(diary.loop);
}

static void a_paused_watch_stays_silent(void **state) {
    (void)state;
    struct diary diary = diary_new(99);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    diary.descriptor = ends[0];
    diary.watch = loop_watch_new(diary.loop, ends[0], on_pipe, &diary);
    loop_watch_set(diary.watch, LOOP_READABLE);
    assert_int_equal(write(ends[1], "x", 1), 1);
    loop_watch_set(diary.watch, 0);
    loop_after(diary.loop, NS_PER_MS, on_a, &diary);
    loop_run(diary.loop);
    assert_string_equal(diary.letters, "a");
    loop_watch_free(diary.watch);
    close(ends[0]);
    close(ends[1]);
    loop_free(diary.loop);
}

/* Work that waits until the test lets it go. */
struct job {
    struct diary *diary;
    char letter;
    int gate; /* read end of a pipe, or -1 */
    bool ran;
};

static void run_job(void *data) {
    struct job *job = data;
    char c;
    if (job->gate >= 0) assert_int_equal(read(job->gate, &c, 1), 1);
    job->ran = true;
}

static void on_job(void *owner) {
    struct job *job = owner;
    assert_true(job->ran);
    note(job->diary, job->letter);
}

static void work_is_done_one_after_the_other(void **state) {
    (void)state;
    struct diary diary = diary_new(99);
    struct job jobs[3];
    for (int i = 0; i < 3; i++) {
        jobs[i] = (struct job){.diary = &diary, .letter = (char)('1' + i), .gate = -1};
        loop_work_new(diary.loop, run_job, &jobs[i], on_job, &jobs[i]);
    }
    loop_run(diary.loop);
    assert_string_equal(diary.letters, "123");
    loop_free(diary.loop);
}

static void count_free(void *data) {
    struct job *job = data;
    note(job->diary, job->ran ? 'R' : 'Q');
}

static void freed_work_runs_no_callback_and_frees_its_data(void **state) {
    (void)state;
    struct diary diary = diary_new(99);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct job running = {.diary = &diary, .letter = '1', .gate = ends[0]};
    struct job queued = {.diary = &diary, .letter = '2', .gate = -1};
    struct loop_work *first =
        loop_work_new(diary.loop, run_job, &running, on_job, &running);
    struct loop_work *second =
        loop_work_new(diary.loop, run_job, &queued, on_job, &queued);
    loop_work_free(second, count_free);
    assert_string_equal(diary.letters, "Q");
    loop_work_free(first, count_free);
    assert_string_equal(diary.letters, "Q");
    assert_int_equal(write(ends[1], "x", 1), 1);
    loop_free(diary.loop); /* waits for the thread */
    assert_string_equal(diary.letters, "QR");
    close(ends[0]);
    close(ends[1]);
}

static void a_leaked_timer_is_a_panic(void **state) {
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        close(STDERR_FILENO);
        struct diary diary = diary_new(99);
        loop_after(diary.loop, NS_PER_S, on_a, &diary);
        loop_free(diary.loop);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_INTERNAL);
}

static void the_boot_id_stays_and_random_bytes_differ(void **state) {
    (void)state;
    uint8_t a[16], b[16];
    loop_boot_id(a);
    loop_boot_id(b);
    assert_memory_equal(a, b, 16);
    loop_random(a, sizeof a);
    loop_random(b, sizeof b);
    assert_memory_not_equal(a, b, 16);
}

static void time_never_runs_backwards(void **state) {
    (void)state;
    struct loop *loop = loop_new();
    uint64_t before_ns = loop_now_ns(loop);
    assert_true(before_ns > 0);
    assert_true(loop_clock_ns() >= before_ns);
    assert_true(loop_wall_ms() > INT64_C(1600000000000));
    loop_free(loop);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_timer_is_never_early),
        cmocka_unit_test(timers_fire_in_the_order_of_their_times),
        cmocka_unit_test(a_freed_timer_stays_silent),
        cmocka_unit_test(a_beat_goes_on_until_it_is_freed),
        cmocka_unit_test(a_signal_arrives_on_the_loop),
        cmocka_unit_test(a_watch_tells_of_bytes_and_of_the_end),
        cmocka_unit_test(a_write_end_without_a_reader_is_reported),
        cmocka_unit_test(a_paused_watch_stays_silent),
        cmocka_unit_test(work_is_done_one_after_the_other),
        cmocka_unit_test(freed_work_runs_no_callback_and_frees_its_data),
        cmocka_unit_test(a_leaked_timer_is_a_panic),
        cmocka_unit_test(the_boot_id_stays_and_random_bytes_differ),
        cmocka_unit_test(time_never_runs_backwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
