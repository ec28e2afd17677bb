/* What a controller is made of: for the files of the controller alone. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "control/controller.h"
#include "control/front.h"
#include "control/guardian.h"
#include "control/instances.h"
#include "control/keeper.h"
#include "control/moves.h"
#include "control/publisher.h"
#include "control/router.h"
#include "control/track_pods.h"
#include "control/traffic.h"
#include "control/user_news.h"
#include "control/watch.h"
#include "core/aftermath.h"
#include "history/lock.h"
#include "history/rollouts.h"

struct controller {
    struct loop *loop;                   /* borrowed */
    const struct rollout_launch *launch; /* borrowed */
    struct controller_handler handler;
    struct lock *lock, *claim; /* of the target, and of its router */
    struct rollouts *rollouts;
    struct kubernetes *kubernetes; /* the way to a cluster; NULL without one */
    const struct router_type *type;
    struct keeper *keeper;
    struct guardian *guardian; /* in a cluster; NULL elsewhere */
    struct front *front;
    struct publisher *publisher; /* for watchers elsewhere */
    struct instances *instances;
    struct track_pods *pods;
    struct watch *watch;
    struct traffic *traffic;
    struct aftermath aftermath; /* of what took both versions down */
    struct user_news user_news; /* that are not on disk yet */
    struct errand *errand;      /* the smoke test */
    struct deploy *deploy;
    uint64_t deployed_ns; /* all that could be done about it was done; 0: not yet */
    char trouble[ROLLOUT_WORDS_SIZE]; /* of stable, as it should be; "" */
    struct loop_timer *second, *news; /* its steady beat; soon: it is published */
    struct loop_timer *late;          /* soon: going back waits for no disk */
    struct rollout rollout;
    struct rollout_found *found; /* of another one, until the router has spoken */
    unsigned silences;           /* of the router, meanwhile */
    enum rollout_op doing;       /* what is under way beside the router */
    uint64_t doing_ns, again_ns; /* since when; when stable is tried again */
    uint64_t emptying_ns;        /* since when weight 0 is to be seen in the traffic */
    bool has_begun, is_checked;  /* something is on disk; the router can be used */
    uint32_t smoked, salt;       /* the former: instances that passed the smoke test */
    struct moves moves;          /* that are not on disk yet */
    uint64_t epoch, cluster_epoch; /* the latter of writes in a cluster; 0: none yet */
    bool is_beating;               /* a beat is on its way to the disk */
    bool is_leaving, is_unwritten; /* the latter: that it goes back, or its end */
    uint64_t leave_ns;
    int64_t since_ms;
    char result[ROLLOUT_WORDS_SIZE];      /* of the intent that has just ended */
    bool has_result, has_failed, is_lost; /* lost: its journal has gone */
};

/* Takes what the state machine wants: writes it down, and then does it. */
void controller_settle(
    struct controller *controller, const struct rollout *before,
    const struct rollout_effect *effect);
/* Begins to do it: what it means is on disk. */
void controller_do(struct controller *controller, const struct rollout_effect *effect);
/* Each second: what is waited for may have come, and the journal may have gone. */
void controller_wait(struct controller *controller, uint64_t now_ns);
void controller_mind_journal(struct controller *controller);
void controller_on_checked(struct controller *controller, bool ok, const char *words);
/* What everybody may know. */
void controller_tell(
    const struct controller *controller, struct rollout_status *status,
    uint64_t now_ns);
void controller_abandon(struct controller *controller); /* somebody else has it */
void controller_open_publisher(struct controller *controller);
void controller_publish_soon(struct controller *controller);
void controller_note(struct controller *controller, const char *words); /* at once */
