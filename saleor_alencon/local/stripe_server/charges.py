"""Charges: what was taken from a card, read and annotated."""

from .errors import Json
from .events import changes, emit
from .parameters import METADATA, PAGE, TEXT, Spec, merge_metadata
from .views import show, show_page
from .work import Work

LIST: Spec = {**PAGE, "payment_intent": TEXT, "transfer_group": TEXT}
UPDATE: Spec = {"description": TEXT, "metadata": METADATA, "transfer_group": TEXT}


def retrieve(work: Work, params: Json) -> Json:
    """GET /v1/charges/:id"""
    charge = work.require("charge", params.pop("id"), param="id")
    return show(work, charge, params.get("expand"))


def list_all(work: Work, params: Json) -> Json:
    """GET /v1/charges"""
    where = {name: params.get(name) for name in ("payment_intent", "transfer_group")}
    return show_page(work, "charge", params, url="/v1/charges", where=where)


def update(work: Work, params: Json) -> Json:
    """POST /v1/charges/:id"""
    charge = work.require("charge", params.pop("id"), param="id")
    before = dict(charge)
    if "metadata" in params:
        charge["metadata"] = merge_metadata(charge["metadata"], params["metadata"])
    for name in ("description", "transfer_group"):
        if name in params:
            charge[name] = params[name] or None
    if charge != before:
        work.store.save(charge)
        emit(work, "charge.updated", charge, previous=changes(before, charge))
    return show(work, charge, params.get("expand"))
