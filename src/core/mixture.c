/* SPDX-License-Identifier: MIT */
#include "core/mixture.h"

#include <math.h>

#include "base/panic.h"

void mixture_init(struct mixture *mixture, const double *parameters, size_t count) {
    ensure(count > 0 && count <= MIXTURE_PARTS_MAX);
    *mixture = (struct mixture){.count = (uint32_t)count};
    for (size_t i = 0; i < count; i++) mixture->parts[i].parameter = parameters[i];
}

double mixture_log_value(const struct mixture *mixture) {
    if (mixture->count == 0) return 0;
    double most = mixture->parts[0].log_value;
    for (uint32_t i = 1; i < mixture->count; i++) {
        most = fmax(most, mixture->parts[i].log_value);
    }
    double sum = 0;
    for (uint32_t i = 0; i < mixture->count; i++) {
        sum += exp(mixture->parts[i].log_value - most);
    }
    return most + log(sum / mixture->count);
}

void mixture_settle(struct mixture *mixture) {
    mixture->log_peak = fmax(mixture->log_peak, mixture_log_value(mixture));
}

double mixture_p_value(const struct mixture *mixture) {
    return fmin(1, exp(-mixture->log_peak));
}

#define AT(member) RECORD_AT(struct mixture_part, member)
static const struct record_field part_fields[] = {
    {RECORD_REAL, AT(parameter)},
    {RECORD_REAL, AT(log_value)},
};
#undef AT
static const struct record part_record = RECORD_OF(struct mixture_part, part_fields);

#define AT(member) RECORD_AT(struct mixture, member)
static const struct record_field mixture_fields[] = {
    {RECORD_REAL, AT(log_peak)},
    {RECORD_LIST, AT(parts), .of = &part_record,
     .count_offset = offsetof(struct mixture, count)},
};
#undef AT
const struct record mixture_record = RECORD_OF(struct mixture, mixture_fields);
