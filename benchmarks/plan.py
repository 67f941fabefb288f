"""How much is measured: sizes, rounds and seconds, for a full run and for a quick one."""

from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SCRATCH = PROJECT / ".bench"  # environments of the peers, data, logs: all can be deleted


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run of the benchmarks does.

    Attributes
    ----------
    rounds
        How often each contender has its turn; contenders take turns within a round.
    seconds
        Length of one turn of a server under load.
    n_customers, n_days
        The simulated company. 350 days give about 50 events per customer, with a heavy tail.
    copies
        How many copies of that company (with other ids) the file of a rescoring holds.
    large_copies
        The same for the run that watches memory.
    """

    rounds: int
    seconds: float
    n_customers: int
    n_days: int
    copies: int
    large_copies: int


FULL = Plan(rounds=7, seconds=5.0, n_customers=5000, n_days=350, copies=20, large_copies=60)
QUICK = Plan(rounds=3, seconds=2.0, n_customers=2000, n_days=350, copies=10, large_copies=30)
