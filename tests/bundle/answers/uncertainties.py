"""The values of a small table of uncertainty."""

UNCERTAINTY_VALUES = {
    "coverage": 0.9,
    "shared_deviation": 0.3,
    "history_feature": "amount",
    "history_from": (2.0, 5.0),
    "knots": (-2.0, 0.0, 2.0),
    "below": ((0.9, 0.8, 0.9), (0.5, 0.4, 0.5), (0.0, 0.0, 0.1)),
    "above": ((1.9, 1.8, 1.9), (0.6, 0.5, 0.6), (0.0, 0.0, 0.2)),
}
