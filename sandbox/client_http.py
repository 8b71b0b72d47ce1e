"""The people's protocol as calls: JSON and forms there, JSON and bytes back."""

from typing import Any

import aiohttp

from sandbox.text import Json


class SandboxRefused(AssertionError):
    """The sandbox did not let a person do something; `status` and its sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(f"{status}: {sentence}")
        self.status = status
        self.sentence = sentence


class PeopleHttp:
    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url

    async def post(self, path: str, body: Json | aiohttp.FormData) -> Any:
        """One wish of a person; raises SandboxRefused."""
        content: dict[str, Any] = {"data": body} if isinstance(body, aiohttp.FormData) else {"json": body}
        async with self._http.post(self._url + path, **content) as answer:
            return await read_answer(answer)

    async def get(self, path: str, **query: str | int) -> Any:
        async with self._http.get(self._url + path, params=query) as answer:
            return await read_answer(answer)

    async def delete(self, path: str) -> Any:
        async with self._http.delete(self._url + path) as answer:
            return await read_answer(answer)

    async def download(self, file_id: str) -> bytes:
        """The bytes of a file as a person gets them."""
        async with self._http.get(f"{self._url}/people/files/{file_id}") as answer:
            if answer.status != 200:
                await read_answer(answer)
            return await answer.read()


async def read_answer(answer: aiohttp.ClientResponse) -> Any:
    body = await answer.json()
    if answer.status >= 400:
        raise SandboxRefused(answer.status, str(body["error"]))
    return body
