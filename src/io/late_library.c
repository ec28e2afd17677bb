/* SPDX-License-Identifier: MIT */
#include "io/late_library.h"

#include <dlfcn.h>

#include "base/panic.h"

void *late_library_open(const char *name) {
    void *library = dlopen(name, RTLD_LAZY | RTLD_LOCAL);
    if (!library) panic("loading %s: %s", name, dlerror());
    return library;
}

void *late_library_symbol(void *library, const char *name) {
    void *found = dlsym(library, name);
    if (!found) panic("a library that was loaded has no %s()", name);
    return found;
}
