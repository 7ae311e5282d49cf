"""One pass of all that is to be done with the provider's news."""

import datetime
from dataclasses import dataclass

from saleor_alencon.psp.accounts import accounts_refresh
from saleor_alencon.psp.fetching import movements_fetch
from saleor_alencon.psp.gateway import Gateway
from saleor_alencon.psp.posting import movements_post
from saleor_alencon.psp.transfers import reversals_follow


@dataclass(frozen=True)
class News:
    """What a pass read and posted."""

    read: int
    posted: int
    returned: int


def news_take(*, gateway: Gateway, now: datetime.datetime, wait: bool = False) -> News:
    """Read what is new at the provider, and let the books follow. Safe to stop and to repeat.

    While another process reads, this one reads nothing; with ``wait`` it reads afterwards.
    """
    read = movements_fetch(gateway=gateway, now=now, wait=wait)
    returned = reversals_follow(now=now)
    posted = movements_post(now=now)
    accounts_refresh(gateway=gateway, now=now)
    return News(read, posted, returned)
