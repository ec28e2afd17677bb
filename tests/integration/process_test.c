/* SPDX-License-Identifier: MIT */
#include "io/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"

enum { LIMIT_MS = 10000 };

struct run {
    struct loop *loop;
    struct process *process;
    struct process_exit how;
    unsigned exits;
};

static void on_exit_stop(void *owner, const struct process_exit *how) {
    struct run *run = owner;
    run->process = NULL;
    run->how = *how;
    run->exits++;
    loop_stop(run->loop);
}

static struct process_options silent(const char *const *args) {
    return (struct process_options){
        .args = args, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
}

static struct process_exit run_to_end(const struct process_options *options) {
    struct run run = {.loop = loop_new()};
    struct error err = {0};
    run.process = process_start(run.loop, options, on_exit_stop, &run, &err);
    assert_non_null(run.process);
    assert_int_equal(run.exits, 0);
    loop_run(run.loop);
    assert_int_equal(run.exits, 1);
    process_free(run.process);
    loop_free(run.loop);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD); /* no zombie */
    return run.how;
}

/* Everything that comes through a pipe until its other ends are closed. */
static void read_all(int descriptor, struct buffer *into) {
    char piece[512];
    struct pollfd ready = {.fd = descriptor, .events = POLLIN};
    for (;;) {
        assert_int_equal(poll(&ready, 1, LIMIT_MS), 1);
        ssize_t got = read(descriptor, piece, sizeof piece);
        assert_true(got >= 0);
        if (got == 0) return;
        assert_true(buffer_add(into, piece, (size_t)got));
    }
}

static void output_of(struct process_options *options, struct buffer *output) {
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    options->stdout_fd = ends[1];
    struct process_exit how = run_to_end(options);
    assert_int_equal(how.code, 0);
    close(ends[1]);
    read_all(ends[0], output);
    close(ends[0]);
}

static void an_exit_code_and_a_signal_are_told_apart(void **state) {
    (void)state;
    const char *const seven[] = {"sh", "-c", "exit 7", NULL};
    struct process_options options = silent(seven);
    struct process_exit how = run_to_end(&options);
    assert_int_equal(how.code, 7);
    assert_int_equal(how.signal, 0);

    const char *const killed[] = {"sh", "-c", "kill -9 $$", NULL};
    options = silent(killed);
    how = run_to_end(&options);
    assert_int_equal(how.code, -1);
    assert_int_equal(how.signal, SIGKILL);
}

static void a_program_that_cannot_run_is_an_error_at_once(void **state) {
    (void)state;
    static const char *const names[] = {
        "flightdeck-no-such-program", "/nonexistent/program", "/etc/passwd"};
    struct loop *loop = loop_new();
    for (size_t i = 0; i < 3; i++) {
        const char *const args[] = {names[i], NULL};
        struct process_options options = silent(args);
        struct error err = {0};
        assert_null(process_start(loop, &options, on_exit_stop, NULL, &err));
        assert_non_null(strstr(err.message, names[i]));
    }
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    loop_free(loop);
}

static void the_environment_is_exactly_what_was_asked_for(void **state) {
    (void)state;
    const char *const args[] = {"env", NULL};
    const char *const env[] = {"ONE=1", "FLIGHTDECK_LEASH=stale", NULL};
    struct process_options options = silent(args);
    options.env = env;
    struct buffer output;
    buffer_init(&output, 65536);
    output_of(&options, &output);
    const char *words = buffer_string(&output);
    assert_non_null(strstr(words, "ONE=1\n"));
    assert_null(strstr(words, "stale"));
    assert_null(strstr(words, "PATH="));
    unsigned lines = 0;
    for (const char *c = words; *c; c++) lines += *c == '\n';
    assert_int_equal(lines, 2);
    buffer_clear(&output);
}

static void only_the_kept_descriptors_reach_the_child(void **state) {
    (void)state;
    int leaked = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */
    int kept = fcntl(leaked, F_DUPFD_CLOEXEC, 40);
    const char *const args[] = {
        "sh", "-c",
        "for f in /proc/$$/fd/*; do readlink $f && echo ${f##*/}; done; :", NULL};
    struct process_options options = silent(args);
    options.keep_fds = &kept;
    options.keep_count = 1;
    struct buffer output;
    buffer_init(&output, 65536);
    output_of(&options, &output);
    const char *words = buffer_string(&output);
    assert_non_null(strstr(words, "/dev/null\n40\n"));
    unsigned lines = 0;
    for (const char *c = words; *c; c++) lines += *c == '\n';
    assert_int_equal(lines, 2 * 5); /* 0, 1, 2, the leash, the kept one */
    close(leaked);
    close(kept);
    buffer_clear(&output);
}

static void a_child_runs_in_its_folder_and_session(void **state) {
    (void)state;
    const char *const args[] = {
        "sh", "-c", "pwd; [ $(cut -d' ' -f6 /proc/$$/stat) = $$ ] && echo leads", NULL};
    struct process_options options = silent(args);
    options.folder = "/usr";
    options.own_session = true;
    struct buffer output;
    buffer_init(&output, 65536);
    output_of(&options, &output);
    assert_string_equal(buffer_string(&output), "/usr\nleads\n");
    buffer_clear(&output);
}

static void standard_descriptors_may_be_swapped(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    const char *const args[] = {"sh", "-c", "echo out; echo err >&2", NULL};
    struct process_options options = silent(args);
    options.stdout_fd = ends[1];
    options.stderr_fd = ends[1];
    assert_int_equal(run_to_end(&options).code, 0);
    close(ends[1]);
    struct buffer output;
    buffer_init(&output, 65536);
    read_all(ends[0], &output);
    assert_string_equal(buffer_string(&output), "out\nerr\n");
    close(ends[0]);
    buffer_clear(&output);
}

static void stopping_kills_who_does_not_listen(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    const char *const args[] = {
        "sh", "-c", "trap '' TERM; echo ready; exec sleep 1000", NULL};
    struct process_options options = silent(args);
    options.stdout_fd = ends[1];
    struct run run = {.loop = loop_new()};
    struct error err = {0};
    run.process = process_start(run.loop, &options, on_exit_stop, &run, &err);
    assert_non_null(run.process);
    char word[8];
    assert_int_equal(read(ends[0], word, 6), 6);

    uint64_t start_ns = loop_clock_ns();
    process_stop(run.process, 50 * NS_PER_MS);
    loop_run(run.loop);
    assert_int_equal(run.how.signal, SIGKILL);
    assert_true(loop_clock_ns() - start_ns >= 50 * NS_PER_MS);
    process_free(run.process);
    loop_free(run.loop);
    close(ends[0]);
    close(ends[1]);
}

static void stopping_lets_a_polite_one_go_by_itself(void **state) {
    (void)state;
    const char *const args[] = {"sleep", "1000", NULL};
    struct process_options options = silent(args);
    struct run run = {.loop = loop_new()};
    struct error err = {0};
    run.process = process_start(run.loop, &options, on_exit_stop, &run, &err);
    assert_non_null(run.process);
    process_signal(run.process, SIGSTOP); /* even a stopped one */
    process_stop(run.process, 60 * NS_PER_S);
    loop_run(run.loop);
    assert_int_equal(run.how.signal, SIGTERM);
    process_free(run.process);
    loop_free(run.loop);
}

static void freeing_kills_and_reaps_without_a_word(void **state) {
    (void)state;
    const char *const args[] = {"sleep", "1000", NULL};
    struct process_options options = silent(args);
    struct run run = {.loop = loop_new()};
    struct error err = {0};
    run.process = process_start(run.loop, &options, on_exit_stop, &run, &err);
    pid_t pid = process_pid(run.process);
    process_free(run.process);
    assert_int_equal(kill(pid, 0), -1);
    loop_run(run.loop);
    assert_int_equal(run.exits, 0);
    loop_free(run.loop);
}

/* Families: this program is its own child, told what to be by its first argument. */

static struct process *start_self(
    struct loop *loop, const char *role, int out, bool leash_only) {
    static const char self[] = "/proc/self/exe";
    const char *const args[] = {self, role, NULL};
    struct process_options options = silent(args);
    options.stdout_fd = out;
    options.leash_only = leash_only;
    struct error err = {0};
    struct process *process = process_start(loop, &options, on_exit_stop, NULL, &err);
    if (!process) abort();
    return process;
}

static void say_pid(const char *role) {
    char line[64];
    struct text text = TEXT_IN(line);
    text_addf(&text, "%s %d\n", role, getpid());
    if (write(STDOUT_FILENO, line, text.length) < 0) abort();
}

static void on_leash_end(void *owner) {
    say_pid("tidied");
    loop_stop(owner);
}

/* "parent" starts "middle", which starts "youngest"; none of them ends by itself. With
 * "-leash" the next one lives on a leash alone. */
static int be(const char *role) {
    struct loop *loop = loop_new();
    struct process *child = NULL;
    struct leash *leash = NULL;
    if (strcmp(role, "parent") == 0) {
        child = start_self(loop, "middle", STDOUT_FILENO, false);
    } else if (strcmp(role, "middle") == 0) {
        child = start_self(loop, "youngest", STDOUT_FILENO, false);
    } else if (strcmp(role, "parent-leash") == 0) {
        child = start_self(loop, "leashed", STDOUT_FILENO, true);
    } else if (strcmp(role, "leashed") == 0) {
        leash = leash_from_environment(loop, on_leash_end, loop);
        if (!leash) abort();
    }
    say_pid(role);
    struct loop_signal *forever = loop_on_signal(loop, SIGUSR2, NULL, NULL);
    loop_run(loop);
    loop_signal_free(forever);
    leash_free(leash);
    process_free(child);
    loop_free(loop);
    return 0;
}

static void read_until(int descriptor, struct buffer *into, unsigned lines) {
    struct pollfd ready = {.fd = descriptor, .events = POLLIN};
    char c;
    while (lines > 0) {
        assert_int_equal(poll(&ready, 1, LIMIT_MS), 1);
        assert_int_equal(read(descriptor, &c, 1), 1);
        buffer_add_char(into, c);
        if (c == '\n') lines--;
    }
}

static void kill_parent(const char *role, unsigned lines, struct buffer *output) {
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    struct loop *loop = loop_new();
    struct process *parent = start_self(loop, role, ends[1], false);
    close(ends[1]);
    read_until(ends[0], output, lines);
    process_free(parent); /* SIGKILL */
    /* The pipe ends when the last of them is gone. */
    read_all(ends[0], output);
    close(ends[0]);
    loop_free(loop);
}

static void killing_the_parent_kills_child_and_grandchild(void **state) {
    (void)state;
    struct buffer output;
    buffer_init(&output, 65536);
    kill_parent("parent", 3, &output);
    const char *words = buffer_string(&output);
    assert_non_null(strstr(words, "middle "));
    assert_non_null(strstr(words, "youngest "));
    assert_null(strstr(words, "tidied"));
    buffer_clear(&output);
}

static void a_child_on_a_leash_alone_tidies_up_first(void **state) {
    (void)state;
    struct buffer output;
    buffer_init(&output, 65536);
    kill_parent("parent-leash", 2, &output);
    assert_non_null(strstr(buffer_string(&output), "tidied "));
    buffer_clear(&output);
}

int main(int argc, char **argv) {
    if (argc > 1) return be(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exit_code_and_a_signal_are_told_apart),
        cmocka_unit_test(a_program_that_cannot_run_is_an_error_at_once),
        cmocka_unit_test(the_environment_is_exactly_what_was_asked_for),
        cmocka_unit_test(only_the_kept_descriptors_reach_the_child),
        cmocka_unit_test(a_child_runs_in_its_folder_and_session),
        cmocka_unit_test(standard_descriptors_may_be_swapped),
        cmocka_unit_test(stopping_kills_who_does_not_listen),
        cmocka_unit_test(stopping_lets_a_polite_one_go_by_itself),
        cmocka_unit_test(freeing_kills_and_reaps_without_a_word),
        cmocka_unit_test(killing_the_parent_kills_child_and_grandchild),
        cmocka_unit_test(a_child_on_a_leash_alone_tidies_up_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
