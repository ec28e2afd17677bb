/* A shared library that is loaded when it is first needed: with all that it stands on, it
 * may take as long as everything else until the first frame. */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Without it nothing can go on: both panic. */
void *late_library_open(const char *name);
void *late_library_symbol(void *library, const char *name);
