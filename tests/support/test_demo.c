/* SPDX-License-Identifier: MIT */
#include "support/test_demo.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/panic.h"
#include "base/scan.h"
#include "base/text.h"

enum {
    START_LIMIT_MS = 60000,
    ARGS_MAX = 32,
};

static int64_t clock_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void test_demo_home_init(struct test_demo_home *home) {
    test_folder_init(&home->folder);
    test_folder_init(&home->logs);
}

static int refuse_file(
    const char *path, const struct stat *info, int kind, struct FTW *where) {
    (void)info, (void)where;
    if (kind == FTW_D || kind == FTW_DP) return 0;
    fprintf(stderr, "left behind: %s\n", path);
    return 1;
}

void test_demo_home_clear(struct test_demo_home *home) {
    int left = nftw(home->folder.path, refuse_file, 16, FTW_PHYS);
    test_folder_clear(&home->folder);
    test_folder_clear(&home->logs);
    ensure(left == 0);
}

/* Everything that the program may write stands in folders of the test. */
static void set_environment(const struct test_demo_home *home, const char *variable) {
    static const char *const folders[] = {
        "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "TMPDIR", "HOME"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        setenv(folders[i], home->folder.path, 1); /* NOLINT(concurrency-mt-unsafe) */
    }
    setenv("XDG_STATE_HOME", home->logs.path, 1); /* NOLINT(concurrency-mt-unsafe) */
    char copy[512];
    if (!variable) return;
    ensure(text_copy(copy, sizeof copy, variable));
    char *value = strchr(copy, '=');
    ensure(value);
    *value = '\0';
    setenv(copy, value + 1, 1); /* NOLINT(concurrency-mt-unsafe) */
}

_Noreturn static void become(
    const struct test_demo_home *home, const char *const *args, const char *variable,
    int out, int err) {
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* a test that fails takes it along */
    set_environment(home, variable);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(null, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close_range(STDERR_FILENO + 1, ~0U, 0);
    setsid();
    char *copies[ARGS_MAX + 1] = {strdup(BINARIES_FOLDER "/flightdeck")};
    size_t count = 1;
    for (size_t i = 0; args[i]; i++) {
        ensure(count < ARGS_MAX);
        copies[count++] = strdup(args[i]);
    }
    if (copies[0]) execv(copies[0], copies);
    _exit(127);
}

static pid_t launch(
    const struct test_demo_home *home, const char *const *args, const char *variable,
    int out, int err) {
    pid_t child = fork();
    ensure(child >= 0);
    if (child == 0) become(home, args, variable, out, err);
    return child;
}

/* Reads until that is said, or the end,
 * which is all that NULL asks for. Whether it was. */
static bool read_words(int descriptor, char *words, size_t size, const char *until) {
    struct text text = text_in(words, size);
    int64_t start_ms = clock_ms();
    struct pollfd ready = {.fd = descriptor, .events = POLLIN};
    for (;;) {
        int64_t left_ms = START_LIMIT_MS - (clock_ms() - start_ms);
        if (left_ms <= 0 || poll(&ready, 1, (int)left_ms) <= 0) return false;
        char piece[1024];
        ssize_t got = read(descriptor, piece, sizeof piece);
        if (got <= 0) return false;
        text_add_slice(&text, (struct slice){piece, (size_t)got});
        if (until && strstr(words, until)) return true;
    }
}

void test_demo_launch(
    struct test_demo *demo, const struct test_demo_home *home, const char *const *args,
    const char *variable) {
    *demo = (struct test_demo){.home = home};
    char log[TEST_PATH_SIZE];
    test_folder_path(&home->logs, "stderr", log);
    int err = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int ends[2];
    ensure(err >= 0 && pipe2(ends, O_CLOEXEC) == 0);
    demo->pid = launch(home, args, variable, ends[1], err);
    close(ends[1]);
    close(err);
    demo->out = ends[0];
}

bool test_demo_start(
    struct test_demo *demo, const struct test_demo_home *home, const char *const *args,
    const char *variable) {
    test_demo_launch(demo, home, args, variable);
    return read_words(demo->out, demo->words, sizeof demo->words, "\n\n");
}

size_t test_demo_look(struct test_demo *demo) {
    return family_look(&demo->family, demo->pid);
}

bool test_demo_is_gone(struct test_demo *demo) {
    if (!family_ends(&demo->family)) return false;
    if (demo->pid > 0 && waitpid(demo->pid, &demo->status, 0) == demo->pid) {
        demo->pid = 0;
    }
    return family_is_silent(&demo->family);
}

void test_demo_clear(struct test_demo *demo) {
    if (demo->pid > 0) {
        kill(demo->pid, SIGTERM);
        while (waitpid(demo->pid, &demo->status, 0) < 0 && errno == EINTR) continue;
        demo->pid = 0;
    }
    family_clear(&demo->family);
    if (demo->out > 0) close(demo->out);
    demo->out = -1;
}

void test_demo_value(
    const struct test_demo *demo, const char *name, char *to, size_t size) {
    struct text text = text_in(to, size);
    struct scan lines = scan_of(slice_of(demo->words));
    struct slice line, word;
    while (scan_line(&lines, &line)) {
        struct scan scan = scan_of(line);
        if (!scan_word(&scan, &word) || !slice_equals(word, name)) continue;
        if (scan_word(&scan, &word)) text_add_slice(&text, word);
        return;
    }
}

/* "part    redis            running  4711" */
pid_t test_demo_part(const char *words, const char *part) {
    struct scan lines = scan_of(slice_of(words));
    struct slice line, columns[4];
    uint64_t pid = 0;
    while (scan_line(&lines, &line)) {
        struct scan scan = scan_of(line);
        unsigned count = 0;
        while (count < 4 && scan_word(&scan, &columns[count])) count++;
        if (count < 4 || !slice_equals(columns[0], "part")) continue;
        if (!slice_equals(columns[1], part)) continue;
        return slice_u64(columns[3], &pid) ? (pid_t)pid : 0;
    }
    return 0;
}

static int end_of(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int test_demo_ask(
    const struct test_demo_home *home, const char *const *args,
    char words[TEST_DEMO_WORDS_SIZE]) {
    int ends[2];
    ensure(pipe2(ends, O_CLOEXEC) == 0);
    pid_t child = launch(home, args, NULL, ends[1], ends[1]);
    close(ends[1]);
    read_words(ends[0], words, TEST_DEMO_WORDS_SIZE, NULL);
    close(ends[0]);
    return end_of(child);
}

bool test_demo_hear(
    const struct test_demo_home *home, const char *const *args, const char *wanted,
    char words[TEST_DEMO_WORDS_SIZE]) {
    int ends[2];
    ensure(pipe2(ends, O_CLOEXEC) == 0);
    pid_t child = launch(home, args, NULL, ends[1], ends[1]);
    close(ends[1]);
    bool heard = read_words(ends[0], words, TEST_DEMO_WORDS_SIZE, wanted);
    kill(child, SIGTERM);
    close(ends[0]);
    end_of(child);
    return heard;
}

bool test_demo_comes_to(
    const struct test_demo_home *home, const char *const *args, const char *wanted,
    char words[TEST_DEMO_WORDS_SIZE]) {
    int64_t start_ms = clock_ms();
    while (clock_ms() - start_ms < START_LIMIT_MS) {
        test_demo_ask(home, args, words);
        if (strstr(words, wanted)) return true;
    }
    return false;
}
