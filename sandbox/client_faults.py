"""Faults and the record of calls, from another process: `await world.faults.add(Fault("cut"))`."""

from dataclasses import asdict, fields

from sandbox.client_http import PeopleHttp
from sandbox.faults import Fault, ScriptedFault
from sandbox.text import Json


class FaultDesk:
    """The scripted faults of a running sandbox. Raises SandboxRefused for what cannot be."""

    def __init__(self, http: PeopleHttp) -> None:
        self._http = http

    async def add(self, fault: Fault) -> ScriptedFault:
        """Script a fault; what is given is as it stands now, `all` looks anew."""
        answer = await self._http.post("/people/faults", asdict(fault))
        return read_scripted(answer["fault"])

    async def all(self) -> list[ScriptedFault]:
        """Those that wait for their calls, oldest first, with how often each has happened."""
        return [read_scripted(raw) for raw in (await self._http.get("/people/faults"))["faults"]]

    async def injected(self) -> dict[str, int]:
        """How often each kind has happened since the sandbox began."""
        answer = await self._http.get("/people/faults")
        return {str(kind): int(count) for kind, count in answer["injected"].items()}

    async def remove(self, scripted: ScriptedFault) -> None:
        await self._http.delete(f"/people/faults/{scripted.id}")

    async def clear(self) -> None:
        """Take all back."""
        await self._http.delete("/people/faults")


def read_scripted(raw: Json) -> ScriptedFault:
    names = {field.name for field in fields(Fault)}
    fault = Fault(**{name: value for name, value in raw.items() if name in names})
    return ScriptedFault(int(raw["id"]), fault, int(raw["fired"]))
