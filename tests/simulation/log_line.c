/* SPDX-License-Identifier: MIT */
#include "simulation/log_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *log_line_take(const char *log, struct log_line *line) {
    if (!*log) return NULL;
    char *after;
    size_t length = strcspn(log, "\n");
    size_t taken = length < sizeof line->text ? length : sizeof line->text - 1;
    *line = (struct log_line){0};
    memcpy(line->text, log, taken);
    line->ms = strtol(line->text, &after, 10);
    while (*after == ' ') after++;
    size_t word_length = strcspn(after, " ");
    if (word_length < sizeof line->word) memcpy(line->word, after, word_length);
    return log + length + (log[length] == '\n');
}

void log_line_value(
    const struct log_line *line, const char *key, char value[LOG_VALUE_SIZE]) {
    char wanted[LOG_VALUE_SIZE];
    snprintf(wanted, sizeof wanted, " %s=", key);
    const char *at = strstr(line->text, wanted);
    value[0] = '\0';
    if (!at) return;
    at += strlen(wanted);
    size_t length = strcspn(at, " ");
    if (length >= LOG_VALUE_SIZE) length = LOG_VALUE_SIZE - 1;
    memcpy(value, at, length);
    value[length] = '\0';
}

long log_line_number(const struct log_line *line, const char *key) {
    char value[LOG_VALUE_SIZE];
    log_line_value(line, key, value);
    return strtol(value, NULL, 10);
}

bool log_line_says(const struct log_line *line, const char *key, const char *wanted) {
    char value[LOG_VALUE_SIZE];
    log_line_value(line, key, value);
    return strcmp(value, wanted) == 0;
}
