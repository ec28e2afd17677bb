/* A word that must stand nowhere, looked for byte by byte. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

/* Each fails the test, and says where, when it is found. */
void hunted_in(const char *word, const char *where, const char *bytes, size_t length);
void hunted_in_file(const char *word, const char *path);

/* In all the files below; how many of them had `part` in their paths. */
unsigned hunted_below(const char *word, char *folder, const char *part);
