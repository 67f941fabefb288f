"""Codes of activity types in the log, as app/domain/activity.py numbers them."""

KINDS = {
    "login": 1,
    "feature_used": 2,
    "order_placed": 3,
    "order_returned": 4,
    "ticket_opened": 5,
    "payment_failed": 12,
    "message_sent": 13,
    "incident": 20,
}
