"""How the teacher's boosters are grown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """Settings of the boosters, chosen by back-tests at earlier cut-offs (benchmarks/quality).

    Attributes
    ----------
    num_leaves, min_rows_per_leaf, learning_rate : size of the trees, and how much each one adds.
    many_rows, num_leaves_of_many, most_rows, num_leaves_of_most : larger trees from this many rows
        on. They help where a log holds more than purchase rhythm, and cost order logs nothing.
    max_rounds, patience : growing stops once the customers that the fold holds out have gained
        nothing for `patience` trees.
    n_folds : boosters that are merged; each holds one fold of customers out.
    bagging_share, feature_share : shares (0 to 1) of the rows and features that one tree sees.
    l2 : ridge penalty on leaf values.
    """

    num_leaves: int = 8
    many_rows: int = 100_000
    num_leaves_of_many: int = 16
    most_rows: int = 250_000
    num_leaves_of_most: int = 31
    min_rows_per_leaf: int = 100
    learning_rate: float = 0.06
    max_rounds: int = 500
    patience: int = 30
    n_folds: int = 4
    bagging_share: float = 0.7
    feature_share: float = 0.4
    l2: float = 5.0

    def leaves_for(self, n_rows: int) -> int:
        """Return the number of leaves of a tree that is grown from `n_rows` rows."""
        if n_rows >= self.most_rows:
            return self.num_leaves_of_most
        return self.num_leaves_of_many if n_rows >= self.many_rows else self.num_leaves
