/* SPDX-License-Identifier: MIT */
#include "io/redis_link.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/panic.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/redis_address.h"
#include "io/redis_codec.h"
#include "io/stream.h"
#include "io/tls.h"

/* RESTING ─► CONNECTING ─► GREETING (AUTH, SELECT, CLIENT SETNAME, PING) ─► READY
 *    ▲            │             │                                             │
 *    └────────────┴─────────────┴─── lost: rest, with full jitter ◄───────────┘ */
enum link_state { LINK_RESTING, LINK_CONNECTING, LINK_GREETING, LINK_READY };

/* What an error means as the answer to one word of the greeting. */
enum greeting { MUST_SUCCEED, MAY_FAIL, MUST_ANSWER };

enum {
    CLIENT_NAME_SIZE = 64,
    GREETINGS_MAX = 4,
    GREETING_BYTES_MAX = 4096,
    QUEUE_MAX = 2 * REDIS_REPLY_MAX,
    BACKOFF_STEPS = 6, /* doublings from the base to the limit */
};

#define CONNECT_TIMEOUT_NS (2 * NS_PER_S)
#define BACKOFF_BASE_NS    (100 * NS_PER_MS)
#define BACKOFF_MAX_NS     (5 * NS_PER_S)
#define HEALTHY_NS         (10 * NS_PER_S) /* after that the backoff starts anew */

struct redis_link {
    struct loop *loop; /* borrowed */
    struct redis_link_handlers handlers;
    void *owner;
    struct redis_address address;
    struct tls_config *tls; /* NULL without TLS */
    char client_name[CLIENT_NAME_SIZE];
    uint64_t timeout_ns;

    enum link_state state;
    struct stream *stream;
    struct redis_codec *codec;
    enum greeting greetings[GREETINGS_MAX];
    unsigned greeting_count, greeting_at;
    uint64_t heard_ns; /* when the last byte came */
    uint64_t ready_ns; /* when the connection became ready */
    unsigned failures; /* in a row */
    struct error error;
    struct loop_timer *rest;   /* while RESTING */
    struct loop_timer *limit;  /* of CONNECTING and GREETING */
    struct buffer batch;       /* commands of this turn of the loop */
    struct loop_timer *sender; /* while there are some */
    bool *gone; /* set by redis_link_free() for the function that calls the owner */
};

static void drop_timer(struct loop_timer **timer) {
    loop_timer_free(*timer);
    *timer = NULL;
}

static void close_all(struct redis_link *link) {
    stream_free(link->stream);
    link->stream = NULL;
    redis_codec_free(link->codec);
    link->codec = NULL;
    drop_timer(&link->limit);
    drop_timer(&link->rest);
    drop_timer(&link->sender);
    buffer_clear(&link->batch);
}

/* All commands of one turn leave in one piece: a pipeline costs one send. */
static void send_batch(struct redis_link *link) {
    stream_write(link->stream, buffer_slice(&link->batch));
    buffer_reset(&link->batch);
}

void redis_link_free(struct redis_link *link) {
    if (!link) return;
    if (link->gone) *link->gone = true;
    if (link->sender) send_batch(link);
    close_all(link);
    tls_config_free(link->tls);
    free(link);
}

bool redis_link_ready(const struct redis_link *link) {
    return link->state == LINK_READY;
}

const struct error *redis_link_error(const struct redis_link *link) {
    return &link->error;
}

uint64_t redis_link_heard_ns(const struct redis_link *link) {
    return link->heard_ns;
}

static void on_turn_over(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct redis_link *link = owner;
    link->sender = NULL;
    send_batch(link);
}

enum redis_link_sent redis_link_send(struct redis_link *link, struct slice bytes) {
    if (!stream_is_open(link->stream)) return LINK_GONE;
    size_t queued = stream_queued(link->stream) + link->batch.length;
    if (bytes.length > QUEUE_MAX - queued) return LINK_FULL;
    ensure(buffer_add(&link->batch, bytes.data, bytes.length));
    if (!link->sender) link->sender = loop_soon(link->loop, on_turn_over, link);
    return LINK_SENT;
}

/* Losing the connection */

static void on_rest_over(void *owner, uint64_t now_ns);

/* Evenly from nothing to the limit, so that many clients do not come back together. */
static uint64_t jittered_ns(unsigned failures) {
    unsigned steps = failures < BACKOFF_STEPS ? failures : BACKOFF_STEPS;
    uint64_t limit_ns = BACKOFF_BASE_NS << steps;
    if (limit_ns > BACKOFF_MAX_NS) limit_ns = BACKOFF_MAX_NS;
    uint64_t chance = 0;
    loop_random(&chance, sizeof chance);
    return chance % limit_ns;
}

void redis_link_drop(struct redis_link *link, const struct error *why) {
    uint64_t now_ns = loop_clock_ns();
    bool healthy = link->state == LINK_READY && now_ns - link->ready_ns >= HEALTHY_NS;
    if (healthy) link->failures = 0;
    struct error kept = *why; /* it may stand in what gets freed */
    close_all(link);
    link->state = LINK_RESTING;
    link->error = kept;
    link->rest =
        loop_after(link->loop, jittered_ns(link->failures), on_rest_over, link);
    link->failures++;
}

static void lose(struct redis_link *link, const struct error *why) {
    bool was_ready = link->state == LINK_READY;
    redis_link_drop(link, why);
    if (was_ready) link->handlers.on_lost(link->owner, &link->error);
}

static void on_limit(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct redis_link *link = owner;
    link->limit = NULL;
    struct error why;
    error_set(
        &why, ERROR_TIMEOUT, "Redis: %s in time",
        link->state == LINK_CONNECTING ? "no connection" : "no answer to the greeting");
    lose(link, &why);
}

/* Greeting */

static bool is_refusal(const struct redis_reply *reply, enum greeting greeting) {
    if (reply->kind != REDIS_ERROR || greeting == MAY_FAIL) return false;
    if (greeting == MUST_SUCCEED) return true;
    /* Redis may be loading its data, or not permit PING, and still let us in. */
    return slice_starts_with(reply->string, "NOAUTH") ||
           slice_starts_with(reply->string, "ERR max number");
}

static void refuse(struct redis_link *link, const struct redis_reply *reply) {
    static const char *const auth[] = {
        "WRONGPASS", "NOAUTH", "ERR AUTH", "ERR invalid password"};
    enum error_code code = ERROR_REPLY;
    for (size_t i = 0; i < sizeof auth / sizeof auth[0]; i++) {
        if (slice_starts_with(reply->string, auth[i])) code = ERROR_AUTH;
    }
    char words[160];
    safe_text_copy(words, sizeof words, reply->string);
    struct error why;
    error_set(&why, code, "Redis: %s", words);
    lose(link, &why);
}

static void on_greeted(struct redis_link *link, const struct redis_reply *reply) {
    enum greeting greeting = link->greetings[link->greeting_at++];
    if (is_refusal(reply, greeting)) {
        refuse(link, reply);
        return;
    }
    if (link->greeting_at < link->greeting_count) return;
    link->state = LINK_READY;
    link->ready_ns = loop_clock_ns();
    link->error = (struct error){.code = ERROR_NONE};
    drop_timer(&link->limit);
}

static void add_greeting(
    struct redis_link *link, struct buffer *wire, enum greeting greeting,
    const char *const words[3]) {
    struct slice args[3];
    size_t count = 0;
    for (; count < 3 && words[count]; count++) args[count] = slice_of(words[count]);
    redis_codec_write(wire, args, count);
    link->greetings[link->greeting_count++] = greeting;
}

static void on_open(void *owner) {
    struct redis_link *link = owner;
    const struct redis_address *address = &link->address;
    link->state = LINK_GREETING;
    link->greeting_count = link->greeting_at = 0;
    char database[16];
    struct text digits = TEXT_IN(database);
    text_addf(&digits, "%u", address->database);
    const char *const full_auth[3] = {"AUTH", address->user, address->password};
    const char *const auth[3] = {"AUTH", address->password, NULL};
    const char *const select[3] = {"SELECT", database, NULL};
    const char *const name[3] = {"CLIENT", "SETNAME", link->client_name};
    const char *const ping[3] = {"PING", NULL, NULL};

    struct buffer wire;
    buffer_init(&wire, GREETING_BYTES_MAX);
    if (address->user[0]) {
        add_greeting(link, &wire, MUST_SUCCEED, full_auth);
    } else if (address->password[0]) {
        add_greeting(link, &wire, MUST_SUCCEED, auth);
    }
    if (address->database > 0) add_greeting(link, &wire, MUST_SUCCEED, select);
    if (link->client_name[0]) add_greeting(link, &wire, MAY_FAIL, name);
    add_greeting(link, &wire, MUST_ANSWER, ping);
    stream_write(link->stream, buffer_slice(&wire));
    buffer_clear(&wire);
}

/* Receiving */

static void on_bytes(void *owner, struct slice bytes) {
    struct redis_link *link = owner;
    link->heard_ns = loop_clock_ns();
    struct error why;
    const struct redis_reply *reply = NULL;
    /* Not ready before everything is read that came with the last greeting: nobody has
     * asked for more yet. */
    bool greeting = link->state == LINK_GREETING;
    bool gone = false;
    link->gone = &gone;
    bool good = redis_codec_feed(link->codec, bytes, &why);
    while (good && (good = redis_codec_next(link->codec, &reply, &why)) && reply) {
        if (link->state == LINK_GREETING) {
            on_greeted(link, reply);
        } else {
            link->handlers.on_reply(link->owner, reply);
        }
        if (gone) return;
        if (link->state == LINK_RESTING) break;
    }
    link->gone = NULL;
    if (!good) {
        lose(link, &why);
    } else if (greeting && link->state == LINK_READY) {
        link->handlers.on_ready(link->owner);
    }
}

static void on_end(void *owner, const struct error *why) {
    lose(owner, why);
}

static const struct stream_handlers stream_handlers = {
    .on_open = on_open, .on_bytes = on_bytes, .on_end = on_end};

/* Connecting */

static void connect_now(struct redis_link *link) {
    const struct redis_address *address = &link->address;
    const struct stream_options options = {
        .host = address->host,
        .port = address->port,
        .path = address->path[0] ? address->path : NULL,
        .tls = link->tls,
        .timeout_ns = link->timeout_ns,
        .queue_max_bytes = QUEUE_MAX,
    };
    link->state = LINK_CONNECTING;
    link->codec = redis_codec_new();
    link->stream = stream_connect(link->loop, &options, &stream_handlers, link);
    link->limit = loop_after(link->loop, link->timeout_ns, on_limit, link);
}

static void on_rest_over(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct redis_link *link = owner;
    link->rest = NULL;
    connect_now(link);
}

static bool set_up(
    struct redis_link *link, const struct redis_options *options, struct error *err) {
    const char *name = options->client_name ? options->client_name : "";
    if (!text_copy(link->client_name, sizeof link->client_name, name)) {
        return error_set(err, ERROR_LIMIT, "the Redis client's name is too long");
    }
    if (!redis_address_parse(options->url, &link->address, err)) return false;
    if (!link->address.tls) return true;
    const struct tls_options tls = {
        .ca = options->ca, .cert = options->cert, .key = options->key};
    link->tls = tls_config_new(&tls, err);
    return link->tls != NULL;
}

struct redis_link *redis_link_new(
    struct loop *loop, const struct redis_options *options,
    const struct redis_link_handlers *handlers, void *owner, struct error *err) {
    struct redis_link *link = memory_new(sizeof *link);
    link->loop = loop;
    link->handlers = *handlers;
    link->owner = owner;
    buffer_init(&link->batch, QUEUE_MAX);
    link->timeout_ns =
        options->connect_timeout_ns ? options->connect_timeout_ns : CONNECT_TIMEOUT_NS;
    if (!set_up(link, options, err)) {
        redis_link_free(link);
        return NULL;
    }
    connect_now(link);
    return link;
}
