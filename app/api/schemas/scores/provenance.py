"""What an answer rests on."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from app.api.contract.bodies import ResponseBody


class DataOut(ResponseBody):
    """What the answer rests on."""

    last_activity_at: Annotated[
        datetime | None,
        Field(
            description="When the customer last did something; null: never",
            examples=["2026-11-21T17:30:00Z"],
        ),
    ]
    sufficient_history: Annotated[
        bool,
        Field(
            description="False: outside the population of the bundle, so there is no risk to state",
            examples=[True],
        ),
    ]
    stale: Annotated[
        bool,
        Field(
            description="Whether the log has been silent for a week, or the bundle is half a year "
            "old",
            examples=[False],
        ),
    ]
    out_of_distribution: Annotated[
        bool | None,
        Field(
            description="Whether a feature is unlike anything in the population that was learned "
            "from; null: the bundle cannot tell, or there is no risk",
            examples=[False],
        ),
    ]
    unusual: Annotated[
        list[str],
        Field(description="The features that are", examples=[["orders_30d"]]),
    ]


class BundleRefOut(ResponseBody):
    """The bundle that answered."""

    id: Annotated[str, Field(description="Id of the bundle", examples=["4f1c0de5a2b94a10"])]
    trained_until: Annotated[
        datetime,
        Field(description="It saw nothing from here on", examples=["2026-11-01T00:00:00Z"]),
    ]
    feature_hash: Annotated[
        str,
        Field(
            description="Fingerprint of the features and their meaning",
            examples=["b1946ac92492d2347c6235b4d2611184"],
        ),
    ]


class PlaybookRefOut(ResponseBody):
    """The playbook that was applied."""

    version: Annotated[str, Field(description="Its version", examples=["1"])]
    sha256: Annotated[
        str,
        Field(description="Hash of its file", examples=["9f86d081884c7d659a2feaa0c55ad015"]),
    ]


class WarningOut(ResponseBody):
    """A reason to trust the answers of a bundle less."""

    code: Annotated[
        str,
        Field(
            description="For programs: drifted, miscalibrated, fallback, stale, hindsight",
            examples=["miscalibrated"],
        ),
    ]
    text: Annotated[
        str,
        Field(
            description="For people: what was found, and what to do",
            examples=["of 4,210 predictions of 2026-05, 42.0% churn was said and 51.3% happened"],
        ),
    ]


Basis = Annotated[
    Literal["learned", "rhythm", "prior"],
    Field(
        description="What the bundle rests on: labels of the whole horizon; the rhythm of "
        "shorter windows; or rhythms published elsewhere. The last two are fallbacks",
        examples=["learned"],
    ),
]
BundleRef = Annotated[
    BundleRefOut,
    Field(
        description="The bundle that answered",
        examples=[
            {
                "id": "4f1c0de5a2b94a10",
                "trained_until": "2026-11-01T00:00:00Z",
                "feature_hash": "b1946ac92492d2347c6235b4d2611184",
            }
        ],
    ),
]
Warnings = Annotated[
    list[WarningOut],
    Field(
        description="Reasons to trust this bundle less; see /v1/model/calibration and "
        "/v1/model/drift",
        examples=[[]],
    ),
]
