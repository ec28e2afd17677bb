/* What the collector and the shards of one load run share in Redis: an order under one
 * key, and news in a stream of the run's own. All of it expires by itself. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/load_news.h"

struct load_mail;
struct loop;

enum { LOAD_MEETING_SIZE = 41 }; /* of what collector and shards meet under */

/* None runs inside a call, and none but on_time may free the mail. Those that nobody
 * asks for may be NULL. An error other than ERROR_NONE says why there is no answer. */
struct load_mail_handlers {
    /* `order` is NULL when none stands there; `asked_ns`: by loop_clock_ns(). */
    void (*on_order)(
        void *owner, const struct load_order *order, uint64_t asked_ns,
        const struct error *err);
    /* Whether the order stands there now: written at `asked_ns` or later. */
    void (*on_written)(
        void *owner, bool stands, uint64_t asked_ns, const struct error *err);
    /* Each piece of news; `report` is NULL for none; borrowed, and large. */
    void (*on_news)(
        void *owner, const struct load_news *news, const struct load_report *report);
    /* All news of one reading have been told; `more`: there may be others. */
    void (*on_read)(void *owner, bool more, const struct error *err);
    void (*on_sent)(void *owner, const struct error *err);
    /* It was `redis_us` there when it was `here_ns` here. */
    void (*on_time)(
        void *owner, uint64_t redis_us, uint64_t here_ns, const struct error *err);
};

struct load_mail_options {
    const char *url;  /* of Redis; borrowed for the call */
    const char *name; /* what they meet under; load_mail_is_name() */
    const struct load_mail_handlers *handlers; /* borrowed */
    void *owner;
};

/* Letters, digits, ".", "_" and "-", not too many. */
bool load_mail_is_name(const char *name);

struct load_mail *load_mail_new(
    struct loop *loop, const struct load_mail_options *options, struct error *err);
void load_mail_free(struct load_mail *mail);

/* News are those of that run from now on. */
void load_mail_set_run(struct load_mail *mail, const char *run, uint32_t shards);

/* Writes an order that holds for LOAD_LEASE_NS: the first one only where none stands,
 * the next ones only over one. */
void load_mail_write_order(
    struct load_mail *mail, const struct load_order *order, bool first);
void load_mail_read_order(struct load_mail *mail);

/* False when they are too long. */
bool load_mail_send(
    struct load_mail *mail, const struct load_news *news,
    const struct load_report *report);

/* What has come since the last reading;
 * what makes no sense is left out. One reading at a time. */
void load_mail_read_news(struct load_mail *mail);

void load_mail_ask_time(struct load_mail *mail);

/* Takes the order and the news away; nobody is told. */
void load_mail_clear(struct load_mail *mail);
