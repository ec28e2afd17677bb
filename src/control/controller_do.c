/* The effects: what a controller does in the world, and when that is done. */
/* SPDX-License-Identifier: MIT */
#include "control/controller_do.h"

#include <string.h>

#include "base/discreet_text.h"
#include "base/text.h"
#include "base/units.h"
#include "control/controller_cluster.h"
#include "control/controller_empty.h"
#include "control/deploy.h"
#include "control/smoke.h"
#include "io/loop.h"

#define CHECK_NS    (90 * NS_PER_S) /* a lease of somebody before may have to run out */
#define WATCHDOG_NS (20 * NS_PER_S) /* until one that runs has been seen */
#define DEPLOY_NS \
    (600 * NS_PER_S) /* until all instances say that they are the version */

static void on_smoked(void *owner, int code, const char *why);

void controller_end_intent(struct controller *controller, bool ok, const char *words) {
    controller->has_result = true;
    controller->has_failed = !ok;
    text_copy_cut(controller->result, sizeof controller->result, words);
}

/* The router */

/* What a process writes with in a cluster is decided once:
 * with its first write, which it makes as the holder of the
 * lock and of the Lease. Afterwards whoever is newer wins. */
static uint64_t epoch_of(struct controller *controller) {
    if (!*controller->launch->target.kubernetes.namespace) return controller->epoch;
    const struct router_seen *seen = keeper_seen(controller->keeper);
    if (controller->cluster_epoch == 0) {
        uint64_t epoch = guardian_epoch(controller->guardian, controller->epoch);
        bool older = seen->known && seen->epoch >= epoch;
        controller->cluster_epoch = older ? seen->epoch + 1 : epoch;
    }
    return controller->cluster_epoch;
}

static void set_weight(
    struct controller *controller, const struct rollout_effect *effect) {
    const struct router_intent intent = {
        .epoch = epoch_of(controller),
        .weight_bp = effect->weight_bp,
        .before_bp = effect->before_bp,
        .salt = controller->salt,
        .back = effect->op != ROLLOUT_DO_WEIGHT,
    };
    keeper_set(controller->keeper, &intent);
}

/* May it start at all */

void controller_on_checked(struct controller *controller, bool ok, const char *words) {
    if (controller->doing != ROLLOUT_DO_CHECK) return;
    if (ok) {
        controller->is_checked = true;
        return;
    }
    const struct rollout before = controller->rollout;
    const struct rollout_effect effect =
        rollout_on_checked(&controller->rollout, false, words, loop_clock_ns());
    controller_settle(controller, &before, &effect);
}

/* Whether nothing would go back if this program died; time does not mend that, but for
 * a watchdog that has yet to be seen. */
static bool is_unguarded(const struct controller *controller) {
    return controller->launch->target.class == TARGET_PRODUCTION &&
           keeper_seen(controller->keeper)->known &&
           !keeper_seen(controller->keeper)->leased &&
           !guardian_is_watched(controller->guardian);
}

/* Nobody has to say what is deployed: it says so itself. */
static bool is_there_already(const struct controller *controller) {
    char version[STATE_VERSION_SIZE];
    instances_version(controller->instances, TRACK_STABLE, version);
    return strcmp(version, controller->rollout.plan.to) == 0;
}

static uint64_t patience_ns(const struct controller *controller) {
    const char *ignored;
    if (is_there_already(controller)) return 0;
    bool holds = guardian_holds(controller->guardian, &ignored);
    if (!holds || !is_unguarded(controller)) return CHECK_NS;
    return controller->guardian ? WATCHDOG_NS : 0;
}

static void find_ill_stable(
    const struct controller *controller, struct text *words, uint64_t now_ns) {
    const struct rollout_plan *plan = &controller->rollout.plan;
    const struct instances_sight stable =
        instances_look(controller->instances, TRACK_STABLE, plan->from, now_ns);
    if (stable.count == 0 || stable.ready == 0) {
        text_addf(words, "stable is not ready: %s", stable.words);
    } else if (plan->from[0] && stable.renewed < stable.ready) {
        text_addf(words, "stable is not %s: %s", plan->from, stable.words);
    }
}

/* What is still in the way; "" when nothing is. */
static void find_obstacle(
    const struct controller *controller, struct text *words, uint64_t now_ns) {
    const struct router_seen *seen = keeper_seen(controller->keeper);
    const char *why = "";
    bool is_clustered = controller->launch->target.kubernetes.namespace[0] != '\0';
    if (is_there_already(controller)) {
        text_addf(
            words, "stable is %s already: there is nothing to let in",
            controller->rollout.plan.to);
    } else if (!guardian_holds(controller->guardian, &why)) {
        text_add(words, why);
    } else if (is_unguarded(controller)) {
        text_addf(
            words, "this is production, and %s would go back if this program died%s",
            is_clustered ? "no watchdog in the cluster" : "nothing",
            is_clustered ? ": deploy/kubernetes/watchdog-job.yaml" : "");
    } else if (!controller->is_checked || !seen->known) {
        text_addf(
            words, "the router does not answer%s%s", seen->error.message[0] ? ": " : "",
            seen->error.message);
    } else if (seen->weight_bp != 0) {
        text_add(words, "the router already sends ");
        units_add_percent(words, (double)seen->weight_bp / ROLLOUT_BASIS_POINTS);
        text_add(words, " % to the canary");
    } else {
        find_ill_stable(controller, words, now_ns);
    }
}

static void learn_version_before(struct controller *controller) {
    struct rollout_plan *plan = &controller->rollout.plan;
    char version[STATE_VERSION_SIZE];
    if (plan->from[0]) return;
    instances_version(controller->instances, TRACK_STABLE, version);
    if (rollout_plan_is_version(version) &&
        discreet_text_is(controller->handler.redactor, version)) {
        text_copy_cut(plan->from, sizeof plan->from, version);
    }
}

static void wait_for_check(struct controller *controller, uint64_t now_ns) {
    char data[ROLLOUT_WORDS_SIZE];
    struct text words = TEXT_IN(data);
    find_obstacle(controller, &words, now_ns);
    bool is_clear = words.length == 0;
    text_copy_cut(controller->trouble, sizeof controller->trouble, data);
    if (!is_clear && now_ns - controller->doing_ns < patience_ns(controller)) return;
    if (is_clear) {
        text_add(&words, "the router and stable are as they should be");
        learn_version_before(controller);
    }
    const struct rollout before = controller->rollout;
    const struct rollout_effect effect =
        rollout_on_checked(&controller->rollout, is_clear, data, now_ns);
    controller_settle(controller, &before, &effect);
}

/* The instances */

static void finish_deploy(
    struct controller *controller, bool ok, const char *words, uint64_t now_ns) {
    controller_end_intent(controller, ok, words);
    const struct rollout before = controller->rollout;
    const struct rollout_effect effect =
        rollout_on_deployed(&controller->rollout, ok, words, now_ns);
    controller_settle(controller, &before, &effect);
}

void controller_deploy(
    struct controller *controller, enum track track, const char *version,
    deploy_done_fn on_done) {
    const struct deploy_wish wish = {
        &controller->launch->target, controller->kubernetes, track, version,
        epoch_of(controller)};
    deploy_free(controller->deploy);
    controller->deployed_ns = 0;
    controller->deploy = deploy_start(controller->loop, &wish, on_done, controller);
}

/* That it was told to is not enough: the instances are asked themselves. */
static void on_deployed(void *owner, bool ok, const char *why) {
    struct controller *controller = owner;
    char words[ROLLOUT_WORDS_SIZE];
    struct text text = TEXT_IN(words);
    controller->deployed_ns = loop_clock_ns();
    if (ok) return;
    text_addf(&text, "the deployment: %s", why);
    finish_deploy(controller, false, words, loop_clock_ns());
}

static void wait_for_deploy(struct controller *controller, uint64_t now_ns) {
    const struct rollout_plan *plan = &controller->rollout.plan;
    struct instances_sight canary =
        instances_look(controller->instances, TRACK_CANARY, plan->to, now_ns);
    char words[ROLLOUT_WORDS_SIZE];
    struct text text = TEXT_IN(words);
    if (controller->deployed_ns == 0) return;
    bool is_there =
        canary.count > 0 && canary.renewed == canary.count &&
        track_pods_are_known(controller->pods, TRACK_CANARY, controller->deployed_ns);
    if (!is_there && now_ns - controller->doing_ns < DEPLOY_NS) return;
    if (is_there) {
        text_addf(
            &text, "%u of %u say that they are %s", canary.renewed, canary.count,
            plan->to);
    } else {
        text_copy_cut(words, sizeof words, canary.words);
    }
    finish_deploy(controller, is_there, words, now_ns);
}

/* The smoke test */

/* One instance after the other; false when there is none left. */
static bool smoke_next(struct controller *controller) {
    char to[PLACE_URL_SIZE];
    const char *url =
        track_pods_url(controller->pods, TRACK_CANARY, controller->smoked, to);
    if (!url) return false;
    controller->errand =
        smoke_start(controller->loop, controller->launch, url, on_smoked, controller);
    return true;
}

static enum verdict verdict_of(int code) {
    switch (code) {
    case EXIT_CODE_OK: return VERDICT_PASS;
    case EXIT_CODE_FAILED: return VERDICT_FAIL;
    case EXIT_CODE_INCONCLUSIVE: return VERDICT_INCONCLUSIVE;
    default: return VERDICT_ERROR;
    }
}

static void on_smoked(void *owner, int code, const char *why) {
    struct controller *controller = owner;
    char words[ROLLOUT_WORDS_SIZE];
    struct text text = TEXT_IN(words);
    controller->errand = NULL;
    enum verdict verdict = verdict_of(code);
    if (verdict == VERDICT_PASS) {
        controller->smoked++;
        if (smoke_next(controller)) return;
    }
    if (verdict == VERDICT_PASS) {
        text_add(&text, "the smoke test against the canary passed");
    } else {
        text_addf(&text, "the smoke test against the canary: %s", why);
    }
    const struct rollout before = controller->rollout;
    const struct rollout_effect effect =
        rollout_on_smoked(&controller->rollout, verdict, words, loop_clock_ns());
    controller_settle(controller, &before, &effect);
}

void controller_do(struct controller *controller, const struct rollout_effect *effect) {
    if (effect->op == ROLLOUT_DO_NOTHING) return;
    if (!lock_is_mine(controller->lock)) {
        controller_abandon(controller);
        return;
    }
    controller->doing = effect->op;
    controller->doing_ns = loop_clock_ns();
    switch (effect->op) {
    case ROLLOUT_DO_CHECK:
        controller->is_checked = false;
        keeper_check(controller->keeper);
        break;
    case ROLLOUT_DO_DEPLOY:
        controller_deploy(
            controller, TRACK_CANARY, controller->rollout.plan.to, on_deployed);
        break;
    case ROLLOUT_DO_SMOKE:
        controller->smoked = 0;
        smoke_next(controller);
        break;
    case ROLLOUT_DO_BACK: /* waits for no instances */
        controller->emptying_ns = 0;
        deploy_free(controller->deploy);
        controller->deploy = NULL;
        set_weight(controller, effect);
        break;
    case ROLLOUT_DO_WEIGHT:
    case ROLLOUT_DO_RELEASE: set_weight(controller, effect); break;
    case ROLLOUT_DO_RESTORE: controller_restore(controller); break;
    case ROLLOUT_DO_FINALIZE: controller_finalize(controller); break;
    case ROLLOUT_DO_LEAVE:
        if (!controller->is_leaving) controller->leave_ns = controller->doing_ns;
        controller->is_leaving = true;
        break;
    case ROLLOUT_DO_NOTHING:
    case ROLLOUT_OP_COUNT: break;
    }
}

void controller_wait(struct controller *controller, uint64_t now_ns) {
    if (controller->doing == ROLLOUT_DO_CHECK) wait_for_check(controller, now_ns);
    if (controller->doing == ROLLOUT_DO_DEPLOY) wait_for_deploy(controller, now_ns);
    controller_wait_for_stable(controller, now_ns);
    controller_wait_for_empty(controller, now_ns);
}
