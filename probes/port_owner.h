/* Who listens on a TCP port of this machine, as far as /proc shows it to us. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>
#include <sys/types.h>

enum { PORT_OWNER_NAME_SIZE = 16 };

struct port_owner {
    pid_t pid;                       /* of one of them; 0: nobody whom we may look at */
    char name[PORT_OWNER_NAME_SIZE]; /* of that one's program; safe to show */
    unsigned processes;              /* that listen there */
    uint64_t descriptors;            /* that they may have open together */
};

void port_owner_find(uint16_t port, struct port_owner *owner);
