"""Serve pages and carry deliveries: one process tree that comes and goes as one."""

import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

import click

import config
from config import Settings
from forum.base.logs import set_up_logging
from forum.base.parts import EXTENSION, Parts
from forum.base.words import SOURCE_LANGUAGE
from forum.cli.database import make_ready
from forum.cli.holding import hold_data
from forum.cli.main import settings
from forum.cli.people import set_up_url
from forum.cli.waiting_room import wait_for_restore

log = logging.getLogger(__name__)

#: A stuck client may hold up the end for so long.
KILL_TIMEOUT = 8

#: Milliseconds a client has to send its headers.
HEADER_PATIENCE = 10_000


@click.command()
@click.option("--host", help="Address to listen on (127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (5000).")
@click.option("--workers", type=click.IntRange(1, 64), help="Web processes (2).")
@click.option("--threads", type=click.IntRange(1, 64), help="Threads in each of them (1).")
@click.option("--no-courier", is_flag=True, help="Leave the outbox to couriers started apart.")
@click.option("--demo", is_flag=True, help="Fill an empty database with a small community first.")
def serve(
    host: str | None, port: int | None, workers: int | None, threads: int | None, no_courier: bool, demo: bool
) -> None:
    """Serve the pages, and the courier with them, until Ctrl-C."""
    for name, value in (("HOST", host), ("PORT", port), ("WORKERS", workers), ("THREADS", threads)):
        if value is not None:
            os.environ[config.PREFIX + name] = str(value)
    chosen = settings()
    set_up_logging(chosen)
    refuse_taken_address(chosen)
    wait_for_restore(chosen)
    hold_data(chosen)
    make_ready(chosen)
    if demo:
        offer_demo(chosen)
    serve_until_stopped(chosen, with_courier=not no_courier)


@click.command()
def courier() -> None:
    """Carry deliveries and timed work, without pages, until Ctrl-C."""
    chosen = settings()
    set_up_logging(chosen)
    hold_data(chosen)
    make_ready(chosen)
    run_courier(0)


def serve_until_stopped(chosen: Settings, *, with_courier: bool) -> None:
    """Fork the courier and the web processes; when the first leaves by itself, put another in its place."""
    share_measurements(chosen)
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.server import Server

    from forum.cli import process

    parts = process.application().extensions[EXTENSION]
    say_hello(chosen, set_up_url(parts))
    parts.store.close()
    gc.freeze()
    keeper = CourierKeeper() if with_courier else None
    server = Server(
        "forum.cli.process:make_app",
        factory=True,
        address=chosen.host,
        port=chosen.port,
        interface=Interfaces.RSGI,
        # Proxies speak 1.1 to us; 2 in the clear has no deadline for headers and more ways to be rude.
        http=HTTPModes.http1,
        workers=chosen.workers,
        workers_kill_timeout=KILL_TIMEOUT,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        log_enabled=True,
        log_level="warning",  # type: ignore[arg-type]
        log_access=False,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_PATIENCE),
    )
    if keeper is not None:
        keeper.start()
        server.on_shutdown(keeper.stop)
    try:
        server.serve()
    finally:
        if keeper is not None:
            keeper.stop()


def share_measurements(chosen: Settings) -> None:
    """Let all web processes count into files of one folder, emptied first; the library wants to know when it loads."""
    folder = chosen.data / "metrics"
    folder.mkdir(mode=0o700, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def refuse_taken_address(chosen: Settings) -> None:
    """Say in one sentence that nobody can listen there, before anything is started or promised."""
    family = socket.AF_INET6 if ":" in chosen.host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((chosen.host, chosen.port))
    except OSError as error:
        place = f"{chosen.host}, port {chosen.port}"
        raise click.ClickException(
            f"Nothing can listen at {place} ({error.strerror or error}). "
            "Is Sportello running already? Choose another port with --port."
        ) from error


def offer_demo(chosen: Settings) -> None:
    """Fill an empty database and print a sign-in for each role; a database that holds something stays as it is."""
    import secrets

    from forum.app import create_parts
    from forum.base.clock import utc_now
    from forum.base.db import Store, make_engine
    from forum.base.errors import Refused
    from forum.transfer.demo import make_demo

    engine = make_engine(chosen.database_url, pool_size=1)
    try:
        click.echo("Making the demo community, which takes some seconds.")
        people = make_demo(create_parts(chosen, Store(engine)), utc_now(), secrets.token_urlsafe(15))
    except Refused as refused:
        click.echo(str(refused.reason))
        return
    finally:
        # The web processes are forked from this one, and a connection cannot be shared.
        engine.dispose()
    click.echo(f"Sign in with the password {people[0].password} as")
    for person in people:
        click.echo(f"  {person.email:20} {person.sentences[SOURCE_LANGUAGE]}")


def say_hello(chosen: Settings, set_up: str | None) -> None:
    """Tell whoever started it where to go and what to know."""
    click.echo(f"{chosen.site_name} is open at {chosen.base_url}  (Ctrl-C closes it)")
    if chosen.mail_folder is not None:
        click.echo(f"No mail server is set: mails are written to {chosen.mail_folder}")
    if set_up is not None:
        click.echo(f"There is no administrator yet. Make the first one here, once: {set_up}")
    sys.stdout.flush()


class CourierKeeper:
    """Keeps one courier process alive beside the web processes."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context()
        self._process: Any = None
        self._stopping = threading.Event()

    def start(self) -> None:
        """Start the courier, and a thread that starts it again should it die."""
        self._spawn()
        threading.Thread(target=self._watch, daemon=True).start()

    def stop(self) -> None:
        """Let the courier finish what it has in hand."""
        self._stopping.set()
        if self._process is not None and self._process.is_alive():
            self._process.terminate()
            self._process.join(KILL_TIMEOUT)
            if self._process.is_alive():
                self._process.kill()

    def _spawn(self) -> None:
        self._process = self._context.Process(target=run_courier, args=(os.getpid(),), name="courier")
        self._process.start()

    def _watch(self) -> None:
        while not self._stopping.is_set():
            self._process.join()
            if self._stopping.wait(1.0):
                return
            log.error("the courier ended with %s and is started again", self._process.exitcode)
            self._spawn()


#: Seconds between two looks at whether the index can be used.
WATCH = 3.0


def run_courier(parent: int) -> None:
    """Carry until told to stop, or until the parent is gone."""
    from forum.cli.process import application, leave_with_parent
    from forum.courier import SLOW, make_courier

    parts = application().extensions[EXTENSION]
    carrier, slow = make_courier(parts, without=SLOW), make_courier(parts, only=SLOW)

    def stop(*_: Any) -> None:
        carrier.stop()
        slow.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    if parent:
        threading.Thread(target=leave_with_parent, args=(parent,), daemon=True).start()
    carrier.free_what_the_dead_hold()
    process = multiprocessing.get_context().Process(target=mend, args=(parts, os.getpid()), name="mend-index")
    mend_apart(process, carrier.is_stopping)
    # A daemon: nobody waits for the picture in hand, which is begun again the next time.
    threading.Thread(target=slow.run, name="pictures", daemon=True).start()
    watch = threading.Thread(target=keep_mended, args=(parts, carrier.is_stopping), name="watch-index", daemon=True)
    watch.start()
    carrier.run()


def keep_mended(parts: Parts, is_stopping: Callable[[], bool]) -> None:
    """Look now and then whether the index can be used, and mend it if not; pages search the database meanwhile.

    The process that mends it begins from nothing: one forked here would have a share in connections and locks.
    """
    while not is_stopping():
        time.sleep(WATCH)
        try:
            if parts.index.needs_rebuild() is not None:
                fresh = multiprocessing.get_context("spawn")
                mend_apart(fresh.Process(target=mend_from_nothing, args=(os.getpid(),)), is_stopping)
        except Exception:
            log.exception("the search index could not be mended; it is tried again")


def mend_apart(mending: BaseProcess, is_stopping: Callable[[], bool]) -> None:
    """Mend the index in a process of its own: filling one takes memory that a process never quite gives back."""
    mending.start()
    while mending.is_alive():
        mending.join(0.2)
        if is_stopping():
            mending.terminate()


def mend_from_nothing(parent: int) -> None:
    """Mend the index in a process that has nothing of the courier's but its environment."""
    from forum.cli.process import application

    mend(application().extensions[EXTENSION], parent)


def mend(parts: Parts, parent: int) -> None:
    """Mend the index, as long as the courier lives that waits for it."""
    from forum.cli.process import leave_with_parent
    from forum.courier import mend_index

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    threading.Thread(target=leave_with_parent, args=(parent,), daemon=True).start()
    mend_index(parts)
