"""Holdfast: churn risk with its reasons, health signals and interventions."""
