"""Codes of activity types in the log, as app/domain/activity.py numbers them."""

KINDS = {
    "login": 1,
    "feature_used": 2,
    "order_placed": 3,
    "order_returned": 4,
    "ticket_opened": 5,
    "subscription_renewed": 9,
    "subscription_cancelled": 11,
    "payment_failed": 12,
    "message_sent": 13,
    "survey_answered": 17,
    "onboarding_step_completed": 18,
    "price_notice": 19,
    "incident": 20,
}
RESPONSES = [14, 15, 16]  # opened, clicked, replied
NOT_OWN = [6, 7, 9, 12, 13, 19, 20, 21]  # what the company does, or what happens by itself
