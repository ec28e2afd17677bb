/* A scripted hostile HTTP server: one case per path,
 * each of them something that a broken or evil peer has done
 * to somebody. It runs as a child process and ends with it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct hostile;

/* Listens on a free port of 127.0.0.1. */
struct hostile *hostile_new(void);
/* Kills it and everything it holds. */
void hostile_free(struct hostile *hostile);
uint16_t hostile_port(const struct hostile *hostile);

/* Into `to`: "http://127.0.0.1:PORT/name". */
void hostile_url(
    const struct hostile *hostile, const char *name, char *to, size_t size);

/* The names of the cases, in no order; NULL past the end. */
const char *hostile_case(size_t index);
