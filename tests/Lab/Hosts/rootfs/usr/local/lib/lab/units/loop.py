"""The event loop of unitd: file descriptors and timers."""
import heapq
import itertools
import selectors
import time


class Loop:
    """Calls back when something can be read and when a time has come."""

    def __init__(self):
        self._selector = selectors.DefaultSelector()
        self._timers = []
        self._order = itertools.count()

    def watch(self, file, call):
        self._selector.register(file, selectors.EVENT_READ, call)

    def forget(self, file):
        self._selector.unregister(file)

    def after(self, delay, call):
        """Starts a timer; the result is for cancel."""
        timer = [time.monotonic() + delay, next(self._order), call]
        heapq.heappush(self._timers, timer)
        return timer

    @staticmethod
    def cancel(timer):
        if timer:
            timer[2] = None

    def run(self):
        while True:
            while self._timers and (self._timers[0][2] is None or self._timers[0][0] <= time.monotonic()):
                call = heapq.heappop(self._timers)[2]
                if call:
                    call()
            wait = max(0, self._timers[0][0] - time.monotonic()) if self._timers else None
            for key, _ in self._selector.select(wait):
                # An earlier callback may have removed it.
                if self._selector.get_map().get(key.fd) == key:
                    key.data()
