"""The testing stage: how learning would have done at earlier moments."""

from dataclasses import dataclass
from typing import Final

from app.statistics.calibration import ReliabilityBin
from training.learning.learn import LearningResult
from training.run import TrainingRun
from training.testing.backtest import Backtest, backtest, newest_window
from training.testing.earlier_backtests import earlier_backtests


@dataclass(frozen=True, slots=True)
class Backtests:
    """How learning would have done.

    Attributes
    ----------
    newest : the out-of-time test on the newest closed window; None where the history is too short.
    earlier : cheaper back-tests at earlier cut-offs, oldest first.
    """

    newest: Backtest | None = None
    earlier: tuple[Backtest, ...] = ()

    @property
    def all(self) -> tuple[Backtest, ...]:
        """All of them, oldest first."""
        return self.earlier if self.newest is None else (*self.earlier, self.newest)

    @property
    def calibration_tables(self) -> list[list[ReliabilityBin]]:
        """What each of them predicted and what happened, oldest first."""
        return [one.calibration_table for one in self.all]


NO_BACKTESTS: Final = Backtests()


def run_backtests(run: TrainingRun, learning: LearningResult) -> Backtests:
    """Return the out-of-time test and the back-tests at earlier cut-offs."""
    window = newest_window(run, learning)
    newest = backtest(run, window, stage=f"Testing on the last {window.days} days")
    return Backtests(newest, earlier_backtests(run, learning))
