"""What the board asks the API for: only what it shows."""

from __future__ import annotations

FIGURES: tuple[str, ...] = (
    "unassigned_conversations",
    "open_conversations",
    "assigned_conversations",
    "active_conversations",
    "overdue_conversations_in_queue",
    "overdue_conversations_total",
    "queue_wait_time_50th_percentile",
    "queue_wait_time_90th_percentile",
    "online_agents",
    "away_agents",
    "back_soon_agents",
    "agent_load",
    "human_agent_load",
    "human_online_load",
    "available_slots",
    "avg_wait_time",
    "avg_wait_time_first_response",
    "avg_time_to_response",
    "avg_time_to_first_response_first_assignment",
    "closed_conversations",
    "closed_by_agent",
    "closed_by_consumer",
    "auto_closed",
    "csat",
)
"""Of the account, of each skill and of each agent group."""

AGENT_FIGURES: tuple[str, ...] = (
    "agent_current_status",
    "agent_current_status_start_time",
    "agent_current_status_reason",
    "agent_current_status_reason_start_time",
    "assigned_conversations",
    "active_conversations",
    "pending_agent_response",
    "agent_load",
    "available_slots",
    "max_slots",
    "avg_time_to_response",
    "closed_conversations",
    "concluded_conversations",
    "transfers",
    "transfer_rate",
    "csat",
)
"""Of each agent."""

TREND_FIGURES: tuple[str, ...] = ("closed_conversations", "transfers", "concluded_conversations")
"""Over time."""
