/* Looks through the log of a rollout for what must never happen. It reads nothing but
 * the log, and shares no line with what has written it or with what is judged by it. */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The log has a line for each thing that happened, in order: milliseconds, a word, and
 * what belongs to it as key=value.
 *
 *   plan hold= max= stale= budget= steps=500,2500,10000   first of all
 *   start epoch=                      a controller begins, the first one or another
 *   died epoch=                       it is gone
 *   commit epoch= phase= op= bp= before= asked= actor=   a transition is on disk: its
 *                                     effect, that one's weight, what the router has to
 *                                     say before it, and the weight that holds then;
 *                                     at= when it was decided, if that is known
 *   refused epoch=                    the disk did not take one, or not in time
 *   act epoch= op= bp=                the world is told: deploy, weight, renew, back,
 *                                     finalize, restore
 *   look epoch= known= bp=            what the router answered
 *   seen epoch= stable= canary= age=  units since the last time, age of the newest, ms
 *   smoke epoch= result=              pass, fail, or killed
 *   order kind= who= force= accepted=
 *   end                               there was time enough to finish
 */

/* clang-format off */
/*    id                 what has to hold */
#define CHECKER_RULES(X) \
    X(CHECKER_INTENT,    "what is done outside was written down before") \
    X(CHECKER_READ_BACK, "after a restart, and where the router differs, nothing is guessed") \
    X(CHECKER_EVIDENCE,  "evidence from before a crash promotes nothing") \
    X(CHECKER_ROLLBACK,  "a rollback is finished, and never turns into a promotion") \
    X(CHECKER_EPOCH,     "at most one controller acts") \
    X(CHECKER_STEPS,     "weights only move along the declared steps") \
    X(CHECKER_CUT_SHORT, "a measurement that was cut short proves nothing") \
    X(CHECKER_BLIND,     "without data it is held, and never raised")
/* clang-format on */

enum checker_rule {
#define X(id, words) id,
    CHECKER_RULES(X)
#undef X
        CHECKER_RULE_COUNT
};

enum { CHECKER_WORDS_SIZE = 256 };

struct checker_findings {
    unsigned lines;
    unsigned commits, acts; /* a log that says nothing proves nothing */
    unsigned broken[CHECKER_RULE_COUNT];
    char first[CHECKER_RULE_COUNT][CHECKER_WORDS_SIZE]; /* what was said of it first */
};

/* `log` ends with a zero byte. */
void rollout_checker_run(const char *log, struct checker_findings *findings);

const char *checker_rule_words(enum checker_rule rule);
