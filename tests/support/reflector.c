/* SPDX-License-Identifier: MIT */
#include "support/reflector.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/panic.h"
#include "base/text.h"
#include "io/bound_socket.h"

enum { REQUEST_SIZE = 16 * 1024, ANSWER_SIZE = 8192, SECRET_SIZE = 512 };

/* What follows "Authorization: " on its line. */
static void find_secret(const char *request, char secret[SECRET_SIZE]) {
    static const char name[] = "Authorization: ";
    const char *at = strstr(request, name);
    struct text text = text_in(secret, SECRET_SIZE);
    if (!at) return;
    at += sizeof name - 1;
    text_add_slice(&text, (struct slice){.data = at, .length = strcspn(at, "\r\n")});
}

static void make_body(const char *request, struct text *body) {
    char secret[SECRET_SIZE] = "";
    find_secret(request, secret);
    if (strstr(request, " /metrics")) {
        text_addf(
            body,
            "agent_requests_total{version=\"%s\"} 7\nagent_info{version=\"%s\"} 1\n",
            secret, secret);
    } else if (strstr(request, " /errors")) {
        text_addf(
            body,
            "{\"errors\":[{\"time\":\"2026-11-22T12:00:00Z\",\"kind\":\"%s\",\"route\":"
            "\"%s\",\"request_id\":\"%s\",\"message\":\"%s\"}]}",
            secret, secret, secret, secret);
    } else if (strstr(request, "/chat")) {
        text_addf(body, "{\"response\":\"%s 4\"}", secret);
    } else {
        text_addf(
            body, "{\"status\":\"%s\",\"version\":\"%s\",\"checks\":{\"a\":\"%s\"}}",
            secret, secret, secret);
    }
}

static void answer(int client, int log) {
    char request[REQUEST_SIZE];
    ssize_t got = read(client, request, sizeof request - 1);
    if (got <= 0) return;
    request[got] = '\0';
    if (write(log, request, (size_t)got) != got) _exit(1);
    char words[ANSWER_SIZE];
    char body[ANSWER_SIZE / 2];
    struct text text = TEXT_IN(body);
    make_body(request, &text);
    int length = snprintf(
        words, sizeof words,
        "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
        text.length, body);
    if (write(client, words, (size_t)length) != length) return;
}

static void log_path(const struct reflector *reflector, char path[TEST_PATH_SIZE]) {
    test_folder_path(&reflector->folder, "heard", path);
}

_Noreturn static void serve(int listener, const char *path) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    fcntl(listener, F_SETFL, 0);
    int log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0) continue;
        if (write(log, "\n", 1) != 1) _exit(1);
        answer(client, log);
        close(client);
    }
}

void reflector_start(struct reflector *reflector) {
    struct error err;
    char path[TEST_PATH_SIZE];
    test_folder_init(&reflector->folder);
    log_path(reflector, path);
    int listener = bound_socket_open("127.0.0.1", 0, &reflector->port, &err);
    ensure(listener >= 0);
    reflector->pid = fork();
    ensure(reflector->pid >= 0);
    if (reflector->pid == 0) serve(listener, path);
    close(listener);
}

void reflector_stop(struct reflector *reflector) {
    kill(reflector->pid, SIGKILL);
    waitpid(reflector->pid, NULL, 0);
    test_folder_clear(&reflector->folder);
}

static size_t read_log(const struct reflector *reflector, char **words) {
    char path[TEST_PATH_SIZE];
    size_t size = 0;
    log_path(reflector, path);
    *words = NULL;
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    FILE *copy = open_memstream(words, &size);
    for (int c = fgetc(file); c != EOF; c = fgetc(file)) fputc(c, copy);
    fclose(copy);
    fclose(file);
    return size;
}

bool reflector_was_asked(const struct reflector *reflector) {
    char *words = NULL;
    size_t size = read_log(reflector, &words);
    free(words);
    return size > 0;
}

bool reflector_heard(const struct reflector *reflector, const char *words) {
    char *heard = NULL;
    read_log(reflector, &heard);
    bool found = heard && strstr(heard, words);
    free(heard);
    return found;
}
