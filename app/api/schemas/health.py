"""Whether the process is alive, and whether the service can do its work."""

from typing import Annotated, Literal

from pydantic import Field

from app.api.contract.bodies import ResponseBody


class AliveOut(ResponseBody):
    """The process answers."""

    status: Annotated[Literal["alive"], Field(description="Always alive", examples=["alive"])]


class ReadyOut(ResponseBody):
    """Database, bundle and playbook can be used."""

    status: Annotated[Literal["ready"], Field(description="Always ready", examples=["ready"])]
    bundle_id: Annotated[
        str, Field(description="The bundle in service", examples=["4f1c0de5a2b94a10"])
    ]
    warnings: Annotated[
        list[str],
        Field(
            description="What is wrong but does not keep the service from working, such as a newly "
            "promoted bundle that was refused",
            examples=[[]],
        ),
    ]


class LiveOut(ResponseBody):
    """The process answers; in the format of KServe's protocol."""

    live: Annotated[Literal[True], Field(description="Always true", examples=[True])]


class ServerReadyOut(ResponseBody):
    """The service is ready; in the format of KServe's protocol."""

    ready: Annotated[Literal[True], Field(description="Always true", examples=[True])]
