"""Servers outside: each tells a caller the address it came from, then repeats what it hears."""

from __future__ import annotations

import asyncio
import sys

from benchmarks.lab.lines import say


async def _greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        writer.write(f"{writer.get_extra_info('peername')[0]}\n".encode())
        while heard := await reader.read(65536):
            writer.write(heard)
            await writer.drain()
    except ConnectionError:  # the caller was told to start anew, or hung up
        pass
    finally:
        writer.close()


async def serve(places: list[str]) -> None:
    """Listen on each `address:port` until the lab is gone."""
    for place in places:
        address, port = place.split(":")
        await asyncio.start_server(_greet, address, int(port), backlog=1024)
    say("ready")
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1:]))
