"""Firefox as Debian ships it, spoken to in WebDriver BiDi, which it understands without a driver beside it.

Only what the tests of pages need: open an address in a window of some size, ask it something, press keys, look
at it, and hear every word on its console.
"""

import json
import re
import subprocess
import tempfile
from base64 import b64decode
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 30  # seconds for a single answer
# No telemetry, no first-run pages, no animation of windows; and the colour scheme is that of a preference.
PREFERENCES = {
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.normandy.enabled": False,
    "network.proxy.type": 0,
    "remote.log.level": "Error",
}
SPECIAL = {
    "Escape": "\ue00c",
    "Enter": "\ue007", "Tab": "\ue004", "End": "\ue010", "Home": "\ue011", "ArrowLeft": "\ue012", "ArrowRight": "\ue014",
    "ArrowUp": "\ue013", "ArrowDown": "\ue015",
}  # fmt: skip


class Firefox:
    """A session: commands go out, answers come back, and what is said in between is kept."""

    def __init__(self, address):
        from websocket import create_connection  # of the extra `dev`: without it these tests are skipped

        self.socket = create_connection(address, timeout=PATIENCE, suppress_origin=True)
        self.count = 0
        self.words = []
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded"])

    def ask(self, method, **params):
        """The result of a command. Raises RuntimeError with Firefox's own words if it refuses."""
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv())).get("id") != self.count:
            if answer.get("method") == "log.entryAdded":
                self.words.append(answer["params"]["text"])
        if answer["type"] == "error":
            msg = f"{method}: {answer['message']}"
            raise RuntimeError(msg)
        return answer["result"]


class Page:
    """A tab."""

    def __init__(self, firefox, width, height):
        self.firefox = firefox
        self.context = firefox.ask("browsingContext.create", type="tab")["context"]
        self.ask("browsingContext.setViewport", viewport={"width": width, "height": height})

    def ask(self, method, **params):
        return self.firefox.ask(method, context=self.context, **params)

    def goto(self, address):
        self.ask("browsingContext.navigate", url=address, wait="complete")

    def evaluate(self, expression):
        """What the expression is in the page, as JSON knows it."""
        answer = self.firefox.ask(
            "script.evaluate",
            expression=f"JSON.stringify([{expression}])",
            target={"context": self.context},
            awaitPromise=False,
        )
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])[0]

    def press(self, *keys):
        strokes = [
            {"type": stroke, "value": SPECIAL.get(key, key)}
            for key in keys
            for stroke in ("keyDown", "keyUp")
        ]
        self.ask("input.performActions", actions=[{"type": "key", "id": "keyboard", "actions": strokes}])

    def screenshot(self):
        """A PNG of what is in view."""
        return b64decode(self.ask("browsingContext.captureScreenshot")["data"])

    def pdf(self):
        return b64decode(self.ask("browsingContext.print", background=True)["data"])

    def close(self):
        self.ask("browsingContext.close")


@contextmanager
def launched(program, *, dark=False):
    """A running Firefox with a profile of its own, gone at the end."""
    with tempfile.TemporaryDirectory() as profile:
        wishes = PREFERENCES | {"layout.css.prefers-color-scheme.content-override": 0 if dark else 1}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(wish)});" for name, wish in wishes.items()]
        (Path(profile) / "user.js").write_text("\n".join(lines))
        process = subprocess.Popen(
            [program, "--headless", "--remote-debugging-port=0", "--profile", profile, "--no-remote"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            found = None
            while not found:
                line = process.stderr.readline()
                if not line:
                    msg = f"{program} did not start"
                    raise RuntimeError(msg)
                found = re.search(r"WebDriver BiDi listening on (ws://\S+)", line)
            session = Firefox(f"{found[1]}/session")
            try:
                yield session
            finally:
                session.socket.close()
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE)
