/* SPDX-License-Identifier: MIT */
#include "support/canary_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "io/haproxy.h"
#include "io/haproxy_reply.h"
#include "io/loop.h"

enum { WEIGHT_KEY = 1, LIMIT_S = 30 };

struct talk {
    struct loop *loop;
    int weight;
};

static void on_reply(void *owner, const struct haproxy_result *result) {
    struct talk *talk = owner;
    struct haproxy_entry entry;
    struct error err;
    if (result->error.code != ERROR_NONE) fail_msg("%s", result->error.message);
    bool found = haproxy_table_find(result->reply, WEIGHT_KEY, &entry, &err);
    talk->weight = found ? (int)entry.gpt0 : -1;
    loop_stop(talk->loop);
}

static int talk_to(const char *socket, const char *command) {
    struct talk talk = {.loop = loop_new()};
    struct haproxy *haproxy = haproxy_new(talk.loop, socket, HAPROXY_MAY_ACT);
    haproxy_command(haproxy, command, LIMIT_S * NS_PER_S, on_reply, &talk);
    loop_run(talk.loop);
    haproxy_free(haproxy);
    loop_free(talk.loop);
    return talk.weight;
}

int canary_table_weight(const char *socket) {
    return talk_to(socket, "show table canary_lease");
}

void canary_table_meddle(const char *socket, unsigned weight_bp) {
    char command[HAPROXY_COMMAND_SIZE];
    struct text text = TEXT_IN(command);
    haproxy_table_set(&text, "canary_lease", WEIGHT_KEY, weight_bp);
    talk_to(socket, command);
}
