/* SPDX-License-Identifier: MIT */
#include "actions/load_mail.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/redis.h"

/* An answer that takes longer is none: the lease goes on meanwhile. */
#define PATIENCE_NS (2 * NS_PER_S)
#define US_PER_S    UINT64_C(1000000)

enum {
    KEY_SIZE = 128,
    ID_SIZE = 48,
    DIGITS_SIZE = 24,
    NEWS_AT_ONCE = 12,   /* a reply with more of the longest would be too long */
    NEWS_PER_SHARD = 16, /* that are kept: eight seconds of them */
    NEWS_EXPIRE_MS = 60000,
};

struct load_mail {
    const struct load_mail_handlers *handlers;
    void *owner;
    struct redis *redis;
    char order_key[KEY_SIZE];
    char news_key[KEY_SIZE]; /* "" before there is a run */
    char last_id[ID_SIZE];   /* of the news that were read */
    uint32_t shards;
    uint8_t *bytes; /* LOAD_NEWS_BYTES, of what goes out */
    struct load_report *report;
};

bool load_mail_is_name(const char *name) {
    size_t length = strlen(name);
    if (length == 0 || length >= LOAD_MEETING_SIZE) return false;
    for (const char *at = name; *at; at++) {
        if (!isalnum((unsigned char)*at) && !strchr("._-", *at)) return false;
    }
    return true;
}

struct load_mail *load_mail_new(
    struct loop *loop, const struct load_mail_options *options, struct error *err) {
    const struct redis_options redis = {
        .url = options->url,
        .client_name = "flightdeck-load",
        .authority = REDIS_MAY_SHARE_LOAD};
    struct load_mail *mail = memory_new(sizeof *mail);
    struct text key = TEXT_IN(mail->order_key);
    text_addf(&key, "flightdeck:load:{%s}", options->name);
    mail->handlers = options->handlers;
    mail->owner = options->owner;
    mail->redis = redis_new(loop, &redis, err);
    if (!mail->redis) {
        free(mail);
        return NULL;
    }
    mail->bytes = memory_new(LOAD_NEWS_BYTES);
    mail->report = memory_new(sizeof *mail->report);
    return mail;
}

void load_mail_free(struct load_mail *mail) {
    if (!mail) return;
    redis_free(mail->redis);
    free(mail->report);
    free(mail->bytes);
    free(mail);
}

void load_mail_set_run(struct load_mail *mail, const char *run, uint32_t shards) {
    struct text key = TEXT_IN(mail->news_key);
    text_addf(&key, "%s:%s", mail->order_key, run);
    text_copy(mail->last_id, sizeof mail->last_id, "0-0");
    mail->shards = shards;
}

static uint64_t asked_ns(const struct redis_result *result) {
    return loop_clock_ns() - result->round_trip_ns;
}

/* What Redis complains of is an error, too; each says that it is about Redis. */
static struct error error_of(const struct redis_result *result) {
    struct error err = result->error;
    bool named = slice_starts_with(slice_of(err.message), "Redis");
    if (err.code != ERROR_NONE && !named) error_wrap(&err, "Redis");
    if (err.code != ERROR_NONE || result->reply->kind != REDIS_ERROR) return err;
    char words[LOAD_WHY_SIZE];
    safe_text_copy(words, sizeof words, result->reply->string);
    error_set(&err, ERROR_REPLY, "Redis: %s", words);
    return err;
}

/* Orders */

static void on_written(void *owner, const struct redis_result *result) {
    struct load_mail *mail = owner;
    const struct error err = error_of(result);
    bool stands = err.code == ERROR_NONE && result->reply->kind == REDIS_STATUS;
    mail->handlers->on_written(mail->owner, stands, asked_ns(result), &err);
}

void load_mail_write_order(
    struct load_mail *mail, const struct load_order *order, bool first) {
    char lease[DIGITS_SIZE];
    struct text digits = TEXT_IN(lease);
    text_addf(&digits, "%u", (unsigned)(LOAD_LEASE_NS / NS_PER_MS));
    size_t length = load_order_encode(order, mail->bytes, LOAD_ORDER_BYTES);
    const struct slice args[] = {
        slice_of("SET"), slice_of(mail->order_key), {(const char *)mail->bytes, length},
        slice_of("PX"),  slice_of(lease),           slice_of(first ? "NX" : "XX")};
    redis_command(
        mail->redis, args, sizeof args / sizeof *args, PATIENCE_NS, on_written, mail);
}

static void on_order(void *owner, const struct redis_result *result) {
    struct load_mail *mail = owner;
    struct error err = error_of(result);
    struct load_order order;
    bool read = false;
    if (err.code == ERROR_NONE && result->reply->kind != REDIS_NIL) {
        const struct slice bytes = result->reply->string;
        read = load_order_read((const uint8_t *)bytes.data, bytes.length, &order, &err);
        if (!read) error_wrap(&err, "the order in Redis");
    }
    mail->handlers->on_order(mail->owner, read ? &order : NULL, asked_ns(result), &err);
}

void load_mail_read_order(struct load_mail *mail) {
    redis_ask(mail->redis, PATIENCE_NS, on_order, mail, "GET", mail->order_key, NULL);
}

/* News */

static void on_sent(void *owner, const struct redis_result *result) {
    struct load_mail *mail = owner;
    const struct error err = error_of(result);
    mail->handlers->on_sent(mail->owner, &err);
}

static void ignore(void *owner, const struct redis_result *result) {
    (void)owner, (void)result;
}

bool load_mail_send(
    struct load_mail *mail, const struct load_news *news,
    const struct load_report *report) {
    char most[DIGITS_SIZE];
    char expire[DIGITS_SIZE];
    struct text digits = TEXT_IN(most);
    text_addf(&digits, "%u", (unsigned)(mail->shards * NEWS_PER_SHARD));
    struct text millis = TEXT_IN(expire);
    text_addf(&millis, "%u", (unsigned)NEWS_EXPIRE_MS);
    size_t length = load_news_encode(news, report, mail->bytes, LOAD_NEWS_BYTES);
    if (length == 0) return false;
    const struct slice args[] = {
        slice_of("XADD"),
        slice_of(mail->news_key),
        slice_of("MAXLEN"),
        slice_of(most),
        slice_of("*"),
        slice_of("m"),
        {(const char *)mail->bytes, length}};
    redis_command(
        mail->redis, args, sizeof args / sizeof *args, PATIENCE_NS, on_sent, mail);
    redis_ask(
        mail->redis, PATIENCE_NS, ignore, mail, "PEXPIRE", mail->news_key, expire,
        NULL);
    return true;
}

static bool is_list(const struct redis_reply *reply, size_t least) {
    return reply->kind == REDIS_LIST && reply->count >= least;
}

/* [id, [field, value]] */
static bool read_entry(struct load_mail *mail, const struct redis_reply *entry) {
    struct load_news news;
    struct error err;
    if (!is_list(entry, 2) || !is_list(&entry->items[1], 2)) return false;
    struct slice id = entry->items[0].string;
    if (entry->items[0].kind != REDIS_STRING || id.length >= ID_SIZE) return false;
    struct text last = TEXT_IN(mail->last_id);
    text_add_slice(&last, id);
    load_report_next(mail->report);
    if (load_news_read(entry->items[1].items[1].string, &news, mail->report, &err)) {
        const struct load_report *report = mail->report;
        mail->handlers->on_news(
            mail->owner, &news, report->sequence > 0 ? report : NULL);
    } else {
        memset(mail->report, 0, sizeof *mail->report);
    }
    return true;
}

/* [[key, [entry ...]]] */
static size_t read_entries(struct load_mail *mail, const struct redis_reply *reply) {
    if (!is_list(reply, 1) || !is_list(&reply->items[0], 2)) return 0;
    const struct redis_reply *entries = &reply->items[0].items[1];
    if (!is_list(entries, 1)) return 0;
    for (size_t i = 0; i < entries->count; i++) {
        if (!read_entry(mail, &entries->items[i])) return 0;
    }
    return entries->count;
}

static void on_news(void *owner, const struct redis_result *result) {
    struct load_mail *mail = owner;
    const struct error err = error_of(result);
    size_t count = err.code == ERROR_NONE ? read_entries(mail, result->reply) : 0;
    mail->handlers->on_read(mail->owner, count >= NEWS_AT_ONCE, &err);
}

void load_mail_read_news(struct load_mail *mail) {
    char most[DIGITS_SIZE];
    struct text digits = TEXT_IN(most);
    text_addf(&digits, "%u", (unsigned)NEWS_AT_ONCE);
    redis_ask(
        mail->redis, PATIENCE_NS, on_news, mail, "XREAD", "COUNT", most, "STREAMS",
        mail->news_key, mail->last_id, NULL);
}

/* Time */

static bool read_part(const struct redis_reply *reply, uint64_t *value) {
    return reply->kind == REDIS_STRING && slice_u64(reply->string, value) &&
           *value < UINT64_MAX / US_PER_S / 2;
}

static void on_time(void *owner, const struct redis_result *result) {
    struct load_mail *mail = owner;
    struct error err = error_of(result);
    const struct redis_reply *reply = result->reply;
    uint64_t seconds = 0;
    uint64_t micros = 0;
    if (err.code == ERROR_NONE &&
        !(is_list(reply, 2) && read_part(&reply->items[0], &seconds) &&
          read_part(&reply->items[1], &micros))) {
        error_set(&err, ERROR_PROTOCOL, "Redis does not say what time it is");
    }
    uint64_t here_ns = loop_clock_ns() - result->round_trip_ns / 2;
    mail->handlers->on_time(mail->owner, seconds * US_PER_S + micros, here_ns, &err);
}

void load_mail_ask_time(struct load_mail *mail) {
    redis_ask(mail->redis, PATIENCE_NS, on_time, mail, "TIME", NULL);
}

void load_mail_clear(struct load_mail *mail) {
    redis_ask(mail->redis, PATIENCE_NS, ignore, mail, "DEL", mail->order_key, NULL);
    redis_ask(mail->redis, PATIENCE_NS, ignore, mail, "DEL", mail->news_key, NULL);
}
