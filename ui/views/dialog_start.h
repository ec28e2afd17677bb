/* What is asked before a rollout is started. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/views/dialog_page.h"
#include "ui/views/dialog_view.h"

/* The versions, the steps and what they will take, what is sent, and how to go back. */
void dialog_start_fill(struct dialog_page *page, const struct dialog_view *view);
