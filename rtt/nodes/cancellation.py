"""Cancellations that Redis's client loses."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


def heeding_cancellation(method: Callable[_P, Awaitable[_T]]) -> Callable[_P, Coroutine[Any, Any, _T]]:
    """Have a method end as cancelled where that was asked for.

    The client waits with asyncio.wait_for, which before Python 3.12 hides a cancellation that comes together with an
    answer or an error (https://github.com/python/cpython/issues/86296). Who asks again and again would never end.
    """

    @wraps(method)
    async def heeding(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return await method(*args, **kwargs)
        finally:
            if (task := asyncio.current_task()) and task.cancelling():
                raise asyncio.CancelledError

    return heeding
