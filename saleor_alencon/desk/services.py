"""What is asked from a counter, done once: a repeated key gets the first answer.

A device on a bad line keeps what was tapped and sends it later, maybe twice. The row of the key
and what was done are one database transaction; whoever sends the same key meanwhile waits for it.
"""

import datetime
import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.desk.models import Action, ActionKind
from saleor_alencon.errors import AlenconError
from saleor_alencon.orders.models import Pickup
from saleor_alencon.pickups import services
from saleor_alencon.pickups.errors import PickupError
from saleor_alencon.pickups.returning import lines_return

LATE = datetime.timedelta(minutes=2)
"""Later than this after it was tapped, an action was made offline, and its trace says so."""


class ActionMalformed(AlenconError):
    """Raised when a request does not say what it must, or repeats a key for something else."""


@dataclass(frozen=True)
class Asked:
    """What a device asks for. ``quantities`` is line id (text) to pieces."""

    kind: ActionKind
    pickup_id: int | None = None
    code: str = ""
    without_code: bool = False
    quantities: dict[str, int] = field(default_factory=dict)
    restock: bool = False
    reason: str = ""

    def digest(self) -> str:
        """Return what tells this from another thing asked under the same key."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def action_run(
    *,
    key: uuid.UUID,
    asked: Asked,
    shop_id: int,
    done_by: User,
    signed_in: User,
    made_at: datetime.datetime,
    now: datetime.datetime,
) -> Action:
    """Do it, or refuse it, and keep the answer; for a known key return what was kept.

    :raises ActionMalformed: the key is known for something else.
    """
    digest = asked.digest()
    known = Action.objects.filter(key=key).first()
    if known is None:
        try:
            return _run_first(key, digest, asked, shop_id, done_by, signed_in, made_at, now)
        except IntegrityError:
            known = Action.objects.filter(key=key).first()  # the other one won
            if known is None:
                raise
    if (known.digest, known.shop_id) != (digest, shop_id):
        raise ActionMalformed(_("Cette clé a déjà servi à autre chose : rechargez la page."))
    return known


def _run_first(
    key: uuid.UUID,
    digest: str,
    asked: Asked,
    shop_id: int,
    done_by: User,
    signed_in: User,
    made_at: datetime.datetime,
    now: datetime.datetime,
) -> Action:
    with transaction.atomic():
        action = Action.objects.create(
            key=key, digest=digest, shop_id=shop_id, kind=asked.kind, done_by=done_by,
            signed_in=signed_in, made_at=min(made_at, now), received_at=now, done=False,
        )  # fmt: skip
        try:
            with transaction.atomic():
                pickup = _find(asked, shop_id)
                action.shop_order_id = pickup.shop_order_id
                action.answer = DOING[asked.kind](pickup, asked, done_by, now, _late(action))
                action.done = True
        except PickupError as error:
            action.answer = str(error)[:1000]
        action.save(update_fields=["shop_order", "answer", "done"])
    return action


def _find(asked: Asked, shop_id: int) -> Pickup:
    """Return the shop's own pickup that is meant.

    :raises PickupError: there is none.
    """
    if asked.pickup_id is None:
        return services.pickup_find(shop_id=shop_id, code=asked.code)
    pickup = Pickup.objects.filter(shop_id=shop_id, pk=asked.pickup_id).first()
    if pickup is None:
        raise PickupError(_("Ce retrait n'est pas de votre boutique."))
    return pickup


def _late(action: Action) -> str:
    """Return what the trace says of an action that was made offline."""
    if action.received_at - action.made_at < LATE:
        return ""
    return _("fait hors ligne à %(time)s") % {"time": f"{localtime(action.made_at):%H:%M}"}


def _step(step: Callable[..., Pickup], done: Callable[[Pickup], str]) -> Callable[..., str]:
    def run(pickup: Pickup, _asked: Asked, done_by: User, now: datetime.datetime, late: str) -> str:
        return done(step(pickup_id=pickup.pk, done_by=done_by, now=now, detail=late))

    return run


def _hand_over(
    pickup: Pickup, asked: Asked, done_by: User, now: datetime.datetime, late: str
) -> str:
    """Hand over to whoever has the code, or whose name was checked."""
    detail = late
    if not asked.code and asked.without_code:
        detail = ", ".join(filter(None, (_("sans code, nom vérifié"), late)))
    elif services.pickup_find(shop_id=pickup.shop_id, code=asked.code) != pickup:
        raise PickupError(_("Ce code est celui d'un autre retrait de votre boutique."))
    services.pickup_hand_over(pickup_id=pickup.pk, done_by=done_by, now=now, detail=detail)
    return _("Retrait %(code)s remis.") % {"code": pickup.code}


def _give_back(command: Callable[..., Any], answer: Callable[[], str]) -> Callable[..., str]:
    def run(pickup: Pickup, asked: Asked, done_by: User, now: datetime.datetime, _late: str) -> str:
        try:
            quantities = {int(line): pieces for line, pieces in asked.quantities.items()}
        except ValueError:
            raise PickupError(_("Choisissez au moins un article à refuser.")) from None
        more = {"restock": asked.restock} if asked.kind == ActionKind.REFUSE else {}
        command(
            shop_order_id=pickup.shop_order_id, quantities=quantities, reason=asked.reason,
            done_by=done_by, now=now, **more,
        )  # fmt: skip
        return answer()

    return run


DOING: dict[ActionKind, Callable[..., str]] = {
    ActionKind.ACCEPT: _step(
        services.pickup_accept, lambda pickup: _("Retrait %(code)s accepté.") % _named(pickup)
    ),
    ActionKind.READY: _step(
        services.pickup_ready, lambda pickup: _("Retrait %(code)s prêt.") % _named(pickup)
    ),
    ActionKind.UNREADY: _step(
        services.pickup_unready,
        lambda pickup: _("Retrait %(code)s remis en préparation.") % _named(pickup),
    ),
    ActionKind.UNCOLLECTED: _step(
        services.pickup_uncollected,
        lambda pickup: _("Retrait %(code)s noté comme non retiré.") % _named(pickup),
    ),
    ActionKind.HAND_OVER: _hand_over,
    ActionKind.REFUSE: _give_back(
        services.lines_refuse, lambda: _("Articles refusés : le client est remboursé.")
    ),
    ActionKind.RETURN: _give_back(
        lines_return, lambda: _("Articles repris : le client est remboursé.")
    ),
}
"""How each kind is done; the text is the answer that the device gets and keeps."""


def _named(pickup: Pickup) -> dict[str, str]:
    return {"code": pickup.code}
