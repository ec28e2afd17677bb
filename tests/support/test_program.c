/* SPDX-License-Identifier: MIT */
#include "support/test_program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"

enum { WORDS_SIZE = 2048, END_MS = 60 * 1000, VARIABLE_SIZE = 160 };

void test_program_init(struct test_program *program) {
    *program = (struct test_program){.pipes = {-1, -1}};
    test_folder_init(&program->folder);
    program->out = calloc(1, TEST_PROGRAM_OUTPUT_SIZE);
    program->err = calloc(1, TEST_PROGRAM_OUTPUT_SIZE);
    assert_non_null(program->out);
    assert_non_null(program->err);
}

static void close_pipes(struct test_program *program) {
    for (int i = 0; i < 2; i++) {
        if (program->pipes[i] >= 0) close(program->pipes[i]);
        program->pipes[i] = -1;
    }
}

void test_program_clear(struct test_program *program) {
    if (program->pid > 0) {
        kill(program->pid, SIGKILL);
        waitpid(program->pid, NULL, 0);
    }
    close_pipes(program);
    free(program->out);
    free(program->err);
    test_folder_clear(&program->folder);
    *program = (struct test_program){.pipes = {-1, -1}};
}

static void set_xdg(const char *name, const char *folder) {
    setenv(name, folder, 1);
}

/* Nothing of the environment of whoever runs the tests may change what they see. */
static void set_environment(const struct test_program *program) {
    static const char *const unset[] = {
        "NO_COLOR",          "CLICOLOR_FORCE",     "FLIGHTDECK_TARGET",
        "FLIGHTDECK_CONFIG", "FLIGHTDECK_FORMAT",  "FLIGHTDECK_TIMEOUT",
        "FLIGHTDECK_COLOR",  "FLIGHTDECK_FAIL_ON", "FLIGHTDECK_THEME",
        "FLIGHTDECK_REPORT", "http_proxy",         "https_proxy",
        "ALL_PROXY",
    };
    for (size_t i = 0; i < sizeof unset / sizeof *unset; i++) unsetenv(unset[i]);
    set_xdg("HOME", program->folder.path);
    set_xdg("XDG_CONFIG_HOME", program->folder.path);
    set_xdg("XDG_STATE_HOME", program->folder.path);
    set_xdg("XDG_RUNTIME_DIR", program->folder.path);
    setenv("TERM", "xterm-256color", 1);
    for (size_t i = 0; i < TEST_PROGRAM_ENV_MAX && program->env[i]; i++) {
        char name[VARIABLE_SIZE];
        const char *equals = strchr(program->env[i], '=');
        if (!equals) _exit(126);
        text_copy_cut(name, sizeof name, program->env[i]);
        name[equals - program->env[i]] = '\0';
        setenv(name, equals + 1, 1);
    }
}

/* The words of the command line, each ended by a NUL in `copy`. */
static void split(const char *words, char copy[WORDS_SIZE], char **args) {
    static char program[] = BINARIES_FOLDER "/flightdeck";
    unsigned count = 0;
    assert_true(text_copy(copy, WORDS_SIZE, words));
    for (char *at = copy; *at;) {
        while (*at == ' ') *at++ = '\0';
        if (*at == '\0') break;
        assert_true(count < TEST_PROGRAM_ARGS_MAX);
        args[count++] = at;
        while (*at && *at != ' ') at++;
    }
    args[count] = NULL;
    if (count > 0 && strcmp(args[0], "flightdeck") == 0) args[0] = program;
}

static int input_of(const struct test_program *program) {
    if (!program->input) return open("/dev/null", O_RDONLY | O_CLOEXEC);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    ssize_t length = (ssize_t)strlen(program->input);
    /* Small enough for the pipe to take it at once. */
    if (write(ends[1], program->input, (size_t)length) != length) _exit(126);
    close(ends[1]);
    return ends[0];
}

_Noreturn static void become(
    const struct test_program *program, char **args, const int outputs[2]) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (chdir(program->folder.path) != 0) _exit(126);
    set_environment(program);
    int input = input_of(program);
    if (dup2(input, STDIN_FILENO) < 0) _exit(126);
    int out = program->stdout_fd ? program->stdout_fd : outputs[0];
    if (dup2(out, STDOUT_FILENO) < 0 || dup2(outputs[1], STDERR_FILENO) < 0) _exit(126);
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++) {
        if (program->closed & 1 << i) close(i);
    }
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (args[0]) execv(args[0], args);
    _exit(127);
}

void test_program_start(struct test_program *program, const char *words) {
    char copy[WORDS_SIZE];
    char *args[TEST_PROGRAM_ARGS_MAX + 1];
    int out[2];
    int err[2];
    split(words, copy, args);
    close_pipes(program);
    program->out[0] = program->err[0] = '\0';
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    assert_int_equal(pipe2(err, O_CLOEXEC), 0);
    program->pid = fork();
    assert_true(program->pid >= 0);
    if (program->pid == 0) become(program, args, (int[]){out[1], err[1]});
    close(out[1]);
    close(err[1]);
    program->pipes[0] = out[0];
    program->pipes[1] = err[0];
}

static uint64_t clock_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Takes what has been said since; false once nothing more can come. */
static bool take(int *pipe, char *words) {
    size_t length = strlen(words);
    assert_true(length < TEST_PROGRAM_OUTPUT_SIZE - 1);
    ssize_t got = read(*pipe, words + length, TEST_PROGRAM_OUTPUT_SIZE - 1 - length);
    if (got < 0 && errno == EINTR) return true;
    if (got <= 0) {
        close(*pipe);
        *pipe = -1;
        return false;
    }
    words[length + (size_t)got] = '\0';
    return true;
}

/* Listens until both ends are closed or `words`, if any, were said. */
static bool listen_until(struct test_program *program, const char *words, unsigned ms) {
    uint64_t until_ms = clock_ms() + ms;
    char *said[2] = {program->out, program->err};
    while (program->pipes[0] >= 0 || program->pipes[1] >= 0) {
        if (words && (strstr(said[0], words) || strstr(said[1], words))) return true;
        struct pollfd ends[2] = {
            {.fd = program->pipes[0], .events = POLLIN},
            {.fd = program->pipes[1], .events = POLLIN}};
        uint64_t now_ms = clock_ms();
        if (now_ms >= until_ms) return false;
        poll(ends, 2, (int)(until_ms - now_ms));
        for (int i = 0; i < 2; i++) {
            if (ends[i].revents) take(&program->pipes[i], said[i]);
        }
    }
    return !words || strstr(said[0], words) || strstr(said[1], words);
}

void test_program_expect(struct test_program *program, const char *words) {
    if (listen_until(program, words, END_MS / 2)) return;
    fail_msg("\"%s\" was never said, but: %s%s", words, program->out, program->err);
}

int test_program_wait(struct test_program *program) {
    int status = 0;
    if (!listen_until(program, NULL, END_MS)) {
        kill(program->pid, SIGKILL);
        waitpid(program->pid, NULL, 0);
        program->pid = 0;
        fail_msg("it does not end; it said: %s%s", program->out, program->err);
    }
    assert_int_equal(waitpid(program->pid, &status, 0), program->pid);
    program->pid = 0;
    program->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    program->code = program->signal ? 128 + program->signal : WEXITSTATUS(status);
    return program->code;
}

int test_program_run(struct test_program *program, const char *words) {
    test_program_start(program, words);
    return test_program_wait(program);
}
