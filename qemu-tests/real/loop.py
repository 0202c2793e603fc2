#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""An event loop: timers, streams over sockets, children, signals, threads."""
import asyncio
import hashlib
import os
import signal


async def serve(reader, writer):
    while line := await reader.readline():
        writer.write(hashlib.md5(line).hexdigest().encode() + b"\n")
        await writer.drain()
    writer.close()


async def ask(connect, n):
    reader, writer = await connect()
    said = []
    for i in range(25):
        writer.write(b"%d %d\n" % (n, i))
        said.append(await reader.readline())
        await asyncio.sleep(0.005)
    writer.close()
    return hashlib.md5(b"".join(said)).hexdigest()


async def child(n):
    p = await asyncio.create_subprocess_exec(
        "sh", "-c", "read x; sleep 0.2; echo $((x * x)); exit %d" % n,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    out, _ = await p.communicate(b"%d\n" % n)
    return int(out), p.returncode


async def main():
    path = os.path.join(os.environ["TMPDIR"], "socket")
    unix = await asyncio.start_unix_server(serve, path)
    tcp = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = tcp.sockets[0].getsockname()[1]
    print(await asyncio.gather(
        *(ask(lambda: asyncio.open_unix_connection(path), n) for n in range(4)),
        *(ask(lambda: asyncio.open_connection("127.0.0.1", port), n) for n in range(4)),
        *(child(n) for n in range(5))))
    unix.close()
    tcp.close()
    order = []
    async def late(n):
        await asyncio.sleep(0.3 * n)
        order.append(n)
    await asyncio.gather(*(late(n) for n in (3, 1, 4, 2)))
    print(order)
    got = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, got.set)
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.wait_for(got.wait(), 60)
    print("signal")
    try:
        await asyncio.wait_for(asyncio.sleep(1000), 0.5)
    except asyncio.TimeoutError:
        print("timeout")
    print(await asyncio.to_thread(lambda: sum(i * i for i in range(200000))))

asyncio.run(main())
