"""The playbook file: rules for signals, segments and interventions, editable without code."""
