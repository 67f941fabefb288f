"""Labels for learning: the rule that `app.features.outcomes` states, by which service is judged."""

from app.features.outcomes import churned, code_of_event, happened_in

__all__ = ["churned", "code_of_event", "happened_in"]
