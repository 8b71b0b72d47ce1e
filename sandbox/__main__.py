"""`python -m sandbox --port 8081 --token 123456:ABC…`: a local Telegram in a process of its own."""

import argparse
import asyncio
import contextlib
import logging
import signal

from sandbox.server import SandboxServer, wall_clock
from sandbox.world import messages_before

DEMO_TOKEN = "42424242:SANDBOX-demo-token-for-this-machine"  # noqa: S105 — opens nothing but the sandbox


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default=DEMO_TOKEN, help="the token that the bot will come with")
    parser.add_argument("--username", default="toklink_demo_bot", help="the bot's @username")
    parser.add_argument("--rates", action="store_true", help="enforce Telegram's rates (429)")
    parser.add_argument("--echo", action="store_true", help="run a small bot that shows what the page can do")
    parser.add_argument("--verbose", action="store_true", help="print every call of the bot")
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stop.set)
    server = SandboxServer(
        options.token,
        host=options.host,
        port=options.port,
        bot_username=options.username,
        enforce_rates=options.rates,
        past=messages_before(wall_clock()),
    )
    async with server:
        print(f"Open {server.url} to chat; the bot talks to {server.url}/bot<token>/…", flush=True)
        if options.echo:
            from sandbox.echo import run_echo

            echo = asyncio.create_task(run_echo(server.url, options.token))
            await stop.wait()
            echo.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await echo
        else:
            await stop.wait()


def main() -> None:
    options = arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("sandbox").setLevel(logging.DEBUG if options.verbose else logging.INFO)
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()
