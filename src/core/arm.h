/* The two sides of a rollout. */
/* SPDX-License-Identifier: MIT */
#pragma once

enum arm { ARM_STABLE, ARM_CANARY, ARM_COUNT };
