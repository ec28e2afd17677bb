/* SPDX-License-Identifier: MIT */
#include "core/evidence_record.h"

#define AT(member) RECORD_AT(struct evidence, member)
#define HARM(metric) \
    { RECORD_STRUCT, AT(harms[metric]), .of = &harm_record }
static const struct record_field evidence_fields[] = {
    {RECORD_STRUCT, AT(rules), .of = &rollout_rules_record},
#define X(id, name, source, share, weight) HARM(id)
    HARM_METRICS(X),
#undef X
    {RECORD_STRUCT, AT(ranks), .of = &rank_test_record},
    {RECORD_STRUCT, AT(split), .of = &split_check_record},
    {RECORD_STRUCT, AT(step_split), .of = &split_check_record},
    {RECORD_STRUCT, AT(in_step), .of = &roll_call_record},
    {RECORD_STRUCT, AT(surroundings), .of = &surroundings_record},
    {RECORD_STRUCT, AT(latency), .of = &baseline_record},
    {RECORD_STRUCT, AT(cost), .of = &baseline_record},
    {RECORD_STRUCT, AT(tokens), .of = &baseline_record},
    {RECORD_HISTOGRAM, AT(latencies[ARM_STABLE])},
    {RECORD_HISTOGRAM, AT(latencies[ARM_CANARY])},
    {RECORD_REAL, AT(log_peak)},
    {RECORD_COUNTS, AT(users)},
    {RECORD_COUNT, AT(outside)},
    {RECORD_COUNT, AT(known.left_out)},
};
#undef HARM
#undef AT
const struct record evidence_record = RECORD_OF(struct evidence, evidence_fields);
