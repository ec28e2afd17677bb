/* The functions of the command table,
 * each in its own file. They return an exit code. */
/* SPDX-License-Identifier: MIT */
#pragma once

struct invocation;

int batch_command(const struct invocation *invocation);
int canary_abort_command(const struct invocation *invocation);
int canary_analyze_command(const struct invocation *invocation);
int canary_haproxy_config_command(const struct invocation *invocation);
int canary_hold_command(const struct invocation *invocation);
int canary_monitor_command(const struct invocation *invocation);
int canary_plan_command(const struct invocation *invocation);
int canary_promote_command(const struct invocation *invocation);
int canary_resume_command(const struct invocation *invocation);
int canary_start_command(const struct invocation *invocation);
int canary_status_command(const struct invocation *invocation);
int canary_takeover_command(const struct invocation *invocation);
int canary_undo_command(const struct invocation *invocation);
int canary_wait_command(const struct invocation *invocation);
int cockpit_command(const struct invocation *invocation);
int completion_command(const struct invocation *invocation);
int config_check_command(const struct invocation *invocation);
int config_show_command(const struct invocation *invocation);
int demo_command(const struct invocation *invocation);
int demo_scale_command(const struct invocation *invocation);
int demo_start_command(const struct invocation *invocation);
int demo_status_command(const struct invocation *invocation);
int demo_stop_command(const struct invocation *invocation);
int demo_traffic_command(const struct invocation *invocation);
int help_command(const struct invocation *invocation);
int init_command(const struct invocation *invocation);
int load_command(const struct invocation *invocation);
int load_knee_command(const struct invocation *invocation);
int load_scaling_command(const struct invocation *invocation);
int manual_command(const struct invocation *invocation);
int smoke_command(const struct invocation *invocation);
int status_command(const struct invocation *invocation);
int theme_check_command(const struct invocation *invocation);
int theme_list_command(const struct invocation *invocation);
int trust_command(const struct invocation *invocation);
int watch_command(const struct invocation *invocation);
