/* What the verdict row says: everything that is wrong, worst first, in words with the
 * numbers behind it. No data is never a good sign. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "ui/role.h"
#include "ui/scene.h"

enum finding_level { FINDING_OK, FINDING_WAITING, FINDING_WARN, FINDING_FAIL };

enum { FINDINGS_MAX = 8, FINDING_SIZE = 160 };

struct finding {
    enum finding_level level;
    char words[FINDING_SIZE];
};

struct findings {
    uint32_t count;
    uint32_t more; /* not listed */
    struct finding items[FINDINGS_MAX];
};

/* At least one: that all is well, when it is. */
void findings_of(const struct scene *scene, struct findings *findings);

const char *finding_level_name(enum finding_level level); /* "FAIL" */
const char *finding_level_mark(enum finding_level level); /* "!" */
enum role finding_level_role(enum finding_level level);

/* How good one value is against its objective; FINDING_WAITING without a value. */
enum finding_level finding_judge(
    const struct scene *scene, enum track track, enum metric metric);

/* Why there is no part to look at. */
const char *finding_of_no_parts(const struct state *state);

/* The same as finding_judge() for a part. */
enum finding_level finding_of_part(const struct part *part);
const char *part_mark(const struct part *part);
enum role part_role(const struct part *part);

/* "redis", "health canary": the kind unless the name says it; the address only when it
 * takes one to tell parts apart. */
void part_add_title(
    struct text *text, const struct state *state, const struct part *part);
