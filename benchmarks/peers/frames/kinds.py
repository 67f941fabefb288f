"""Codes of the log, as app/domain/activity.py numbers them."""

KINDS = {
    "other": 0,
    "login": 1,
    "feature_used": 2,
    "order_placed": 3,
    "order_returned": 4,
    "ticket_opened": 5,
    "ticket_replied": 6,
    "ticket_closed": 7,
    "subscription_started": 8,
    "subscription_renewed": 9,
    "subscription_changed": 10,
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
NPS, CSAT, BILLING = 2, 3, 4
NO_CHANNEL = 0
CHANNELS = {"email": 4, "sms": 5, "push": 6, "in_app": 7, "phone": 8}
DAY_US = 86_400_000_000
NO_MOMENT = -(2**63)
