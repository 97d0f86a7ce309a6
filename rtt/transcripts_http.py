"""Transcripts over HTTP, during a talk and after it, as long as the room is remembered."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from rtt.config import Config
from rtt.errors import BadRequest, WireError
from rtt.protocol import TranscriptQuery, decode_query, decode_room, encode_error
from rtt.readers import answer_headers, check_reader
from rtt.rooms import Rooms
from rtt.transcript.formats import Format, file_name, write


class Transcripts:
    """The endpoint of transcripts, over one server's rooms."""

    def __init__(self, rooms: Rooms, config: Config) -> None:
        self._rooms = rooms
        self._config = config
        # Captions come first: they need the other cores.
        self._turn = asyncio.Semaphore(1)

    async def get(self, request: Request) -> Response:
        """`/v1/rooms/{room}/transcript.{format}`; an error is an object as on the sockets."""
        try:
            answer = await self._get(request)
        except WireError as error:
            answer = Response(encode_error(error), error.status, media_type="application/json")
        answer.headers.update(answer_headers(request, self._config))
        return answer

    async def _get(self, request: Request) -> Response:
        name = decode_room(request.path_params["room"])
        check_reader(request, name, self._config)
        format_ = _format(request.path_params["format"])
        query = decode_query(request.query_params, TranscriptQuery)
        room = self._rooms.find(name)
        record = room.record(room.languages_for(query.lang))
        async with self._turn:
            text = await asyncio.to_thread(lambda: write(record.transcript(), format_))
        return Response(
            text,
            media_type=format_.media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{file_name(record, format_)}"',
                "Content-Language": ", ".join(record.langs),
            },
        )


def _format(ending: str) -> Format:
    try:
        return Format(ending)
    except ValueError:
        raise BadRequest(f"there is no transcript.{ending[:20]}; the formats are: {', '.join(Format)}") from None
