"""Whether the service lives, and whether it can do its work."""

from typing import Annotated, Literal

from pydantic import Field

from app.api.contract.fields import Answer


class AliveOut(Answer):
    """The process answers."""

    status: Annotated[Literal["alive"], Field(description="Always alive", examples=["alive"])]


class ReadyOut(Answer):
    """Database, bundle and playbook are usable."""

    status: Annotated[Literal["ready"], Field(description="Always ready", examples=["ready"])]
    bundle_id: Annotated[
        str, Field(description="The bundle in service", examples=["4f1c0de5a2b94a10"])
    ]
    warnings: Annotated[
        list[str],
        Field(
            description="What is wrong but does not keep us from working, such as a newly "
            "promoted bundle that was refused",
            examples=[[]],
        ),
    ]


class LiveOut(Answer):
    """The process answers, in the words of KServe's protocol."""

    live: Annotated[Literal[True], Field(description="Always true", examples=[True])]


class ServerReadyOut(Answer):
    """The service is ready, in the words of KServe's protocol."""

    ready: Annotated[Literal[True], Field(description="Always true", examples=[True])]
