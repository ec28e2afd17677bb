/* SPDX-License-Identifier: MIT */
#include "support/test_demo.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/scan.h"
#include "base/text.h"

enum {
    START_LIMIT_MS = 60000,
    LEAVE_LIMIT_MS = 20000,
    ARGS_MAX = 32,
    LISTENING_MAX = 4096,
};

/* Every process of the machine with its parent, as one look at /proc. */
struct kin {
    pid_t pid, parent;
};
enum { KIN_MAX = 8192 };

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

/* Reads until an empty line, or the end; whether the former. */
static bool read_words(int descriptor, char *words, size_t size, bool all) {
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
        if (!all && strstr(words, "\n\n")) return true;
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
    return read_words(demo->out, demo->words, sizeof demo->words, false);
}

static bool read_kin(pid_t pid, struct kin *kin) {
    char path[64], words[512];
    struct text text = TEXT_IN(path);
    text_addf(&text, "/proc/%d/stat", (int)pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? -1 : read(file, words, sizeof words - 1);
    if (file >= 0) close(file);
    if (got <= 0) return false;
    words[got] = '\0';
    const char *after = strrchr(words, ')'); /* the name may hold anything */
    if (!after || strlen(after) < 5) return false;
    *kin = (struct kin){pid, (pid_t)strtol(after + 4, NULL, 10)};
    return true;
}

static size_t list_kin(struct kin *all) {
    size_t count = 0;
    DIR *folder = opendir("/proc");
    ensure(folder);
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL && count < KIN_MAX) {
        uint64_t pid = 0;
        if (!slice_u64(slice_of(entry->d_name), &pid)) continue;
        if (read_kin((pid_t)pid, &all[count])) count++;
    }
    closedir(folder);
    return count;
}

static bool is_family(const struct test_demo *demo, pid_t pid) {
    for (size_t i = 0; i < demo->family_count; i++) {
        if (demo->family[i].pid == pid) return true;
    }
    return false;
}

static bool adopt(struct test_demo *demo, pid_t pid) {
    int descriptor = (int)syscall(SYS_pidfd_open, pid, 0);
    if (descriptor < 0) return false;
    ensure(demo->family_count < TEST_DEMO_FAMILY_MAX);
    demo->family[demo->family_count].pid = pid;
    demo->family[demo->family_count++].descriptor = descriptor;
    return true;
}

/* The inode of a listening socket, 0 for a line of /proc/net/tcp that is none. */
static uint64_t listening_inode(struct slice line) {
    struct scan scan = scan_of(line);
    struct slice word;
    uint64_t inode = 0;
    for (unsigned i = 0; scan_word(&scan, &word); i++) {
        if (i == 3 && !slice_equals(word, "0A")) return 0;
        if (i == 9) return slice_u64(word, &inode) ? inode : 0;
    }
    return 0;
}

/* Everything that listens on TCP now. */
struct listening {
    size_t count;
    uint64_t inodes[LISTENING_MAX];
};

static void list_listening(struct listening *listening) {
    FILE *file = fopen("/proc/net/tcp", "re");
    char words[512];
    listening->count = 0;
    while (file && fgets(words, sizeof words, file)) {
        uint64_t inode = listening_inode(slice_of(words));
        if (inode == 0) continue;
        ensure(listening->count < LISTENING_MAX);
        listening->inodes[listening->count++] = inode;
    }
    if (file) fclose(file);
}

static bool listens(const struct listening *listening, uint64_t inode) {
    for (size_t i = 0; i < listening->count; i++) {
        if (listening->inodes[i] == inode) return true;
    }
    return false;
}

static uint64_t socket_behind(const char *path) {
    char link[64];
    ssize_t length = readlink(path, link, sizeof link - 1);
    uint64_t inode = 0;
    if (length <= 0) return 0;
    struct scan scan = scan_of((struct slice){link, (size_t)length});
    if (!scan_literal(&scan, "socket:[")) return 0;
    return slice_u64(scan_until(&scan, ']'), &inode) ? inode : 0;
}

static void look_at_sockets(
    struct test_demo *demo, pid_t pid, const struct listening *listening) {
    char path[64];
    struct text text = TEXT_IN(path);
    text_addf(&text, "/proc/%d/fd", (int)pid);
    DIR *folder = opendir(path);
    const struct dirent *entry;
    while (folder && (entry = readdir(folder)) != NULL) {
        text_reset(&text);
        text_addf(&text, "/proc/%d/fd/%s", (int)pid, entry->d_name);
        uint64_t inode = socket_behind(path);
        if (inode == 0 || !listens(listening, inode)) continue;
        ensure(demo->socket_count < TEST_DEMO_SOCKETS_MAX);
        demo->sockets[demo->socket_count++] = inode;
    }
    if (folder) closedir(folder);
}

size_t test_demo_look(struct test_demo *demo) {
    static const size_t rounds = 8; /* of parents and children */
    struct kin *all = memory_new_array(KIN_MAX, sizeof *all);
    struct listening *listening = memory_new(sizeof *listening);
    list_listening(listening);
    size_t count = list_kin(all);
    if (!is_family(demo, demo->pid)) ensure(adopt(demo, demo->pid));
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < count; i++) {
            bool known = is_family(demo, all[i].pid);
            if (known || !is_family(demo, all[i].parent)) continue;
            if (!adopt(demo, all[i].pid)) continue;
            look_at_sockets(demo, all[i].pid, listening);
        }
    }
    free(all);
    free(listening);
    return demo->family_count;
}

bool test_demo_is_gone(struct test_demo *demo) {
    int64_t start_ms = clock_ms();
    for (size_t i = 0; i < demo->family_count; i++) {
        struct pollfd end = {.fd = demo->family[i].descriptor, .events = POLLIN};
        int64_t left_ms = LEAVE_LIMIT_MS - (clock_ms() - start_ms);
        if (poll(&end, 1, left_ms > 0 ? (int)left_ms : 0) == 1) continue;
        fprintf(stderr, "process %d stays\n", (int)demo->family[i].pid);
        return false;
    }
    if (demo->pid > 0 && waitpid(demo->pid, &demo->status, 0) == demo->pid) {
        demo->pid = 0;
    }
    struct listening *listening = memory_new(sizeof *listening);
    list_listening(listening);
    size_t open = 0;
    for (size_t i = 0; i < demo->socket_count; i++) {
        open += listens(listening, demo->sockets[i]);
    }
    free(listening);
    if (open > 0) fprintf(stderr, "%zu ports stay open\n", open);
    return open == 0;
}

void test_demo_clear(struct test_demo *demo) {
    if (demo->pid > 0) {
        kill(demo->pid, SIGTERM);
        while (waitpid(demo->pid, &demo->status, 0) < 0 && errno == EINTR) continue;
        demo->pid = 0;
    }
    for (size_t i = 0; i < demo->family_count; i++) close(demo->family[i].descriptor);
    demo->family_count = 0;
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

int test_demo_ask(
    const struct test_demo_home *home, const char *const *args,
    char words[TEST_DEMO_WORDS_SIZE]) {
    int ends[2];
    ensure(pipe2(ends, O_CLOEXEC) == 0);
    pid_t child = launch(home, args, NULL, ends[1], ends[1]);
    close(ends[1]);
    read_words(ends[0], words, TEST_DEMO_WORDS_SIZE, true);
    close(ends[0]);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

const char *const stack_only_args[] = {"demo", "--stack-only", NULL};

void lone_demo_start(struct lone_demo *stack) {
    test_demo_home_init(&stack->home);
    ensure(test_demo_start(&stack->demo, &stack->home, stack_only_args, NULL));
    test_demo_look(&stack->demo);
}

void lone_demo_stop(struct lone_demo *stack) {
    test_demo_look(&stack->demo);
    kill(stack->demo.pid, SIGTERM);
    ensure(test_demo_is_gone(&stack->demo));
    test_demo_clear(&stack->demo);
    test_demo_home_clear(&stack->home);
}

int lone_demo_open(void **state) {
    struct lone_demo *stack = memory_new(sizeof *stack);
    lone_demo_start(stack);
    *state = stack;
    return 0;
}

int lone_demo_close(void **state) {
    lone_demo_stop(*state);
    free(*state);
    return 0;
}
