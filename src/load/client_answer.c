/* SPDX-License-Identifier: MIT */
#include "load/client_answer.h"

#include "base/units.h"
#include "load/crowd.h"
#include "load/errand.h"
#include "load/load_run.h"

enum { STATUS_ACCEPTED = 202 };

static const struct load_task *task_of(const struct client *client) {
    return &client->run->plan->tasks[client->task];
}

static struct load_row *row_of(const struct client *client) {
    return &client->run->report->rows[client_answer_row(client)];
}

uint32_t client_answer_row(const struct client *client) {
    return client->task + (client->polling ? client->run->plan->task_count : 0);
}

uint64_t client_answer_us(uint64_t from_ns, uint64_t to_ns) {
    return to_ns > from_ns ? (to_ns - from_ns) / NS_PER_US : 0;
}

void client_answer_body(struct client *client, struct slice piece, uint64_t now_ns) {
    const struct load_task *task = task_of(client);
    if (!client->heard) {
        client->heard = true;
        histogram_record(
            &row_of(client)->first_byte, client_answer_us(client->sent_ns, now_ns), 1);
    }
    if (task->content[0] && !client->polling) {
        client->matched =
            needle_step(&client->run->needles[client->task], client->matched, piece);
    }
    if (!client->errand) return;
    if (task->stream) {
        errand_hear(client->errand, piece, now_ns, &row_of(client)->gap);
    } else {
        buffer_add(&client->errand->body, piece.data, piece.length);
    }
}

/* Turns */

static void end_turn(struct client *client, uint64_t now_ns) {
    errand_free(client->errand);
    client->errand = NULL;
    client->run->busy--;
    crowd_on_turn_end(client->run->crowd, client, now_ns);
}

static void end_job(struct client *client, uint64_t now_ns, bool good) {
    struct load_row *row = &client->run->report->rows[client->task];
    uint64_t *count = good ? &row->jobs_good : &row->jobs_bad;
    (*count)++;
    histogram_record(&row->job, client_answer_us(client->turn_ns, now_ns), 1);
    end_turn(client, now_ns);
}

void client_answer_lose_job(struct client *client, uint64_t now_ns) {
    client->state = CLIENT_FREE;
    client->run->report->rows[client->task].jobs_lost++;
    end_turn(client, now_ns);
}

static void pause_job(struct client *client, uint64_t now_ns) {
    if (client->polls_left == 0 || client->run->requests_left == 0) {
        client_answer_lose_job(client, now_ns);
        return;
    }
    client->state = CLIENT_PAUSING;
    crowd_on_pause(client->run->crowd, client, now_ns + task_of(client)->job.poll_ns);
}

/* The request has ended, well or not. */
static void go_on(struct client *client, uint64_t now_ns, bool good) {
    const struct load_job *job = &task_of(client)->job;
    client->state = CLIENT_FREE;
    client->deadline_ns = 0;
    bool named = job->wanted && client->errand && client->errand->job[0];
    if (!named || (!client->polling && !good)) {
        end_turn(client, now_ns);
        return;
    }
    if (!client->polling) {
        client->polls_left = (uint16_t)job->poll_max;
        pause_job(client, now_ns);
        return;
    }
    /* One poll that went wrong is not the end of the job. */
    switch (good ? errand_judge(client->errand, job) : ERRAND_GOES_ON) {
    case ERRAND_GOOD: end_job(client, now_ns, true); break;
    case ERRAND_BAD: end_job(client, now_ns, false); break;
    case ERRAND_GOES_ON:
    case ERRAND_UNREADABLE: pause_job(client, now_ns); break;
    }
}

/* Counting */

static void count_done(struct client *client) {
    row_of(client)->done++;
    if (client->state == CLIENT_ASKING) {
        client->run->in_flight--;
    } else if (!client->retried) {
        row_of(client)->unsent++;
    }
}

static void count_time(struct client *client, uint64_t now_ns) {
    struct load_row *row = row_of(client);
    histogram_record(&row->service, client_answer_us(client->sent_ns, now_ns), 1);
    histogram_record(&row->response, client_answer_us(client->intended_ns, now_ns), 1);
}

static bool has_status(const struct client *client) {
    unsigned status = client->reader.status;
    if (client->polling) return status >= 200 && status <= 299;
    return load_task_takes_status(task_of(client), status);
}

/* A service may also answer at once: only "accepted" promises a job, and an answer that
 * says how its job has ended needs no more questions. */
static bool names_job_or_answers(struct client *client, const struct load_job *job) {
    if (client->reader.status == STATUS_ACCEPTED) {
        return errand_find_job(client->errand, job);
    }
    switch (errand_look(client->errand, job)) {
    case ERRAND_GOES_ON: errand_find_job(client->errand, job); return true;
    case ERRAND_BAD: return false;
    case ERRAND_GOOD:
    case ERRAND_UNREADABLE: break;
    }
    return true;
}

static bool has_content(struct client *client) {
    const struct load_task *task = task_of(client);
    if (client->polling) return true;
    if (task->content[0] &&
        client->matched < client->run->needles[client->task].words.length) {
        return false;
    }
    if (task->stream && client->errand->failed) return false;
    return !task->job.wanted || names_job_or_answers(client, &task->job);
}

void client_answer_came(struct client *client, uint64_t now_ns) {
    struct load_row *row = row_of(client);
    count_done(client);
    count_time(client, now_ns);
    row->statuses[load_row_status(client->reader.status)]++;
    bool good = false;
    if (!has_status(client)) {
        row->failures[LOAD_FAILURE_STATUS]++;
    } else if (!has_content(client)) {
        row->failures[LOAD_FAILURE_CONTENT]++;
    } else {
        good = true;
    }
    go_on(client, now_ns, good);
}

void client_answer_failed(
    struct client *client, enum load_failure failure, uint64_t now_ns) {
    bool waited = failure == LOAD_FAILURE_TIMEOUT && client->state == CLIENT_ASKING;
    count_done(client);
    if (waited) count_time(client, now_ns);
    row_of(client)->failures[failure]++;
    go_on(client, now_ns, false);
}
