/* SPDX-License-Identifier: MIT */
#include "load/client.h"

#include <errno.h>
#include <string.h>

#include "base/safe_text.h"
#include "io/loop.h"
#include "load/client_answer.h"
#include "load/crowd.h"
#include "load/errand.h"
#include "load/load_run.h"
#include "load/request_book.h"

static void on_open(void *owner, uint64_t now_ns);
static size_t on_bytes(void *owner, struct slice bytes, uint64_t now_ns);
static void on_end(
    void *owner, enum strand_end end, const char *words, uint64_t now_ns);

const struct strand_handlers client_handlers = {
    .on_open = on_open, .on_bytes = on_bytes, .on_end = on_end};

/* Connections */

static void drop_connection(struct client *client) {
    if (!client->strand) return;
    strand_close(client->strand);
    client->strand = NULL;
    client->kept = false;
    client->run->connections--;
}

static void fail(struct client *client, enum load_failure failure, uint64_t now_ns) {
    drop_connection(client);
    client_answer_failed(client, failure, now_ns);
}

static void fail_to_connect(
    struct client *client, enum load_failure failure, const char *words) {
    struct load_report *report = client->run->report;
    safe_text_copy(report->trouble, sizeof report->trouble, slice_of(words));
    fail(client, failure, loop_clock_ns());
}

/* Of this machine or process, whatever the target is like. */
static bool is_shortage(int number) {
    return number == EMFILE || number == ENFILE || number == EADDRNOTAVAIL ||
           number == ENOBUFS || number == ENOMEM;
}

static void connect_first(struct client *client) {
    client->state = CLIENT_CONNECTING;
    client->strand = strand_open(client->run->strands, client);
    if (client->strand) {
        client->run->connections++;
    } else {
        int number = errno;
        if (is_shortage(number)) client->run->report->health.starved++;
        fail_to_connect(client, LOAD_FAILURE_CONNECT, strerrordesc_np(number));
    }
}

/* The server had closed the connection while nobody asked anything: that is no failure,
 * if what was asked can be asked again. */
static void connect_again(struct client *client) {
    client->run->report->health.stale++;
    drop_connection(client);
    connect_first(client);
}

/* Asking */

static bool is_safe(const struct client *client) {
    const char *method = client->run->plan->tasks[client->task].method;
    return client->polling || strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static struct slice write_request(struct client *client) {
    struct load_run *run = client->run;
    const struct load_values values = {
        .user = client->number,
        .seq = client->seq,
        .run = run->plan->run,
        .job = client->errand ? client->errand->job : NULL,
        .random = &run->random};
    return request_book_write(run->book, client_answer_row(client), &values);
}

static void count_sent(struct client *client, size_t length) {
    struct load_run *run = client->run;
    struct load_row *row = &run->report->rows[client_answer_row(client)];
    row->sent_bytes += length;
    run->in_flight++;
    if (client->kept) run->report->health.reused++;
    if (client->retried) {
        row->retried++;
    } else {
        row->sent++;
    }
}

static void send_request(struct client *client) {
    struct slice bytes = write_request(client);
    const struct load_task *task = &client->run->plan->tasks[client->task];
    client->reader = (struct http_reader){
        .to_head = !client->polling && strcmp(task->method, "HEAD") == 0};
    client->heard = false;
    client->matched = 0;
    client->sent_ns = loop_clock_ns();
    if (strand_write(client->strand, bytes)) {
        client->state = CLIENT_ASKING;
        count_sent(client, bytes.length);
    } else if (client->kept) {
        connect_again(client); /* nothing of it was sent */
    } else {
        fail(client, LOAD_FAILURE_RESET, client->sent_ns);
    }
}

/* How late the start is by the generator's own doing. */
static void count_start(struct client *client, uint64_t now_ns) {
    struct load_health *health = &client->run->report->health;
    if (client->waited) return;
    uint64_t delay_us = client_answer_us(client->intended_ns, now_ns);
    histogram_record(&health->delay, delay_us, 1);
    if (delay_us > LOAD_LATE_US) health->late++;
}

static void ask(struct client *client, uint64_t intended_ns) {
    struct load_run *run = client->run;
    uint64_t now_ns = loop_clock_ns();
    client->intended_ns = intended_ns;
    client->deadline_ns = now_ns + run->plan->tasks[client->task].timeout_ns;
    client->seq = ++run->seq;
    client->retried = false;
    if (run->requests_left != UINT64_MAX) run->requests_left--;
    count_start(client, now_ns);
    if (client->strand) {
        send_request(client);
    } else {
        connect_first(client);
    }
}

void client_begin(struct client *client, uint32_t task, uint64_t intended_ns) {
    client->task = task;
    client->turn_ns = intended_ns;
    client->polling = false;
    client->run->busy++;
    const struct load_task *what = &client->run->plan->tasks[task];
    if (what->stream || what->job.wanted) client->errand = errand_new();
    ask(client, intended_ns);
}

void client_poll(struct client *client, uint64_t intended_ns) {
    if (client->run->requests_left == 0) {
        client_answer_lose_job(client, loop_clock_ns());
        return;
    }
    client->polling = true;
    client->waited = false;
    client->polls_left--;
    client->run->report->rows[client_answer_row(client)].wanted++;
    ask(client, intended_ns);
}

static void on_open(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct client *client = owner;
    client->run->report->health.opened++;
    send_request(client);
}

/* Answers */

/* The answer is whole: the connection is kept if it can be. */
static void end_answer(struct client *client, bool clean, uint64_t now_ns) {
    if (client->reader.keep_alive && clean) {
        client->kept = true;
    } else {
        drop_connection(client);
    }
    client_answer_came(client, now_ns);
}

/* False when the answer has ended. */
static bool read_step(struct client *client, struct slice *bytes, uint64_t now_ns) {
    switch (http_reader_next(&client->reader, bytes)) {
    case HTTP_STEP_MORE: return false;
    case HTTP_STEP_HEADER:
    case HTTP_STEP_INTERIM:
    case HTTP_STEP_HEAD: return true;
    case HTTP_STEP_BODY:
        client_answer_body(client, client->reader.piece, now_ns);
        return true;
    case HTTP_STEP_END: end_answer(client, bytes->length == 0, now_ns); return false;
    case HTTP_STEP_BAD: fail(client, LOAD_FAILURE_MALFORMED, now_ns); return false;
    }
    return false;
}

static size_t on_bytes(void *owner, struct slice bytes, uint64_t now_ns) {
    struct client *client = owner;
    size_t came = bytes.length;
    if (client->state != CLIENT_ASKING) {
        drop_connection(client); /* nobody has asked for that */
        return came;
    }
    struct load_row *row = &client->run->report->rows[client_answer_row(client)];
    /* What comes again was not counted as it was left. */
    const struct strand *strand = client->strand;
    while (read_step(client, &bytes, now_ns)) continue;
    row->received_bytes += came - bytes.length;
    bool goes_on = client->state == CLIENT_ASKING && client->strand == strand &&
                   client->reader.begun && client->reader.state != HTTP_READER_WHOLE;
    return goes_on ? came - bytes.length : came;
}

/* The connection has ended inside an answer, or before it. */
static void end_asking(struct client *client, enum strand_end end, uint64_t now_ns) {
    bool orderly = end == STRAND_CLOSED;
    if (orderly && http_reader_end(&client->reader) == HTTP_STEP_END) {
        end_answer(client, false, now_ns);
        return;
    }
    bool again = client->kept && !client->reader.begun && is_safe(client);
    if (!again) {
        fail(client, LOAD_FAILURE_RESET, now_ns);
        return;
    }
    client->retried = true;
    client->run->in_flight--;
    connect_again(client);
}

static void on_end(
    void *owner, enum strand_end end, const char *words, uint64_t now_ns) {
    struct client *client = owner;
    bool untrusted = end == STRAND_UNTRUSTED;
    switch ((enum client_state)client->state) {
    case CLIENT_CONNECTING:
        fail_to_connect(
            client, untrusted ? LOAD_FAILURE_TLS : LOAD_FAILURE_CONNECT, words);
        break;
    case CLIENT_ASKING: end_asking(client, end, now_ns); break;
    case CLIENT_FREE:
    case CLIENT_PAUSING: drop_connection(client); break;
    }
}

void client_time_out(struct client *client, uint64_t now_ns) {
    fail(client, LOAD_FAILURE_TIMEOUT, now_ns);
}

void client_stop(struct client *client) {
    drop_connection(client);
    if (client->state == CLIENT_CONNECTING || client->state == CLIENT_ASKING) {
        client->run->report->rows[client_answer_row(client)].abandoned++;
    }
    if (client->state == CLIENT_ASKING) client->run->in_flight--;
    if (client->state != CLIENT_FREE) client->run->busy--;
    if (client->errand && client->errand->job[0]) {
        client->run->report->rows[client->task].jobs_lost++;
    }
    client->state = CLIENT_FREE;
    client->deadline_ns = 0;
    errand_free(client->errand);
    client->errand = NULL;
}
