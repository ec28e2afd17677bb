/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/memory.h"
#include "base/panic.h"
#include "core/rollout_analysis.h"
#include "fuzz/fuzz.h"
#include "history/outcome_block.h"
#include "support/rollout_inputs.h"

enum { SINCE_MS = 1000 };

/* An input that was read can be written, and reads the same. */
static void write_and_read(const struct rollout_input *input) {
    uint8_t bytes[ROLLOUT_INPUT_BYTES_MAX];
    struct rollout_input again;
    struct byte_writer writer = byte_writer_in(bytes, sizeof bytes);
    rollout_input_put(input, SINCE_MS, &writer);
    ensure(!writer.overflow);
    struct byte_reader reader = byte_reader_of(bytes, writer.length);
    ensure(rollout_input_get(&again, SINCE_MS, &reader));
    ensure(reader.at == writer.length && again.at_ms == input->at_ms);
    ensure(input_is(&again, input));
}

/* Whatever a block holds, it can be analyzed. */
static void analyze(
    struct rollout_analysis *analysis, const uint8_t *data, size_t size) {
    struct byte_reader reader = byte_reader_of(data, size);
    struct rollout_input input;
    while (reader.at < size && rollout_input_get(&input, SINCE_MS, &reader)) {
        write_and_read(&input);
        if (!rollout_analysis_take(analysis, &input)) return;
    }
    enum exit_code code = rollout_analysis_code(analysis);
    ensure(code != EXIT_CODE_OK || analysis->stretch_count > 0);
}

static void read_block(const uint8_t *data, size_t size) {
    struct outcome_block block;
    if (outcome_block_read(data, size, &block) != OUTCOME_BLOCK_WHOLE) return;
    ensure(block.length > 0 && block.length + OUTCOME_BLOCK_HEAD <= size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    /* Kept from call to call: it is large. */
    static struct rollout_analysis *analysis;
    const struct rollout_plan plan = inputs_plan();
    if (!analysis) analysis = memory_new(sizeof *analysis);
    rollout_analysis_init(analysis, &plan, &plan, size % 2 == 0);
    read_block(data, size);
    analyze(analysis, data, size);
    return 0;
}
