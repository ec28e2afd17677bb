/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/panic.h"
#include "io/loop.h"

void loop_random(void *bytes, size_t length) {
    uint8_t *at = bytes;
    while (length > 0) {
        ssize_t got = getrandom(at, length, 0);
        if (got < 0 && errno == EINTR) continue;
        ensure(got > 0);
        at += got;
        length -= (size_t)got;
    }
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

/* A UUID's 32 digits, whatever stands between them. */
static bool parse_uuid(const char *words, size_t length, uint8_t id[16]) {
    unsigned digits = 0;
    for (size_t i = 0; i < length && digits < 32; i++) {
        int digit = hex_digit(words[i]);
        if (digit < 0) continue;
        unsigned before = digits % 2 ? id[digits / 2] : 0;
        id[digits / 2] = (uint8_t)(before * 16 + (unsigned)digit);
        digits++;
    }
    return digits == 32;
}

void loop_boot_id(uint8_t id[16]) {
    char words[64];
    int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, words, sizeof words);
    if (file >= 0) close(file);
    if (length > 0 && parse_uuid(words, (size_t)length, id)) return;
    /* Without one every start counts as a boot: nothing old is taken for current. */
    loop_random(id, 16);
}
