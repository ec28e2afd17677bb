/* The end of a program that crashed: one line to stderr and exit code 70. */
/* SPDX-License-Identifier: MIT */
#pragma once

/* From now on SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT end that way. Not under a
 * sanitizer, which has better words. */
void crash_catch(void);
