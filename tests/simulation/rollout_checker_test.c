/* That the checker sees each thing that must never happen:
 * it is planted in a log in which all is well. */
/* SPDX-License-Identifier: MIT */
#include "simulation/rollout_checker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"

enum { LOG_MAX = 16 * 1024 };

static const char begun[] =
    "0 plan hold=10000 max=60000 stale=5000 budget=0.05 steps=500,10000\n"
    "0 start epoch=1\n"
    "10 commit epoch=1 phase=preflight op=check bp=0 asked=0 actor=ann\n"
    "900 look epoch=1 known=1 bp=0\n"
    "1000 commit epoch=1 phase=deploying op=deploy bp=0 asked=0 actor=auto\n"
    "1001 act epoch=1 op=deploy\n"
    "2000 commit epoch=1 phase=smoke op=smoke bp=0 asked=0 actor=auto\n"
    "2500 smoke epoch=1 result=pass\n";
static const char raised[] =
    "2600 commit epoch=1 phase=raising op=weight bp=500 asked=500 actor=auto\n"
    "2610 act epoch=1 op=weight bp=500\n"
    "2620 look epoch=1 known=1 bp=500\n"
    "2630 commit epoch=1 phase=watching op=nothing bp=0 asked=500 actor=auto\n"
    "3000 seen epoch=1 stable=900 canary=10 age=10\n";
static const char watched[] = "8000 seen epoch=1 stable=900 canary=50 age=10\n"
                              "8001 act epoch=1 op=renew bp=500\n"
                              "13000 seen epoch=1 stable=900 canary=50 age=10\n";
static const char promoted[] =
    "13100 commit epoch=1 phase=raising op=weight bp=10000 asked=10000 actor=auto\n"
    "13110 act epoch=1 op=weight bp=10000\n"
    "13120 look epoch=1 known=1 bp=10000\n"
    "13130 commit epoch=1 phase=watching op=nothing bp=0 asked=10000 actor=auto\n";
static const char undone[] =
    "14000 commit epoch=1 phase=rolling-back op=back bp=0 asked=0 actor=ann\n"
    "14010 act epoch=1 op=back bp=0\n";
static const char back[] =
    "14020 commit epoch=1 phase=rolled-back op=leave bp=0 asked=0 actor=auto\n";
/* Stable was being replaced: it is what it was before the traffic comes to it. */
static const char finalized[] =
    "23140 seen epoch=1 stable=0 canary=900 age=10\n"
    "23150 commit epoch=1 phase=done op=nothing bp=0 asked=10000 actor=ann\n"
    "23160 commit epoch=1 phase=finalizing op=finalize bp=10000 asked=10000 "
    "actor=auto\n"
    "23170 act epoch=1 op=finalize\n";
static const char restored[] = "24000 commit epoch=1 phase=rolling-back op=restore "
                               "bp=10000 asked=10000 actor=ann\n"
                               "24010 act epoch=1 op=restore\n"
                               "24020 act epoch=1 op=renew bp=10000\n";
static const char gone[] = "5000 died epoch=1\n"
                           "6000 start epoch=2\n";
static const char blinded[] = "13050 seen epoch=1 stable=0 canary=0 age=6001\n"
                              "13060 seen epoch=1 stable=0 canary=0 age=7001\n";
/* Just before enough was seen, and it goes on as if nothing had been. */
static const char crashed[] =
    "12700 seen epoch=1 stable=900 canary=900 age=10\n"
    "12701 died epoch=1\n"
    "12702 start epoch=2\n"
    "12703 look epoch=2 known=1 bp=500\n"
    "12704 commit epoch=2 phase=watching op=nothing bp=0 asked=500 actor=auto\n"
    "12900 seen epoch=2 stable=900 canary=900 age=10\n"
    "13100 commit epoch=2 phase=raising op=weight bp=10000 asked=10000 actor=auto\n";

/* What is planted, and which rule it breaks. */
struct plant {
    const char *parts[8];
    int rule; /* -1: all is well */
};

static const struct plant plants[] = {
    {{begun, raised, watched, promoted, undone, back, "15000 end\n"}, -1},
    {{begun, raised, gone, "6100 look epoch=2 known=1 bp=500\n",
      "6200 commit epoch=2 phase=watching op=nothing bp=0 asked=500 actor=auto\n",
      "6210 act epoch=2 op=renew bp=500\n", "15000 end\n"},
     -1},
    {{begun, raised, undone, "14011 refused epoch=1\n", "14012 act epoch=1 op=back\n",
      back, "15000 end\n"},
     -1},
    /* What was on its way to the disk before somebody came who could not stay. */
    {{begun, "2550 unborn epoch=2\n",
      "2600 commit epoch=1 phase=raising op=weight bp=500 asked=500 actor=auto\n",
      "15000 end\n"},
     -1},
    /* Who is dead holds nothing. */
    {{begun, raised, "5000 died epoch=1\n",
      "70000 seen epoch=1 stable=900 canary=0 age=10\n", "15000 end\n"},
     -1},
    {{begun, raised, watched, promoted, finalized, restored, undone, back}, -1},

    {{begun, "2610 act epoch=1 op=weight bp=500\n"}, CHECKER_INTENT},
    {{begun, raised, watched, "13110 act epoch=1 op=weight bp=10000\n"},
     CHECKER_INTENT},
    {{begun, raised, "3100 act epoch=1 op=back bp=0\n"}, CHECKER_INTENT},
    {{begun, raised, "3100 act epoch=1 op=renew bp=10000\n"}, CHECKER_INTENT},
    {{begun, raised, "3090 refused epoch=1\n", "3100 act epoch=1 op=back bp=0\n",
      "7100 seen epoch=1 stable=900 canary=0 age=10\n"},
     CHECKER_INTENT},
    {{begun, raised, "3100 act epoch=1 op=finalize\n"}, CHECKER_INTENT},

    {{begun, raised, gone, "6100 act epoch=2 op=renew bp=500\n"}, CHECKER_READ_BACK},
    {{begun, raised, gone, "6100 look epoch=2 known=1 bp=900\n",
      "6200 commit epoch=2 phase=watching op=nothing bp=0 asked=500 actor=auto\n"},
     CHECKER_READ_BACK},
    {{begun, raised, "3100 look epoch=1 known=1 bp=900\n",
      "3200 act epoch=1 op=renew bp=500\n"},
     CHECKER_READ_BACK},

    {{begun, raised, "8000 seen epoch=1 stable=900 canary=900 age=10\n", crashed},
     CHECKER_EVIDENCE},
    {{begun, raised, "8000 seen epoch=1 stable=900 canary=1 age=10\n",
      "13000 seen epoch=1 stable=900 canary=1 age=10\n", promoted},
     CHECKER_EVIDENCE},

    {{begun, raised, watched, undone,
      "14100 commit epoch=1 phase=hold op=nothing bp=0 asked=0 actor=bob\n", back},
     CHECKER_ROLLBACK},
    {{begun, raised, watched, undone, "15000 end\n"}, CHECKER_ROLLBACK},
    {{begun, raised, watched, promoted, finalized, undone, back}, CHECKER_ROLLBACK},
    {{begun, raised, watched, undone,
      "14012 commit epoch=1 phase=raising op=weight bp=500 asked=500 actor=bob\n",
      back},
     CHECKER_ROLLBACK},

    {{begun, raised, gone, "6100 look epoch=2 known=1 bp=500\n",
      "6200 act epoch=1 op=renew bp=500\n"},
     CHECKER_EPOCH},
    {{begun, raised, "5000 unborn epoch=2\n", "6200 act epoch=1 op=renew bp=500\n"},
     CHECKER_EPOCH},
    {{begun, raised, "3200 start epoch=1\n"}, CHECKER_EPOCH},
    {{begun, raised, "5000 died epoch=1\n",
      "5200 commit epoch=1 phase=hold op=nothing bp=0 asked=500 actor=auto\n"},
     CHECKER_EPOCH},

    {{begun,
      "2600 commit epoch=1 phase=raising op=weight bp=700 asked=700 actor=auto\n"},
     CHECKER_STEPS},
    {{begun,
      "2600 commit epoch=1 phase=raising op=weight bp=10000 asked=10000 actor=auto\n"},
     CHECKER_STEPS},
    {{begun, raised, watched,
      "13100 commit epoch=1 phase=done op=nothing bp=0 asked=500 actor=auto\n"},
     CHECKER_STEPS},
    {{begun, raised, watched,
      "13100 commit epoch=1 phase=finalizing op=finalize bp=500 asked=500 "
      "actor=auto\n"},
     CHECKER_STEPS},

    {{begun, "2550 smoke epoch=1 result=killed\n", raised}, CHECKER_CUT_SHORT},
    {{begun, raised, watched, "60000 seen epoch=1 stable=900 canary=50 age=10\n",
      "68000 seen epoch=1 stable=900 canary=50 age=10\n"},
     CHECKER_CUT_SHORT},

    {{begun, raised, watched, blinded, promoted}, CHECKER_BLIND},
    {{begun, raised, "12000 seen epoch=1 stable=0 canary=0 age=6000\n",
      "14000 seen epoch=1 stable=0 canary=0 age=8000\n",
      "17000 seen epoch=1 stable=0 canary=0 age=11000\n"},
     CHECKER_BLIND},
};

static void check(const struct plant *plant, struct checker_findings *findings) {
    struct buffer log;
    buffer_init(&log, LOG_MAX);
    for (size_t i = 0; i < 8 && plant->parts[i]; i++) {
        assert_true(buffer_add(&log, plant->parts[i], strlen(plant->parts[i])));
    }
    assert_true(buffer_add(&log, "", 1));
    rollout_checker_run(log.data, findings);
    buffer_clear(&log);
}

/* Of one log: the planted rule, and no other one, has to be broken. */
static void expect(size_t plant, const struct checker_findings *findings) {
    for (int rule = 0; rule < CHECKER_RULE_COUNT; rule++) {
        bool is_planted = rule == plants[plant].rule;
        if (is_planted == (findings->broken[rule] > 0)) continue;
        fail_msg(
            "log %zu: %s: %s", plant, checker_rule_words((enum checker_rule)rule),
            is_planted ? "not seen" : findings->first[rule]);
    }
}

static void it_sees_what_was_planted_and_nothing_else(void **state) {
    unsigned planted[CHECKER_RULE_COUNT] = {0};
    (void)state;
    for (size_t i = 0; i < sizeof plants / sizeof *plants; i++) {
        struct checker_findings findings;
        check(&plants[i], &findings);
        expect(i, &findings);
        if (plants[i].rule >= 0) planted[plants[i].rule]++;
    }
    for (int rule = 0; rule < CHECKER_RULE_COUNT; rule++) {
        assert_true(planted[rule] >= 2);
    }
}

static void it_counts_what_it_has_read(void **state) {
    struct checker_findings findings;
    (void)state;
    check(&plants[0], &findings);
    assert_int_equal(findings.commits, 9);
    assert_int_equal(findings.acts, 5);
    assert_true(findings.lines > findings.commits + findings.acts);
    rollout_checker_run("", &findings);
    assert_int_equal(findings.lines, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_sees_what_was_planted_and_nothing_else),
        cmocka_unit_test(it_counts_what_it_has_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
