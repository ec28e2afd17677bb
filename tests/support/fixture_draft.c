/* SPDX-License-Identifier: MIT */
#include "support/fixture_draft.h"

#include "base/units.h"

struct rollout_draft fixture_draft(void) {
    struct rollout_draft draft = {
        .plan =
            {.target = "agent-prod",
             .holder = "mreyes",
             .host = "ops1",
             .step_count = 4,
             .steps = {{500}, {2500}, {5000}, {10000}},
             .hold_each_ns = 600 * NS_PER_S,
             .max_each_ns = 3600 * NS_PER_S,
             .keep_previous_ns = 3600 * NS_PER_S,
             .stale_ns = 15 * NS_PER_S,
             .blind_max_ns = 300 * NS_PER_S,
             .alpha = 0.01,
             .material = 1.5,
             .budget_ratio = 0.01},
        .rules = rollout_rules_default(),
        .warning = "",
        .external = true,
        .router = "HAProxy /run/haproxy/admin.sock, table canary_lease",
        .deploy = "nothing: the canary is waited for until it says the version",
        .guard = "the weight is lent: it runs out in the router, back to stable, when "
                 "the controller dies and the table expires",
    };
    draft.rules.hold_ms = draft.plan.hold_each_ns / NS_PER_MS;
    draft.rules.most_ms = draft.plan.max_each_ns / NS_PER_MS;
    return draft;
}
