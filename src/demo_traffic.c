/* SPDX-License-Identifier: MIT */
#include "demo_traffic.h"

#include <signal.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "core/exit_code.h"
#include "core/random.h"
#include "demo_question.h"
#include "io/http.h"
#include "io/leash.h"
#include "io/loop.h"

#define RPS_MAX          1000.0
#define REQUEST_LIMIT_NS (30 * NS_PER_S)
#define CONNECT_LIMIT_NS (2 * NS_PER_S)
#define ANSWER_MAX_BYTES ((size_t)256 * 1024)
#define GAP_MAX_S        10.0

struct demo_traffic {
    struct loop *loop; /* borrowed */
    struct http *http;
    char url[HTTP_URL_SIZE];
    double mean_gap_s;
    struct random random;
    uint64_t next_ns; /* when the next user arrives */
    struct loop_timer *arrival;
    unsigned open_count;
    struct demo_traffic_counts counts;
};

static void on_answer(void *owner, const struct http_reply *reply) {
    struct demo_traffic *traffic = owner;
    traffic->open_count--;
    if (reply->error.code != ERROR_NONE || reply->status >= 500) {
        traffic->counts.failed++;
    } else {
        traffic->counts.answered++;
    }
}

static void ask(struct demo_traffic *traffic) {
    struct demo_question question;
    demo_question_draw(&question, &traffic->random);
    struct http_header headers[3] = {{"Content-Type", "application/json"}};
    size_t count = 1;
    if (question.names_user) {
        headers[count++] = (struct http_header){"X-User-Id", question.user};
    }
    if (question.kind == QUESTION_LATER) {
        headers[count++] = (struct http_header){"Prefer", "respond-async"};
    }
    const struct http_request request = {
        .method = "POST",
        .url = traffic->url,
        .headers = headers,
        .header_count = count,
        .body = buffer_slice(&question.body),
        .timeout_ns = REQUEST_LIMIT_NS,
        .connect_timeout_ns = CONNECT_LIMIT_NS,
        .body_max_bytes = ANSWER_MAX_BYTES,
    };
    http_start(traffic->http, &request, on_answer, traffic);
    traffic->open_count++;
    traffic->counts.sent++;
    demo_question_clear(&question);
}

static void on_arrival(void *owner, uint64_t now_ns);

/* Arrivals are a Poisson process: each gap is drawn, whatever the answers do. */
static void await_arrival(struct demo_traffic *traffic) {
    double gap_s = random_exponential(&traffic->random, traffic->mean_gap_s);
    if (gap_s > GAP_MAX_S) gap_s = GAP_MAX_S;
    traffic->next_ns += (uint64_t)(gap_s * (double)NS_PER_S);
    uint64_t now_ns = loop_clock_ns();
    /* After a pause of the whole machine nobody comes to make up for it. */
    if (traffic->next_ns + NS_PER_S < now_ns) traffic->next_ns = now_ns;
    uint64_t wait_ns = traffic->next_ns > now_ns ? traffic->next_ns - now_ns : 0;
    traffic->arrival = loop_after(traffic->loop, wait_ns, on_arrival, traffic);
}

static void on_arrival(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct demo_traffic *traffic = owner;
    traffic->arrival = NULL;
    if (traffic->open_count < DEMO_TRAFFIC_OPEN_MAX) {
        ask(traffic);
    } else {
        traffic->counts.dropped++;
    }
    await_arrival(traffic);
}

struct demo_traffic *demo_traffic_new(
    struct loop *loop, const struct demo_traffic_options *options, struct error *err) {
    if (!(options->rps > 0.0 && options->rps <= RPS_MAX)) {
        error_set(err, ERROR_USAGE, "the rate is above 0 and at most 1000 per second");
        return NULL;
    }
    struct demo_traffic *traffic = memory_new(sizeof *traffic);
    struct text url = TEXT_IN(traffic->url);
    text_addf(&url, "%s/chat", options->url);
    if (url.truncated) {
        error_set(err, ERROR_LIMIT, "the URL is too long");
        free(traffic);
        return NULL;
    }
    traffic->loop = loop;
    traffic->http = http_new(loop, HTTP_MAY_ACT);
    traffic->mean_gap_s = 1.0 / options->rps;
    random_seed(&traffic->random, options->seed);
    traffic->next_ns = loop_clock_ns();
    await_arrival(traffic);
    return traffic;
}

void demo_traffic_free(struct demo_traffic *traffic) {
    if (!traffic) return;
    loop_timer_free(traffic->arrival);
    http_free(traffic->http);
    free(traffic);
}

struct demo_traffic_counts demo_traffic_count(const struct demo_traffic *traffic) {
    return traffic->counts;
}

static void on_end_signal(void *owner, int number) {
    (void)number;
    loop_stop(owner);
}

static void on_leash_end(void *owner) {
    loop_stop(owner);
}

int demo_traffic_run(const struct demo_traffic_options *options, struct error *err) {
    struct loop *loop = loop_new();
    struct demo_traffic *traffic = demo_traffic_new(loop, options, err);
    if (!traffic) {
        loop_free(loop);
        return EXIT_CODE_USAGE;
    }
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct loop_signal *signals[3];
    for (unsigned i = 0; i < 3; i++) {
        signals[i] = loop_on_signal(loop, numbers[i], on_end_signal, loop);
    }
    struct leash *leash = leash_from_environment(loop, on_leash_end, loop);
    loop_run(loop);
    leash_free(leash);
    for (unsigned i = 0; i < 3; i++) loop_signal_free(signals[i]);
    demo_traffic_free(traffic);
    loop_free(loop);
    return EXIT_CODE_OK;
}
