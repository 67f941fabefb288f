"""Full answers over HTTP against MLServer's bare predictions and the straightforward service."""

import json
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from benchmarks.figure import NotMeasurable, Result
from benchmarks.load import Call, check_answer, load
from benchmarks.peers import baseline, mlserver
from benchmarks.plan import Plan
from benchmarks.rounds import middle, ratio_details, say, take_turns
from benchmarks.servers import Server
from benchmarks.service import authorised, score_calls, serving
from benchmarks.world import customer_ids, measured_features, sqlite_database, world

KEYS = ("full_answer_rps_vs_mlserver", "full_answer_rps_vs_straightforward")
CONNECTIONS = 16
_PEERS = {"mlserver": KEYS[0], "straightforward": KEYS[1]}


def measure(plan: Plan) -> Result:
    """Return both ratios of answers per second at 16 connections, on SQLite."""
    company = world(plan)
    database, ids = sqlite_database(company), customer_ids(company)
    headers = authorised(database)
    cost: defaultdict[str, list[float]] = defaultdict(list)
    missing: dict[str, str] = {}
    versions: dict[str, dict[str, str]] = {}
    with ExitStack() as servers:
        ours = servers.enter_context(serving(company, database))
        turns = {"holdfast": _turn(ours, score_calls(ids), headers, plan, cost["holdfast"])}
        try:
            peer = servers.enter_context(mlserver.mlserver(company.bundle / "booster.txt"))
            calls = mlserver.calls(measured_features(company)[:500])
            as_json = {"Content-Type": "application/json"}
            turns["mlserver"] = _turn(peer, calls, as_json, plan, cost["mlserver"])
            versions["mlserver"] = mlserver.versions()
        except NotMeasurable as reason:
            missing["mlserver"] = str(reason)
        try:
            copied = baseline.own_copy(Path(database.url.removeprefix("sqlite:///")))
            peer = servers.enter_context(baseline.straightforward(company.bundle, copied))
            turns["straightforward"] = _turn(
                peer, score_calls(ids), headers, plan, cost["straightforward"]
            )
            versions["straightforward"] = baseline.versions()
            agreement = _agreement(ours.url, peer.url, score_calls(ids[:50]), headers)
        except NotMeasurable as reason:
            missing["straightforward"], agreement = str(reason), None
        reached = take_turns(turns, rounds=plan.rounds)
    compared = {
        _PEERS[name]: ratio_details(reached["holdfast"], reached[name])
        for name in reached
        if name != "holdfast"
    }
    return {
        **{key: found["median"] for key, found in compared.items()},
        "answers_per_second": compared,
        "processor_us_per_answer": {name: middle(each) for name, each in cost.items()},
        "missing": missing,
        "peers": versions,
        "straightforward_probability_differs_by_median": agreement,
    }


def _turn(
    server: Server, calls: list[Call], headers: dict[str, str], plan: Plan, cost: list[float]
) -> Callable[[], float]:
    """Return what measures one turn; it adds the processor µs of an answer to `cost`."""
    check_answer(server.url, calls[0], headers)
    load(server.url, calls, headers=headers, connections=CONNECTIONS, seconds=1)  # warm

    def turn() -> float:
        before = server.processor_seconds()
        answered = load(
            server.url, calls, headers=headers, connections=CONNECTIONS, seconds=plan.seconds
        )
        cost.append((server.processor_seconds() - before) / answered.requests * 1e6)
        return answered.per_second

    return turn


def _agreement(ours: str, theirs: str, calls: list[Call], headers: dict[str, str]) -> float:
    """Return the median difference of probabilities: what the baseline leaves out shows here."""
    differences = sorted(
        abs(_probability(ours, call, headers) - _probability(theirs, call, headers))
        for call in calls
    )
    say(
        f"probabilities of the baseline differ by {differences[len(differences) // 2]:.4f} (median)"
    )
    return round(differences[len(differences) // 2], 6)


def _probability(url: str, call: Call, headers: dict[str, str]) -> float:
    return float(json.loads(check_answer(url, call, headers))["probability"])
