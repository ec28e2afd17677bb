/* What the kernel says about this process, as Prometheus text. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/buffer.h"

/* process_resident_memory_bytes, process_virtual_memory_bytes,
 * process_cpu_seconds_total, process_open_fds, process_max_fds and
 * process_start_time_seconds; what cannot be read is left out. */
void self_write(struct buffer *buffer);
