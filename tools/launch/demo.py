"""``./xaso demo`` and ``./xaso run``: from nothing to a page in the browser."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path
from typing import IO, Any

from . import environment, radio, stamps
from .places import PYTHON, ROOT, VAR, tool
from .processes import Child, Family, wait_until
from .say import GiveUp, say, tell

EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - compared only
_RAN_ALREADY = 10  # how the step of the database ends when there was nothing to start


def demo(words: list[str]) -> int:
    """Everything for a look around: libraries, database, demo commune, all processes, sign-ins."""
    return _go(_options("demo", words), is_demo=True)


def run(words: list[str]) -> int:
    """The installed product: database, migrations, server and worker; no demo data, no simulators."""
    return _go(_options("run", words), is_demo=False)


def make_ready(words: list[str]) -> int:
    """Libraries, database, tables and static files, then the configuration looked over; starts nothing else."""
    if words:
        raise GiveUp("Use: ./xaso prepare")
    environment.ensure()
    env = environment.environ()
    start_database(env)
    prepare(env)
    _product(env, "check-config")
    say("Ready to be started.")
    return 0


def _options(word: str, words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"./xaso {word}")
    parser.add_argument("--port", type=int, default=8300, help="port of the web server (default 8300)")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2, help="server processes")
    return parser.parse_args(words)


def _go(options: argparse.Namespace, *, is_demo: bool) -> int:
    # SIGINT too: a shell starts background commands with it ignored, and Python would leave it so.
    signal.signal(signal.SIGINT, _as_interrupt)
    signal.signal(signal.SIGTERM, _as_interrupt)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, _as_interrupt)
    alone = only_one(VAR / "launcher.lock")
    _check_port(options.host, options.port)
    environment.ensure()
    env = _environment(options, is_demo)
    started_database = start_database(env)
    family = Family()
    try:
        prepare(env)
        if not is_demo:
            _product(env, "check-config", "--quiet")
        shutil.rmtree(VAR / "metrics", ignore_errors=True)  # counts of processes that have ended
        if is_demo:
            _load_demo(options, env, family)
        _serve(options, env, family, is_demo)
        while True:
            time.sleep(1)
            family.look_after()
    except KeyboardInterrupt:
        say("Stopping …")
        return 0
    finally:
        family.stop()
        (VAR / "demo.json").unlink(missing_ok=True)
        if started_database:
            subprocess.run([str(PYTHON), "-m", "xaso.site.database", "stop"], env=env, check=False)
        alone.close()
        say("All stopped.")


def only_one(path: Path, patience: float = 40.0) -> IO[str]:
    """Holds the folder for this start until the answer is closed. GiveUp when another start goes on holding it.

    One that is just stopping would take the database away from the next.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = open(path, "a+", encoding="utf-8")  # noqa: SIM115 - closed when all is stopped
    end, told = time.monotonic() + patience, False
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except OSError:
            if not told:
                say("An earlier start of this folder has not ended yet; waiting for it …")
                told = True
        if time.monotonic() > end:
            file.seek(0)
            holder = file.read().strip()
            file.close()
            raise GiveUp(
                f"Xã Số runs already from this folder (process {holder}). Stop that one first: Ctrl-C in its window, "
                f"or: kill -INT {holder}"
            )
        time.sleep(0.2)
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def start_database(env: dict[str, str]) -> bool:
    """Starts the database; True when it did not run before."""
    say("Starting the database …")
    words = ["-m", "xaso.site.database", "start", str(_RAN_ALREADY)]
    code = subprocess.run([str(PYTHON), *words], env=env, check=False).returncode
    if code not in (0, _RAN_ALREADY):
        raise GiveUp(
            "The database could not be started; the reason is above. ./xaso doctor looks for causes."
        )
    return code == 0


def prepare(env: dict[str, str]) -> None:
    """Tables and static files, side by side; skipped when nothing changed since the last time."""
    tables, files = stamps.migrations(), stamps.static_files()
    collecting = None
    if not stamps.is_done("static", files) or not (VAR / "static").exists():
        say("Collecting styles, scripts and pictures …")
        words = ["-m", "xaso.site", "collectstatic", "--noinput", "--verbosity", "0"]
        collecting = subprocess.Popen([str(PYTHON), *words], env=env, cwd=ROOT)
    if not stamps.is_done("migrations", tables):
        say("Making the tables …")
        try:
            _product(env, "migrate", "--noinput", "--verbosity", "0")
        except BaseException:
            if collecting is not None:
                collecting.kill()
            raise
        stamps.done("migrations", tables)
    if collecting is not None:
        _ended(collecting.wait(), "collectstatic")
        stamps.done("static", files)


def _load_demo(options: argparse.Namespace, env: dict[str, str], family: Family) -> None:
    mark = stamps.demo_data()
    if stamps.is_done("demo", mark) and (VAR / "demo-accounts.json").exists():
        return
    _start_simulators(options, env, family)
    say("Loading the demo commune (first time only) …")
    _product(env, "demo-data")
    stamps.done("demo", mark)


def _product(env: dict[str, str], *words: str) -> None:
    done = subprocess.run([str(PYTHON), "-m", "xaso.site", *words], env=env, cwd=ROOT, check=False)
    _ended(done.returncode, words[0])


def _ended(code: int, step: str) -> None:
    if code:
        raise GiveUp(f"The step '{step}' failed; the reason is above. After mending it run the same again.")


def _start_simulators(options: argparse.Namespace, env: dict[str, str], family: Family) -> None:
    """The outside systems (bank, post, SMS, national sign-in …), once: the demo data needs them, and the guests do."""
    if any(child.name == "simulators" for child in family.children):
        return
    command = [str(PYTHON), "-m", "xaso.simulators", "--host", options.host, "--port", str(options.port + 1)]
    command += ["--smtp-port", env["XASO_SMTP_PORT"], "--product", env["XASO_BASE_URL"]]
    family.start(Child("simulators", command, env, needed=False))


def _environment(options: argparse.Namespace, is_demo: bool) -> dict[str, str]:
    host = _own_address() if options.host in EVERYWHERE else options.host
    defaults = {"XASO_BASE_URL": f"http://{host}:{options.port}"}
    defaults["XASO_BROKER_PORT"] = str(options.port + radio.PORT_ABOVE)
    if options.host in EVERYWHERE:
        defaults["XASO_HOSTS"] = "*"  # somebody asked for all addresses of this machine, whatever their names
    elif host not in {"127.0.0.1", "localhost"}:
        defaults["XASO_HOSTS"] = f"{host},127.0.0.1,localhost"
    if is_demo:
        defaults["XASO_DEMO"] = "yes"
        # The demo commune, its (invented) help line, and webhooks to this same machine for trying them out.
        defaults["XASO_HOME_UNIT"] = "15/02728/"
        defaults["XASO_HELP_PHONE"] = "0214 000 1022"
        defaults["XASO_WEBHOOKS_INSIDE"] = "yes"
        defaults["XASO_SIMULATORS"] = f"http://{host}:{options.port + 1}"
        defaults["XASO_SMTP_PORT"] = str(options.port + 25)
    return environment.environ(**{key: value for key, value in defaults.items() if key not in os.environ})


def _serve(options: argparse.Namespace, env: dict[str, str], family: Family, is_demo: bool) -> None:
    say("Starting the server …")
    command = [tool("granian"), "--interface", "wsgi", "--no-ws", "--host", options.host]
    command += ["--port", str(options.port), "--workers", str(options.workers), "--blocking-threads", "1"]
    # Persistent database connections belong to threads; an idle thread that ends would drop its own.
    command += [
        "--blocking-threads-idle-timeout",
        "600",
        "--respawn-failed-workers",
        "--log-level",
        "warning",
    ]
    server = Child("server", [*command, "xaso.site.wsgi:application"], env)
    family.start(server)
    address = env["XASO_BASE_URL"]
    near = "127.0.0.1" if options.host in EVERYWHERE else options.host
    local = f"http://{near}:{options.port}/"
    if not wait_until(lambda: _answers(local), family, 90):
        raise GiveUp(f"The server does not answer. Its log ends with:\n{server.tail()}")
    say("The first page is served.")
    # After the first page on purpose: on two cores they would slow it down.
    if is_demo:
        _start_simulators(options, env, family)
    family.start(Child("worker", [str(PYTHON), "-m", "xaso.site", "worker"], env, needed=False))
    family.start(Child("stream", _stream(options), env, needed=False))
    if env.get("XASO_GAUGES_MQTT"):  # readings of rain and water from the stations' broker
        family.start(Child("gauges", [str(PYTHON), "-m", "xaso.site", "gauges"], env, needed=False))
    if "broadcast" in env.get("XASO_SERVICES", "broadcast").split(","):
        # What the stations' listeners hear: relays, live voices, bulletins.
        family.start(Child("radio", [str(PYTHON), "-m", "xaso.site", "streams"], env, needed=False))
    _announce(address, is_demo)
    if not options.no_browser and _has_screen():
        webbrowser.open(address)
    radio.start(options.host, env, family, is_demo=is_demo)


def _stream(options: argparse.Namespace) -> list[str]:
    """WebSocket connections have a small server of their own, two ports above the first."""
    command = [
        tool("granian"),
        "--interface",
        "asgi",
        "--host",
        options.host,
        "--port",
        str(options.port + 2),
    ]
    return [*command, "--workers", "1", "--log-level", "warning", "xaso.site.asgi:application"]


def _announce(address: str, is_demo: bool) -> None:
    tell(f"\nXã Số: {address}/")
    if is_demo:
        facts = write_demo_file(address)
        accounts = facts.get("accounts", [])
        if accounts:
            tell("\nSign-ins of the demo commune:")
        for account in accounts:
            words = [str(account.get(key, "")) for key in ("title", "login", "password")]
            tell(f"  {words[0]:<44} {words[1]:<26} {words[2]}")
        client = facts.get("machine_client")
        if client:
            tell(f"\nMachine client: token at {client.get('token_url')} (id and secret: {VAR / 'demo.json'})")
    tell("\nCtrl-C stops everything.")


def write_demo_file(address: str) -> dict[str, Any]:
    """Writes ``var/demo.json``: the address, a sign-in for each role, the machine client; returns it.

    What the demo data made is read from ``var/demo-accounts.json``; its addresses that begin with a stroke
    are completed.
    """
    try:
        made = json.loads((VAR / "demo-accounts.json").read_text())
    except (OSError, ValueError):
        made = {}
    facts = {"address": address, **_complete(made, address)}
    path = VAR / "demo.json"
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(facts, out, ensure_ascii=False, indent=1)
    return facts


def _complete(value: Any, address: str) -> Any:
    if isinstance(value, dict):
        return {
            key: address + item
            if key.endswith("url") and isinstance(item, str) and item.startswith("/")
            else _complete(item, address)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_complete(item, address) for item in value]
    return value


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise GiveUp(
                f"Port {port} at {host} cannot be used ({error.strerror}). Is another demo running? "
                f"Choose another one: ./xaso demo --port {port + 10}"
            ) from error


def _own_address() -> str:
    """The address under which a phone in the same network finds this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(
                ("192.0.2.1", 9)
            )  # a documentation address: nothing is sent, only a route is chosen
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - our own http address
            return bool(answer.status < 400)
    except urllib.error.HTTPError as error:
        if error.code >= 500:
            raise GiveUp(f"The first page answers {error.code}. See {VAR / 'log' / 'server.log'}") from error
        return True
    except OSError:
        return False


def _has_screen() -> bool:
    return (
        os.name == "nt"
        or os.uname().sysname == "Darwin"
        or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    )


def _as_interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
