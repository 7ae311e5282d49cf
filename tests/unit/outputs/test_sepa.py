import re
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import files

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from saleor_alencon.outputs import sepa
from saleor_alencon.outputs.sepa import (
    SepaDebtor,
    SepaError,
    SepaTransfer,
    read_control_sum,
    render_pain_001,
)
from saleor_alencon.outputs.sepa_text import sepa_text
from tests.unit.outputs import samples
from tests.unit.outputs.strategies import TEXTS

DEBTOR = SepaDebtor("Office du commerce d'Alençon", "FR7630002000002235634738996", "CRLYFRPPXXX")
TRANSFER = SepaTransfer(
    end_to_end_id="R-2026-09-001",
    name="Librairie des Halles",
    iban=samples.IBAN,
    bic="CRLYFRPPXXX",
    amount_cents=103695,
    remittance="Relevé R-2026-09-001",
)
XSD = etree.XMLSchema(
    etree.fromstring(files("sepaxml").joinpath("schemas/pain.001.001.09.xsd").read_bytes())
)
NAMESPACES = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


def render(transfers, debtor=DEBTOR, **changes):
    arguments = {
        "message_id": "REVERSEMENT-2026-09",
        "created_at": datetime(2026, 10, 1, 7, 30, tzinfo=UTC),
        "execution_date": date(2026, 10, 5),
    }
    return render_pain_001(debtor, transfers, **{**arguments, **changes})


def texts(content, path):
    steps = "/".join(f"p:{step}" for step in path.split("/"))
    return etree.fromstring(content).xpath(f"//{steps}/text()", namespaces=NAMESPACES)


def test_one_transfer_says_who_how_much_and_when():
    content = render([TRANSFER])
    XSD.assertValid(etree.fromstring(content))
    assert texts(content, "GrpHdr/MsgId") == ["REVERSEMENT-2026-09"]
    assert texts(content, "GrpHdr/CreDtTm") == ["2026-10-01T09:30:00"]
    assert texts(content, "PmtInf/PmtInfId") == ["REVERSEMENT-2026-09"]
    assert texts(content, "PmtInf/BtchBookg") == ["true"]
    assert texts(content, "ReqdExctnDt/Dt") == ["2026-10-05"]
    assert texts(content, "Dbtr/Nm") == ["Office du commerce d'Alencon"]
    assert texts(content, "DbtrAgt/FinInstnId/BICFI") == ["CRLYFRPPXXX"]
    assert texts(content, "PmtId/EndToEndId") == ["R-2026-09-001"]
    assert texts(content, "Amt/InstdAmt") == ["1036.95"]
    assert texts(content, "Cdtr/Nm") == ["Librairie des Halles"]
    assert texts(content, "CdtrAcct/Id/IBAN") == [samples.IBAN]
    assert texts(content, "RmtInf/Ustrd") == ["Releve R-2026-09-001"]


def test_the_same_arguments_give_the_same_bytes():
    assert render([TRANSFER]) == render([TRANSFER])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.integers(1, 10**11 - 1), TEXTS, TEXTS, st.booleans()), min_size=1, max_size=20
    )
)
def test_any_run_gives_a_valid_file_whose_sums_are_the_runs(payments):
    transfers = [
        SepaTransfer(
            f"R-{position}",
            f"Boutique {name}",
            samples.IBAN,
            "CRLYFRPPXXX" if with_bic else "",
            amount_cents,
            f"Relevé {remittance}",
        )
        for position, (amount_cents, name, remittance, with_bic) in enumerate(payments)
    ]
    content = render(transfers)
    XSD.assertValid(etree.fromstring(content))
    total_cents = sum(transfer.amount_cents for transfer in transfers)
    assert read_control_sum(content) == (total_cents, len(transfers))
    amounts = texts(content, "InstdAmt")
    assert [int(text.replace(".", "")) for text in amounts] == [t.amount_cents for t in transfers]
    assert texts(content, "PmtInf/CtrlSum") == texts(content, "GrpHdr/CtrlSum")
    assert texts(content, "PmtInf/NbOfTxs") == [str(len(transfers))]
    assert texts(content, "EndToEndId") == [t.end_to_end_id for t in transfers]


def test_an_unknown_bank_is_said_to_be_unknown():
    content = render([replace(TRANSFER, bic="")], debtor=replace(DEBTOR, bic=""))
    XSD.assertValid(etree.fromstring(content))
    assert texts(content, "DbtrAgt/FinInstnId/Othr/Id") == ["NOTPROVIDED"]
    assert texts(content, "CdtrAgt/FinInstnId/BICFI") == []


def test_one_cent_is_written_in_euros():
    assert texts(render([replace(TRANSFER, amount_cents=1)]), "InstdAmt") == ["0.01"]
    assert read_control_sum(render([replace(TRANSFER, amount_cents=5)])) == (5, 1)


def test_long_names_and_remittances_are_cut_where_the_standard_ends():
    content = render([replace(TRANSFER, name="é" * 90, remittance="œ" * 90)])
    assert texts(content, "Cdtr/Nm") == ["e" * 70]
    assert texts(content, "Ustrd") == ["oe" * 70]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"end_to_end_id": ""}, "transfer '': EndToEndId: 0 characters"),
        ({"end_to_end_id": "R" * 36}, "EndToEndId: 36 characters"),
        ({"end_to_end_id": "Relevé-1"}, "EndToEndId: 'Relevé-1' has characters"),
        ({"end_to_end_id": "/R-1"}, "EndToEndId: '/R-1'"),
        ({"end_to_end_id": "R//1"}, "EndToEndId: 'R//1'"),
        ({"name": "\u200b"}, "transfer 'R-2026-09-001': Nm: nothing left"),
        ({"remittance": ""}, "transfer 'R-2026-09-001': Ustrd: nothing left"),
        ({"iban": ""}, "transfer 'R-2026-09-001': IBAN: not a valid IBAN"),
        ({"iban": samples.IBAN[:-1] + "7"}, "transfer 'R-2026-09-001': IBAN: not a valid IBAN"),
        ({"iban": "TR330006100519786457841326"}, "IBAN: country TR is outside SEPA"),
        ({"bic": "CRLY"}, "transfer 'R-2026-09-001': BIC: 'CRLY'"),
        ({"amount_cents": 0}, "transfer 'R-2026-09-001': InstdAmt: 0 is not"),
        ({"amount_cents": -100}, "InstdAmt: -100"),
        ({"amount_cents": 10**11}, "InstdAmt: 100000000000"),
        ({"amount_cents": 10.5}, "InstdAmt: 10.5"),
        ({"amount_cents": True}, "InstdAmt: True"),
    ],
)
def test_an_error_names_the_transfer_and_the_field(change, message):
    with pytest.raises(SepaError, match=re.escape(message)) as caught:
        render([replace(TRANSFER, **change)])
    assert not caught.value.retryable


def test_an_iban_never_appears_in_an_error():
    wrong = samples.IBAN[:-1] + "7"
    with pytest.raises(SepaError) as caught:
        render([replace(TRANSFER, iban=wrong)])
    assert wrong not in str(caught.value)


def test_no_transfer_means_no_file():
    with pytest.raises(SepaError, match="REVERSEMENT-2026-09: there is no transfer"):
        render([])


def test_an_identifier_serves_once():
    with pytest.raises(SepaError, match=r"transfer 'R-2026-09-001': EndToEndId: used twice"):
        render([TRANSFER, TRANSFER])


def test_the_debtor_and_the_message_are_checked_too():
    with pytest.raises(SepaError, match=r"debtor .*: IBAN"):
        render([TRANSFER], debtor=replace(DEBTOR, iban="FR76"))
    with pytest.raises(SepaError, match="MsgId: 36 characters"):
        render([TRANSFER], message_id="M" * 36)
    with pytest.raises(SepaError, match="UTC offset"):
        render([TRANSFER], created_at=datetime(2026, 10, 1))  # noqa: DTZ001


def test_a_file_that_breaks_the_schema_is_refused(monkeypatch):
    monkeypatch.setattr(sepa, "_checked_bic", lambda bic, where: "not a bic")
    with pytest.raises(SepaError, match=r"does not follow pain\.001\.001\.09\.xsd"):
        render([TRANSFER])


def test_a_file_whose_sum_changed_is_refused(monkeypatch):
    monkeypatch.setattr(sepa, "read_control_sum", lambda content: (103694, 1))
    with pytest.raises(SepaError, match="sum and count"):
        render([TRANSFER])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a/>",
        b"not xml",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        render([TRANSFER]).replace(b"pain.001.001.09", b"pain.001.001.03"),
        render([TRANSFER]).replace(b"<CtrlSum>1036.95", b"<CtrlSum>1036,95"),
        render([TRANSFER]).replace(b"<NbOfTxs>1", b"<NbOfTxs>x"),
    ],
)
def test_a_control_sum_is_read_from_a_payout_file_only(content):
    with pytest.raises(SepaError):
        read_control_sum(content)


@pytest.mark.parametrize(
    ("text", "sepa"),
    [
        ("Café & Cie", "Cafe + Cie"),
        ("L’Œuf d'Or", "L'OEuf d'Or"),
        ("100 € / mois", "100 EUR / mois"),
        ("«Au Bon Pain»", "Au Bon Pain"),
        ("a_b@c", "a-b(at)c"),
        ("Straße № 5", "Strasse No 5"),
        ("<b>*;!</b>", "b /b"),
        ("🥖", ""),
    ],
)
def test_text_is_transliterated(text, sepa):
    assert sepa_text(text) == sepa


@given(st.text())
def test_transliterated_text_is_in_the_set_and_stable(text):
    shown = sepa_text(text)
    assert re.fullmatch(r"[A-Za-z0-9/\-?:().,'+ ]*", shown)
    assert sepa_text(shown) == shown
