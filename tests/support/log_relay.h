/* Stands between a router's log and whoever reads it, so that the log can fall silent
 * while the router works on. A child process that ends with the test. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <sys/types.h>

struct log_relay {
    pid_t pid; /* 0 when there is none */
};

/* Listens at `from`, a unix socket of streams,
 * and hands on to `to`, once that is there. */
void log_relay_start(struct log_relay *relay, const char *from, const char *to);
void log_relay_stop(struct log_relay *relay);

/* Nothing gets through, and nothing is lost. */
void log_relay_freeze(const struct log_relay *relay);
void log_relay_thaw(const struct log_relay *relay);
