/* SPDX-License-Identifier: MIT */
#include "support/replayer.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/panic.h"
#include "io/bound_socket.h"

enum { REQUEST_MAX = 4 * 1024 * 1024, LIFE_S = 60, HEAD_SIZE = 1024 };

struct script {
    const struct replayed *answers;
    size_t count, next;
};

static void say(int client, const char *words, size_t length) {
    while (length > 0) {
        ssize_t sent = write(client, words, length);
        if (sent <= 0) _exit(0);
        words += sent;
        length -= (size_t)sent;
    }
}

/* The whole request: its head, and as much of a body as it announces. */
static bool hear(int client, struct buffer *request) {
    char bytes[8192];
    for (;;) {
        const char *words = buffer_string(request);
        const char *end = strstr(words, "\r\n\r\n");
        const char *length = strcasestr(words, "\r\nContent-Length: ");
        size_t announced = length ? strtoul(length + 18, NULL, 10) : 0;
        size_t head_length = end ? (size_t)(end + 4 - words) : 0;
        if (end && request->length >= head_length + announced) return true;
        ssize_t got = read(client, bytes, sizeof bytes);
        if (got <= 0 || !buffer_add(request, bytes, (size_t)got)) return false;
    }
}

static void say_piece(
    int client, const struct replayed *answer, const char *bytes, size_t length) {
    char size[32];
    int count = snprintf(size, sizeof size, "%zx\r\n", length);
    if (answer->chunked) say(client, size, (size_t)count);
    say(client, bytes, length);
    if (answer->chunked) say(client, "\r\n", 2);
}

static void play(int client, const struct replayed *answer) {
    char head[HEAD_SIZE];
    int length = snprintf(
        head, sizeof head, "HTTP/1.1 %u OK\r\nContent-Type: %s\r\n%s%s\r\n",
        answer->status ? answer->status : 200,
        answer->type ? answer->type : "text/event-stream",
        answer->headers ? answer->headers : "",
        answer->chunked ? "Transfer-Encoding: chunked\r\n" : "Connection: close\r\n");
    ensure(length > 0 && (size_t)length < sizeof head);
    say(client, head, (size_t)length);
    size_t piece = answer->piece ? answer->piece : answer->body.length;
    for (size_t at = 0; at < answer->body.length; at += piece) {
        size_t left = answer->body.length - at;
        say_piece(client, answer, answer->body.data + at, left < piece ? left : piece);
    }
    if (answer->chunked && !answer->is_cut) say(client, "0\r\n\r\n", 5);
    if (answer->stays) pause();
}

/* One line per question. */
static void write_down(int log, struct buffer *request) {
    for (size_t i = 0; i < request->length; i++) {
        char *c = &request->data[i];
        if (*c == '\r' || *c == '\n') *c = ' ';
    }
    buffer_add_char(request, '\n');
    if (write(log, request->data, request->length) < 0) _exit(1);
}

_Noreturn static void serve_client(int client, const struct replayed *answer) {
    int at_once = 1;
    alarm(LIFE_S); /* whatever a test forgets */
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    play(client, answer);
    shutdown(client, SHUT_WR);
    /* What the client still sends must not turn the end into a reset. */
    char rest[512];
    while (read(client, rest, sizeof rest) > 0) continue;
    _exit(0);
}

/* What a request is answered with: the next answer when it is a question. */
static const struct replayed *pick(
    struct script *script, struct buffer *request, int log) {
    static const struct replayed well = {.type = "application/json", .body = {"{}", 2}};
    if (!slice_starts_with(buffer_slice(request), "POST")) return &well;
    write_down(log, request);
    const struct replayed *answer = &script->answers[script->next];
    if (script->next + 1 < script->count) script->next++;
    return answer;
}

_Noreturn static void serve(int listener, const char *path, struct script script) {
    signal(SIGCHLD, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    fcntl(listener, F_SETFL, 0);
    int log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    struct buffer request;
    buffer_init(&request, REQUEST_MAX);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0) continue;
        buffer_reset(&request);
        pid_t parent = getpid();
        const struct replayed *answer =
            hear(client, &request) ? pick(&script, &request, log) : NULL;
        if (answer && fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() != parent) _exit(0);
            close(listener);
            serve_client(client, answer);
        }
        close(client);
    }
}

static void log_path(const struct replayer *replayer, char path[TEST_PATH_SIZE]) {
    test_folder_path(&replayer->folder, "asked", path);
}

void replayer_start(
    struct replayer *replayer, const struct replayed *answers, size_t count) {
    struct error err;
    char path[TEST_PATH_SIZE];
    *replayer = (struct replayer){0};
    test_folder_init(&replayer->folder);
    log_path(replayer, path);
    int listener = bound_socket_open("127.0.0.1", 0, &replayer->port, &err);
    ensure(listener >= 0);
    pid_t parent = getpid();
    replayer->pid = fork();
    ensure(replayer->pid >= 0);
    if (replayer->pid == 0) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(0);
        serve(listener, path, (struct script){.answers = answers, .count = count});
    }
    setpgid(replayer->pid, replayer->pid);
    close(listener);
    snprintf(
        replayer->url, sizeof replayer->url, "http://127.0.0.1:%u", replayer->port);
}

void replayer_stop(struct replayer *replayer) {
    kill(-replayer->pid, SIGKILL);
    waitpid(replayer->pid, NULL, 0);
    test_folder_clear(&replayer->folder);
}

/* The line of that index among the questions, into `line`, or the count of all. */
static size_t find_line(const struct replayer *replayer, size_t index, char **line) {
    char path[TEST_PATH_SIZE];
    size_t size = 0;
    size_t count = 0;
    log_path(replayer, path);
    FILE *file = fopen(path, "re");
    if (!file) return 0;
    while (getline(line, &size, file) > 0) {
        if (count++ == index) break;
    }
    fclose(file);
    return count;
}

size_t replayer_count(const struct replayer *replayer) {
    char *line = NULL;
    size_t count = find_line(replayer, SIZE_MAX, &line);
    free(line);
    return count;
}

bool replayer_heard(const struct replayer *replayer, size_t index, const char *words) {
    char *line = NULL;
    bool is_found = find_line(replayer, index, &line) == index + 1;
    is_found = is_found && line && strstr(line, words);
    free(line);
    return is_found;
}
