"""What a bundle must not be used for, and what it cannot know."""

from app.documents.document import Bullets, Paragraph, Section


def limits_section(*, horizon_days: int) -> Section:
    """Return the limits of every bundle that predicts this many days."""
    return Section(
        "Limits",
        (
            Paragraph("What this bundle must not be used for, and what it cannot know."),
            Bullets((
                "Not for decisions with legal or similarly significant effects on a person: "
                "credit, insurance, housing, employment, termination of a contract (GDPR, "
                "article 22).",
                "Not for prices or terms that are worse for a person because a score is low or "
                "high, and not for denying service to customers who seem lost anyway.",
                "Not about employees, applicants or anybody who is not a customer, and not for "
                "judging the people who look after customers.",
                f"It speaks about the {horizon_days} days after the moment asked about, and about "
                "nothing beyond them.",
                "It was learned from what customers did, not from an experiment: it ranks who is "
                "likely to leave, not whom contact would keep. To find out, leave a random part of "
                "the customers uncontacted and compare.",
                "Base rates move with seasons; the snapshots show by how much they did.",
                "Customers unlike those it learned from get a probability too: heed the flags of "
                "unusual and insufficient histories, and the drift that the service reports.",
            )),
        ),
    )
