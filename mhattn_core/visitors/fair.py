"""Who comes next, where many people wait: each in turn, however much one of them asks for."""

from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class FairQueue(Generic[Item]):
    """Items that wait, by owner. The next is the oldest of the owner who was served longest ago; for one owner alone
    that is the order in which they came. Not for several threads at once: who uses it holds a lock.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[str, Item]] = []
        self._served: dict[str, int] = {}
        self._last = 0

    def put(self, owner: str, item: Item) -> None:
        self._waiting.append((owner, item))

    def take(self) -> Item:
        """The next one, which waits no more. Raises IndexError when none waits."""
        owner, item = self.order()[0]
        self._waiting.remove((owner, item))
        self._last += 1
        self._served[owner] = self._last
        return item

    def remove(self, is_it: Callable[[Item], bool]) -> bool:
        """Whether an item waited, which now does not."""
        kept = [(owner, item) for owner, item in self._waiting if not is_it(item)]
        removed = len(kept) < len(self._waiting)
        self._waiting = kept
        return removed

    def order(self) -> list[tuple[str, Item]]:
        """Owner and item of all that wait, as they would be taken if no more came."""
        left, served, last, order = [*self._waiting], dict(self._served), self._last, []
        while left:
            # Of owners who were served equally long ago, that is never, the one who came first.
            first = min(left, key=lambda waiting: served.get(waiting[0], 0))
            left.remove(first)
            order.append(first)
            last += 1
            served[first[0]] = last
        return order

    def __len__(self) -> int:
        return len(self._waiting)
