/* SPDX-License-Identifier: MIT */
#include "io/rollout_place.h"

#include "base/text.h"

/* A socket's path is at most so long: sun_path. */
enum { SOCKET_PATH_SIZE = 108 };

static bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-';
}

bool rollout_place(
    const struct target *target, char path[FOLDER_PATH_SIZE], struct error *err) {
    struct text text = text_in(path, FOLDER_PATH_SIZE);
    if (target->rollout_socket[0]) {
        text_add(&text, target->rollout_socket);
        return true;
    }
    char folder[FOLDER_PATH_SIZE];
    if (!folder_runtime(folder, err)) return false;
    text_addf(&text, "%s/rollout-", folder);
    /* Names of targets come from people:
     * only plain characters reach the file system. */
    for (const char *at = target->name; *at; at++) {
        if (is_plain(*at)) {
            text_add_char(&text, *at);
        } else {
            text_addf(&text, "_%02x", (unsigned char)*at);
        }
    }
    text_add(&text, ".sock");
    if (text.length < SOCKET_PATH_SIZE) return true;
    return error_set(
        err, ERROR_LIMIT, "too long for a socket, give the target a rollout.socket: %s",
        path);
}

void rollout_lock_name(const char *target, char name[ROLLOUT_LOCK_SIZE]) {
    struct text text = text_in(name, ROLLOUT_LOCK_SIZE);
    text_addf(&text, "%s rollout", target);
}

void rollout_key(const char *target, char key[ROLLOUT_KEY_SIZE]) {
    struct text text = text_in(key, ROLLOUT_KEY_SIZE);
    text_addf(&text, "flightdeck:rollout:%s", target);
}
