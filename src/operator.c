/* SPDX-License-Identifier: MIT */
#include "operator.h"

#include <pwd.h>
#include <unistd.h>

#include "base/safe_text.h"
#include "base/text.h"

enum { PASSWD_BYTES = 4096 };

void operator_name(char name[STATE_NAME_SIZE]) {
    struct passwd entry, *found = NULL;
    char bytes[PASSWD_BYTES];
    getpwuid_r(getuid(), &entry, bytes, sizeof bytes, &found);
    if (found) {
        safe_text_copy(name, STATE_NAME_SIZE, slice_of(found->pw_name));
        return;
    }
    struct text text = text_in(name, STATE_NAME_SIZE);
    text_addf(&text, "uid %u", (unsigned)getuid());
}

void operator_host(char host[STATE_NAME_SIZE]) {
    char bytes[256] = "";
    if (gethostname(bytes, sizeof bytes - 1) != 0) bytes[0] = '\0';
    safe_text_copy(host, STATE_NAME_SIZE, slice_of(bytes));
}
