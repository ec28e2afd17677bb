/* What is asked before a rollout's controller is given an order. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/views/dialog_page.h"
#include "ui/views/dialog_view.h"

/* Where it stands, what is sent, to whom, and how to go back. */
void dialog_rollout_fill(struct dialog_page *page, const struct dialog_view *view);

/* The rollout among what runs, and which of both is stopped. */
void dialog_rollout_add_stop(struct dialog_page *page, const struct dialog_view *view);

const char *dialog_rollout_title(const struct dialog *dialog);
