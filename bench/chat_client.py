"""A light streaming client for the benchmarks: raw sockets, one thread a stream, no dependency."""

import http.client
import json
import threading
import time


class Stream:
    """One streamed chat completion, read on a thread of its own.

    `arrivals` has the time of each piece of text; `usage` and `timings` come at the end.
    """

    def __init__(self, port, messages, max_tokens, **fields):
        body = {
            "messages": messages,
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
            **fields,
        }
        self.arrivals = []
        self.usage = None
        self.timings = None
        self.error = None
        self.sent = time.perf_counter()
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._connection.request(
            "POST",
            "/v1/chat/completions",
            json.dumps(body),
            {"Content-Type": "application/json"},
        )
        self._socket = self._connection.sock
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        try:
            response = self._connection.getresponse()
            if response.status != 200:
                self.error = response.read().decode()
                return
            for line in response:
                if line.startswith(b"data: {"):
                    self._take(json.loads(line[6:]), time.perf_counter())
        except (OSError, ValueError, http.client.HTTPException, AttributeError) as error:
            self.error = str(error)

    def _take(self, chunk, now):
        if "error" in chunk:
            self.error = chunk["error"]["message"]
        self.usage = chunk.get("usage") or self.usage
        self.timings = chunk.get("timings") or self.timings
        choices = chunk.get("choices") or []
        if choices and choices[0]["delta"].get("content"):
            self.arrivals.append(now)

    def wait(self):
        self._thread.join()
        self._connection.close()
        return self

    def wait_for_text(self, timeout=60):
        end = time.perf_counter() + timeout
        while not self.arrivals and self.error is None and time.perf_counter() < end:
            time.sleep(0.001)
        if not self.arrivals:
            raise RuntimeError(f"no text came: {self.error}")
        return self

    def drop(self):
        """Closes the connection at once, as a client does that is ended."""
        self._socket.close()
        self._connection.close()

    @property
    def first_token_ms(self):
        return (self.arrivals[0] - self.sent) * 1000

    def gaps_ms(self, begin=None, end=None):
        """Times between neighbouring pieces of text; only those that end in begin..end."""
        pairs = zip(self.arrivals, self.arrivals[1:])
        return [
            (b - a) * 1000
            for a, b in pairs
            if (begin is None or b >= begin) and (end is None or a <= end)
        ]


def user(text):
    return [{"role": "user", "content": text}]


def long_text(tokens, kind):
    """Text of about so many tokens; texts of different kinds share no prefix."""
    words = ["house", "tree", "river", "stone", "light", "paper", "green", "table"]
    return f"Text {kind}. " + " ".join(words[(i * 7 + kind) % 8] for i in range(tokens))
