/* SPDX-License-Identifier: MIT */
#include "support/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "io/listener.h"
#include "io/loop.h"
#include "io/stream.h"

static const char on_port[] = "http://127.0.0.1:";
static const char on_path[] = "unix://";

/* The process that relays. */
struct office {
    struct loop *loop;
    enum wire wire;
    struct stream_options peer;
    int record;
};

struct relay {
    struct office *office;        /* borrowed */
    struct stream *client, *peer; /* peer: NULL when it has hung up */
    struct request_reader reader;
    bool open; /* the peer was reached */
};

/* In one piece, for others write to the same file. */
static void write_down(const struct relay *relay, const char *request) {
    char line[REQUEST_LINE_SIZE + 1];
    struct text text = TEXT_IN(line);
    text_addf(&text, "%s\n", request);
    ssize_t written = write(relay->office->record, line, text.length);
    ensure(written == (ssize_t)text.length);
}

static void on_client_bytes(void *owner, struct slice bytes) {
    struct relay *relay = owner;
    char request[REQUEST_LINE_SIZE];
    request_reader_feed(&relay->reader, bytes);
    while (request_reader_next(&relay->reader, request)) write_down(relay, request);
    if (relay->peer) stream_write(relay->peer, bytes);
}

static void hang_up(struct relay *relay) {
    stream_free(relay->client);
    stream_free(relay->peer);
    request_reader_clear(&relay->reader);
    free(relay);
}

static void on_client_end(void *owner, const struct error *why) {
    (void)why;
    struct relay *relay = owner;
    char request[REQUEST_LINE_SIZE];
    if (request_reader_end(&relay->reader, request)) write_down(relay, request);
    hang_up(relay);
}

static const struct stream_handlers client_handlers = {
    .on_bytes = on_client_bytes, .on_end = on_client_end};

static void on_peer_open(void *owner) {
    struct relay *relay = owner;
    relay->open = true;
    stream_attend(relay->client, &client_handlers, relay);
}

static void on_peer_bytes(void *owner, struct slice bytes) {
    struct relay *relay = owner;
    stream_write(relay->client, bytes);
}

/* The client gets the rest of the answer before it sees the end. */
static void on_peer_end(void *owner, const struct error *why) {
    (void)why;
    struct relay *relay = owner;
    if (!relay->open) {
        hang_up(relay);
        return;
    }
    stream_free(relay->peer);
    relay->peer = NULL;
    stream_finish(relay->client);
}

static const struct stream_handlers peer_handlers = {
    .on_open = on_peer_open, .on_bytes = on_peer_bytes, .on_end = on_peer_end};

static void on_accept(void *owner, struct stream *client) {
    struct office *office = owner;
    struct relay *relay = memory_new(sizeof *relay);
    *relay = (struct relay){.office = office, .client = client};
    request_reader_init(&relay->reader, office->wire);
    relay->peer = stream_connect(office->loop, &office->peer, &peer_handlers, relay);
}

/* Says on `ready` at which port it listens, and relays until it is killed. */
_Noreturn static void serve(
    struct office *office, const struct listener_options *place, int ready) {
    struct error err = {0};
    office->loop = loop_new();
    struct listener *listener =
        listener_new(office->loop, place, on_accept, office, &err);
    ensure(listener);
    uint16_t port = listener_port(listener);
    ensure(write(ready, &port, sizeof port) == (ssize_t)sizeof port);
    close(ready);
    loop_run(office->loop);
    panic("nothing left to relay");
}

static void record_path(const struct recorder *recorder, char path[TEST_PATH_SIZE]) {
    test_folder_path(&recorder->folder, "record", path);
}

/* Returns its port. */
static uint16_t start_office(
    struct recorder *recorder, struct office *office,
    const struct listener_options *place) {
    char path[TEST_PATH_SIZE];
    uint16_t port = 0;
    int ends[2];
    record_path(recorder, path);
    office->record = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ensure(office->record >= 0 && pipe2(ends, O_CLOEXEC) == 0);
    pid_t parent = getpid();
    recorder->pid = fork();
    ensure(recorder->pid >= 0);
    if (recorder->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(0);
        serve(office, place, ends[1]);
    }
    close(ends[1]);
    close(office->record);
    ensure(read(ends[0], &port, sizeof port) == (ssize_t)sizeof port);
    close(ends[0]);
    return port;
}

void recorder_start(struct recorder *recorder, enum wire wire, const char *peer) {
    struct office office = {.wire = wire, .peer = {.host = "127.0.0.1"}};
    struct listener_options place = {0};
    struct text address = TEXT_IN(recorder->address);
    char path[TEST_PATH_SIZE];
    uint64_t port = 0;
    test_folder_init(&recorder->folder);
    struct scan scan = scan_of(slice_of(peer));
    if (scan_literal(&scan, on_port)) {
        ensure(slice_u64(scan_rest(&scan), &port) && port <= UINT16_MAX);
        office.peer.port = (uint16_t)port;
        text_addf(&address, "%s%u", on_port, start_office(recorder, &office, &place));
        return;
    }
    test_folder_path(&recorder->folder, "socket", path);
    text_addf(&address, "%s%s", scan_literal(&scan, on_path) ? on_path : "", path);
    office.peer.path = scan.at;
    place.path = path;
    start_office(recorder, &office, &place);
}

void recorder_stop(struct recorder *recorder) {
    if (recorder->pid <= 0) return;
    kill(recorder->pid, SIGKILL);
    while (waitpid(recorder->pid, NULL, 0) < 0 && errno == EINTR) continue;
    recorder->pid = 0;
    test_folder_clear(&recorder->folder);
}

struct recorder_count recorder_judge(
    const struct recorder *recorder, recorder_judge_fn judge) {
    struct recorder_count count = {0};
    char path[TEST_PATH_SIZE];
    char line[REQUEST_LINE_SIZE + 1];
    record_path(recorder, path);
    FILE *file = fopen(path, "re");
    ensure(file);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (judge(line)) {
            count.allowed++;
        } else if (count.refused++ == 0) {
            text_copy_cut(count.refusal, sizeof count.refusal, line);
        }
    }
    fclose(file);
    return count;
}
