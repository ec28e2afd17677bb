/* What a Deployment of Kubernetes says of itself: how many pods it wants, has, and has
 * ready, and whether it still gets anywhere. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/node.h"

enum { DEPLOYMENT_NAME_SIZE = 64, DEPLOYMENT_REPLICAS_MAX = 100000 };

struct deployment {
    char name[DEPLOYMENT_NAME_SIZE];
    int64_t generation, observed;      /* observed: that the counts below belong to */
    int64_t wanted;                    /* spec.replicas */
    int64_t all, updated, ready;       /* updated: of the template as it is now */
    bool late;                         /* past its progress deadline */
    char reason[DEPLOYMENT_NAME_SIZE]; /* of its condition Progressing */
};

/* ERROR_PROTOCOL for what is no Deployment; counts that are not there are 0, as the API
 * leaves zeros out. */
bool deployment_read(
    const struct node *object, struct deployment *deployment, struct error *err);

/* Whether it is as its specification wants it: no pod of another template, none that is
 * not ready, and no newer specification that was not looked at yet. */
bool deployment_is_settled(const struct deployment *deployment);

/* The pods of a newer template do not come up, and this is not going to change. */
bool deployment_has_failed(const struct deployment *deployment);

/* What is still missing, in words: "2 of 5 pods of agent-canary are ready". */
void deployment_words(const struct deployment *deployment, char *to, size_t size);
