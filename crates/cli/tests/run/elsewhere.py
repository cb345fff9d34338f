"""Machines elsewhere: listens on the addresses and ports it is given, answers everyone with a page, and writes down
who said what: one line for each connection or datagram, to the file that is its first argument."""

import asyncio
import sys

log = open(sys.argv[1], "a", buffering=1)


def served(address, port):
    async def attend(reader, writer):
        try:
            said = await asyncio.wait_for(reader.read(4096), 2)
        except (asyncio.TimeoutError, ConnectionError):
            said = b""
        print(f"tcp {address}:{port} {said!r}", file=log)
        body = f"elsewhere {address}:{port}\n".encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        try:
            await writer.drain()
            writer.close()
        except ConnectionError:
            pass

    return attend


class Datagrams(asyncio.DatagramProtocol):
    def datagram_received(self, data, peer):
        print(f"udp {data!r}", file=log)


async def main():
    for place in sys.argv[2:]:
        kind, address, port = place.split(",")
        if kind == "tcp":
            await asyncio.start_server(served(address, port), address, int(port))
        else:
            loop = asyncio.get_running_loop()
            await loop.create_datagram_endpoint(Datagrams, local_addr=(address, int(port)))
    print("listening", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
