"""A line to HQ that is long: what goes in comes out a while later, in order, as much of it as one likes."""

import argparse
import asyncio

CHUNK = 65_536  # bytes read at once


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    """One direction of a connection, `delay` seconds late; an end or a break is carried, too."""
    loop, under_way = asyncio.get_running_loop(), asyncio.Queue[tuple[float, bytes]]()

    async def arrive() -> None:
        while True:
            due, data = await under_way.get()
            await asyncio.sleep(due - loop.time())
            if not data:
                writer.close()
                return
            writer.write(data)
            await writer.drain()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(arrive())
        data = b"-"
        while data:
            data = await reader.read(CHUNK)
            under_way.put_nowait((loop.time() + delay, data))


async def serve(listen: int, to: int, delay: float) -> None:
    """Carry connections from a port to another until killed."""

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", to)
        there, back = carry(reader, there_writer, delay), carry(there_reader, writer, delay)
        await asyncio.gather(there, back)

    server = await asyncio.start_server(meet, "127.0.0.1", listen)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("listen", type=int)
    parser.add_argument("to", type=int)
    parser.add_argument("delay", type=float, help="seconds each way")
    words = parser.parse_args()
    asyncio.run(serve(words.listen, words.to, words.delay))


if __name__ == "__main__":
    main()
