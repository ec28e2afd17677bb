/* A line of a rollout's log: when, a word, and what belongs to it as key=value. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

enum { LOG_VALUE_SIZE = 64, LOG_LINE_SIZE = 256 };

struct log_line {
    long ms;
    char word[LOG_VALUE_SIZE];
    char text[LOG_LINE_SIZE]; /* all of it */
};

/* Takes the first one, and returns where the next one begins; NULL at the end. */
const char *log_line_take(const char *log, struct log_line *line);

/* "" and 0 for what is not there. */
void log_line_value(
    const struct log_line *line, const char *key, char value[LOG_VALUE_SIZE]);
long log_line_number(const struct log_line *line, const char *key);
bool log_line_says(const struct log_line *line, const char *key, const char *wanted);
