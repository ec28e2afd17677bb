/* The table of a demo's router that divides traffic,
 * asked and told by somebody else. */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What the router at that socket says: basis points, or -1 without a lease. */
int canary_table_weight(const char *socket);

/* Changes it behind everybody's back, for as long as a lease lasts. */
void canary_table_meddle(const char *socket, unsigned weight_bp);
