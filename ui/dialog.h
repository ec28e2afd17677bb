/* Asks before something happens: shows exactly what would be sent, to whom and how to
 * go back. Nothing but a typed name or `y` says yes, and never a pasted one. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/state.h"
#include "ui/key.h"
#include "ui/prompt.h"
#include "ui/rollout_wish.h"

enum { DIALOG_PURPOSE_SIZE = 32, DIALOG_LEVEL_SIZE = 16 };

/* What an action would do. Everything is borrowed and sanitised. */
struct action_plan {
    const char *blocked; /* why it cannot run now; NULL: it can */
    const char *to;      /* whom it goes to */
    const char *back;    /* how to go back */
    uint32_t line_count;
    const char *const *lines; /* what is sent: requests, what belongs to one indented */
};

/* What a load run may be of. Everything is borrowed and sanitised. */
struct load_choice {
    const char *name; /* of the scenario */
    struct action_plan plan;
};

struct load_menu {
    const char *blocked; /* why none can run now; NULL: they can */
    uint32_t count;
    const struct load_choice *choices;
};

/* Somebody else who acts on the target. Sanitised. */
struct target_holder {
    char name[STATE_NAME_SIZE];
    char host[STATE_NAME_SIZE];
    char purpose[DIALOG_PURPOSE_SIZE]; /* "cockpit" */
    int64_t pid;
    int64_t since_ms; /* wall clock */
    uint64_t epoch;   /* who is meant when it is taken over */
};

enum dialog_kind {
    DIALOG_ARM,
    DIALOG_TAKE_OVER,
    DIALOG_SMOKE,
    DIALOG_LOAD,
    DIALOG_LOAD_LEVEL,
    DIALOG_ROLLOUT,
    DIALOG_ROLLOUT_START,
    DIALOG_STOP,
    DIALOG_QUIT
};

struct dialog {
    enum dialog_kind kind;
    char word[STATE_NAME_SIZE];  /* what must be typed; "": `y` is enough */
    uint32_t first;              /* the row at the top of one that does not fit */
    struct target_holder holder; /* of DIALOG_TAKE_OVER */
    struct rollout_wish rollout; /* of DIALOG_ROLLOUT, and of DIALOG_STOP */
    char choice
        [STATE_NAME_SIZE]; /* DIALOG_LOAD: the scenario; _STOP and _SMOKE: of what */
    char level[DIALOG_LEVEL_SIZE]; /* of DIALOG_LOAD_LEVEL: users, or starts a second */
    bool more;                     /* than now */
    bool edits; /* DIALOG_ROLLOUT_START: what is typed is its choice, the version */
};

enum dialog_answer { DIALOG_WAITS, DIALOG_YES, DIALOG_NO };

enum dialog_answer dialog_on_key(
    const struct dialog *dialog, struct prompt *prompt, const struct key *key);
