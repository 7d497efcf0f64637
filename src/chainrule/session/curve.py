"""The loss curve of a run: one point for each step that was shown, bounded, so that a page that comes back gets it."""

from __future__ import annotations

from array import array

LONGEST = 2000


class Curve:
    """Points of step, training loss and validation loss, in the order of steps.

    Beyond ``LONGEST`` points every other one is dropped; first and last stay.
    """

    def __init__(self) -> None:
        self._points = array("d")
        self._news = array("d")
        self._reset = True

    def clear(self) -> None:
        """Forget everything; the next part tells the page to do so too."""
        self._points, self._news, self._reset = array("d"), array("d"), True

    def add(self, step: int, training: float, validation: float) -> None:
        """One more point, unless this step has its point already: an edit does not rewrite what was."""
        if self._points and self._points[-3] >= step:
            return
        point = (float(step), training, validation)
        self._points.extend(point)
        self._news.extend(point)
        if len(self._points) > 3 * LONGEST:
            self._points = _thinned(self._points)

    def cut(self, step: int) -> None:
        """The run is back at ``step``: forget the points beyond it."""
        if not self._points or self._points[-3] <= step:
            return
        while self._points and self._points[-3] > step:
            del self._points[-3:]
        self._news, self._reset = array("d", self._points), True

    def news(self) -> tuple[array[float], bool]:
        """The points since the last call, and whether those before are to be forgotten."""
        news, reset = self._news, self._reset
        self._news, self._reset = array("d"), False
        return news, reset

    def whole(self) -> array[float]:
        """All points that are kept; nothing is news afterwards."""
        self.news()
        return array("d", self._points)


def _thinned(points: array[float]) -> array[float]:
    count, kept = len(points) // 3, array("d")
    for at in range(count):
        if at % 2 == 0 or at == count - 1:
            kept.extend(points[3 * at : 3 * at + 3])
    return kept
