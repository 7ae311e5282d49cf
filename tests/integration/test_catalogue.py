"""An import as a job: kept, checked, applied once, resumed, and shown to the right people."""

import io
import time
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.catalogue import services, stored_files
from saleor_alencon.catalogue.models import (
    ImportFile,
    ImportJob,
    ImportKind,
    ImportRow,
    ImportState,
)
from saleor_alencon.catalogue.services import (
    LOCK_FAMILY,
    ImportBusy,
    ImportRefused,
    import_apply,
    import_check,
    import_failed_rows,
    import_find_unfinished,
    import_receive,
)
from saleor_alencon.saleor_api.client import SaleorUnreachable
from saleor_alencon.shops.models import Shop, ShopMember
from tests.unit.catalogue.files import HEADER, read_path, write

pytestmark = pytest.mark.django_db
GOOD = f"{HEADER}\nA-1;Un;1,00;20;1\nA-2;Deux;2,00;5,5;2\n".encode()
BAD = f"{HEADER};EAN\n;Un;-1;20;1;\nA-2;=Deux;2;5,5;2;123\nA-3;Trois;3;20;3;\n".encode()


class SilentSaleor:
    """A Saleor that knows the shop and nothing of its products, and keeps what it is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict]] = []

    def __enter__(self) -> "SilentSaleor":
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def run(self, operation: str, **variables: object) -> dict:
        self.sent.append((operation, variables))
        return {
            "catalogue_setup": lambda: {
                "channel": {"id": "C"},
                **{
                    name: {"edges": [{"node": {"id": name}}]}
                    for name in ("productTypes", "warehouses", "collections")
                },
                "taxClasses": {
                    "edges": [
                        {"node": {"id": "T20", "name": "TVA 20 %"}},
                        {"node": {"id": "T55", "name": "TVA 5,5 %"}},
                    ]
                },
                "variante": {"id": "A2"},
                "shop": {"defaultWeightUnit": "KG"},
            },
            "shop_values": lambda: {
                "attribute": {
                    "id": "A1",
                    "choices": {
                        "edges": [
                            {
                                "node": {
                                    "id": "V1",
                                    "name": "Librairie des Halles",
                                    "externalReference": "boutique/librairie-des-halles",
                                }
                            }
                        ],
                        "pageInfo": {"hasNextPage": False, "endCursor": None},
                    },
                }
            },
            "catalogue_categories": lambda: {"categories": self.page()},
            "catalogue_products": lambda: {"products": self.page()},
            "catalogue_create_category": lambda: {"categoryCreate": {"category": {"id": "K"}}},
            "catalogue_create_products": lambda: {
                "productBulkCreate": {
                    "results": [{"product": {"id": "P"}, "errors": []}] * len(variables["products"])  # type: ignore[arg-type]
                }
            },
        }[operation]()

    @staticmethod
    def page() -> dict:
        return {"edges": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}

    def products(self) -> list[dict]:
        """Return every product it was sent."""
        return [
            product
            for operation, variables in self.sent
            if operation == "catalogue_create_products"
            for product in variables["products"]
        ]


@pytest.fixture
def saleor(monkeypatch):
    silent = SilentSaleor()
    monkeypatch.setattr(services, "office_client", lambda: silent)
    return silent


@pytest.fixture
def shop():
    return Shop.objects.create(slug="librairie-des-halles", name="Librairie des Halles")


def receive(shop, content=GOOD, **choices):
    return import_receive(
        shop=shop,
        file_name="dossier/catalogue.csv",
        content=content,
        user=None,
        now=timezone.now(),
        **choices,
    )


def figures(job):
    return job.state, job.created, job.updated, job.unchanged, job.refused, job.hidden


def test_a_dry_run_tells_what_would_happen_and_sends_nothing(shop, saleor):
    job = import_check(job_id=receive(shop).pk)

    assert figures(job) == (ImportState.CHECKED, 2, 0, 0, 0, 0)
    assert saleor.products() == []
    assert job.file_name == "catalogue.csv"


def test_applying_sends_the_shops_products_with_their_identity(shop, saleor):
    job = import_apply(job_id=receive(shop).pk)

    assert figures(job) == (ImportState.DONE, 2, 0, 0, 0, 0)
    first = saleor.products()[0]
    assert first["externalReference"] == "librairie-des-halles/A-1"
    assert first["privateMetadata"] == [
        {"key": "alencon.shop", "value": "librairie-des-halles"},
        {"key": "alencon.import", "value": str(job.pk)},
    ]
    assert first["collections"] == ["collections"]
    assert first["variants"][0]["sku"] == "librairie-des-halles/A-1"
    assert first["variants"][0]["stocks"] == [{"warehouse": "warehouses", "quantity": 1}]
    assert first["variants"][0]["channelListings"] == [{"channelId": "C", "price": "1.00"}]
    with pytest.raises(ImportRefused, match="déjà terminé"):
        import_apply(job_id=job.pk)


def test_good_rows_are_imported_and_refused_ones_come_back_as_a_sheet(shop, saleor, tmp_path):
    job = import_apply(job_id=receive(shop, BAD).pk)

    assert figures(job) == (ImportState.DONE, 1, 0, 0, 2, 0)
    assert [row.line for row in ImportRow.objects.filter(job=job, outcome="refused")] == [2, 3]
    sheet = load_workbook(io.BytesIO(import_failed_rows(job=job, suffix="xlsx"))).active
    lines = [[cell or "" for cell in line] for line in sheet.iter_rows(values_only=True)]
    assert lines[0] == ["référence", "nom", "prix TTC", "TVA", "stock", "EAN", "erreur"]
    assert lines[1][:6] == ["", "Un", "'-1", "20", 1, ""]
    assert lines[2][:6] == ["A-2", "'=Deux", 2, "5,5", 2, "123"]
    assert "référence : Cette cellule est obligatoire." in lines[1][6]
    assert "EAN : " in lines[2][6]
    # Corrected, the sheet is a catalogue again, and its last column is no news.
    again = import_failed_rows(job=job, suffix="csv").decode("utf-8-sig")
    corrected = again.replace(";Un;'-1;", "A-1;Un;1;").replace(";123;", ";;")
    catalogue = read_path(write(tmp_path, corrected))
    assert [row.name for row in catalogue.rows] == ["Un", "=Deux"]
    assert catalogue.unknown == []


def test_a_file_that_is_refused_whole_sends_nothing_and_says_why(shop, saleor):
    content = f"boutique;{HEADER}\nune-autre;A-1;Un;1;20;1\n".encode()

    job = import_apply(job_id=receive(shop, content).pk)

    assert job.state == ImportState.REFUSED
    assert "« une-autre »" in job.message
    assert saleor.products() == []


def test_a_complete_catalogue_with_a_refused_row_hides_nothing(shop, saleor):
    job = import_apply(job_id=receive(shop, BAD, complete=True).pk)

    assert job.state == ImportState.REFUSED
    assert saleor.products() == []
    with pytest.raises(ImportRefused):
        receive(shop, complete=True, kind=ImportKind.PRICES_AND_STOCK)


def test_one_import_of_a_shop_runs_at_a_time(shop, saleor, embedded_socket):
    import psycopg

    job = receive(shop)
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_FAMILY, shop.pk])
        with pytest.raises(ImportBusy):
            import_apply(job_id=job.pk)
    # The other process died: PostgreSQL has freed its lock.
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            job = import_apply(job_id=job.pk)
            break
        except ImportBusy:
            time.sleep(0.05)
    assert job.state == ImportState.DONE


def test_an_import_that_loses_saleor_is_stopped_and_found_again(shop, saleor, monkeypatch):
    monkeypatch.setattr(services, "PAUSES_SECONDS", ())

    def away(*_arguments, **_variables):
        raise SaleorUnreachable("away")

    monkeypatch.setattr(saleor, "run", away)
    job = receive(shop)
    with pytest.raises(SaleorUnreachable):
        import_apply(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == (ImportState.STOPPED, "away")

    found = import_find_unfinished(
        shop=shop, content=GOOD, images=None, kind=ImportKind.FULL, complete=False
    )
    assert found == job
    monkeypatch.undo()
    monkeypatch.setattr(services, "office_client", lambda: SilentSaleor())
    assert import_apply(job_id=job.pk).state == ImportState.DONE


@pytest.fixture
def started(monkeypatch):
    """Keep what the pages start in the background."""
    calls = []

    def remember(*, job_id, apply):
        calls.append((job_id, apply))

    monkeypatch.setattr("saleor_alencon.counter.catalogue_views.import_start", remember)
    monkeypatch.setattr("saleor_alencon.office.admin.imports.import_start", remember)
    return calls


def person(role, email="personne@alencon.example"):
    return User.objects.create_user(email, "a-long-password", role=role)


def upload(content=GOOD):
    return SimpleUploadedFile("catalogue.csv", content, "text/csv")


def test_a_merchant_sends_reads_and_applies_its_own_catalogue(client, shop, saleor, started):
    merchant = person(Role.MERCHANT)
    ShopMember.objects.create(shop=shop, user=merchant)
    client.force_login(merchant)

    answer = client.post("/boutique/catalogue/", {"file": upload(BAD), "kind": "full"})
    job = ImportJob.objects.get()
    assert answer.url == f"/boutique/catalogue/{job.pk}/"
    assert (job.shop, job.created_by, started) == (shop, merchant, [(job.pk, False)])

    import_check(job_id=job.pk)
    page = client.get(answer.url).content.decode()
    assert "Appliquer l&#x27;import" in page or "Appliquer l'import" in page
    assert "Cette cellule est obligatoire." in page
    assert client.get(f"{answer.url}refusees.xlsx").status_code == 200
    client.post(f"{answer.url}appliquer")
    assert started[-1] == (job.pk, True)
    for name in ("modele.xlsx", "modele.csv"):
        assert client.get(f"/boutique/catalogue/{name}").status_code == 200


def test_a_merchant_sees_no_other_shops_imports(client, shop, saleor, started):
    other = Shop.objects.create(slug="autre", name="Autre")
    theirs = receive(other)
    merchant = person(Role.MERCHANT)
    ShopMember.objects.create(shop=shop, user=merchant)
    client.force_login(merchant)

    base = f"/boutique/catalogue/{theirs.pk}/"
    assert client.get(base).status_code == 404
    assert client.get(f"{base}refusees.csv").status_code == 404
    assert client.post(f"{base}appliquer").status_code == 404
    assert "catalogue.csv" not in client.get("/boutique/catalogue/").content.decode()
    assert started == []


def test_a_page_opened_before_the_work_begins_waits_for_it(client, shop, saleor, monkeypatch):
    monkeypatch.setattr(services.threading, "Thread", mock.MagicMock())  # never begins
    merchant = person(Role.MERCHANT)
    ShopMember.objects.create(shop=shop, user=merchant)
    client.force_login(merchant)
    job = receive(shop)
    url = f"/boutique/catalogue/{job.pk}/"

    services.import_start(job_id=job.pk, apply=False)
    page = client.get(url).content.decode()
    assert ("Commence dans un instant" in page, "hx-get" in page) == (True, True)

    import_check(job_id=job.pk)
    page = client.get(url).content.decode()
    assert ("hx-get" in page, "Appliquer l" in page) == (False, True)

    services.import_start(job_id=job.pk, apply=True)
    page = client.get(url).content.decode()
    assert ("hx-get" in page, "Appliquer l" in page) == (True, False)

    import_apply(job_id=job.pk)
    page = client.get(url).content.decode()
    assert ("hx-get" in page, "Ce que l" in page) == (False, True)


def test_an_operator_sends_for_a_shop_and_an_auditor_only_reads(client, shop, saleor, started):
    client.force_login(person(Role.OPERATOR))
    send = reverse("admin:catalogue_importjob_send")
    assert client.get(send).status_code == 200
    answer = client.post(send, {"shop": shop.pk, "file": upload(), "kind": "full"})
    job = ImportJob.objects.get()
    assert answer.url == reverse("admin:catalogue_importjob_change", args=(job.pk,))
    import_check(job_id=job.pk)
    assert "Appliquer l" in client.get(answer.url).content.decode()
    assert client.get(reverse("admin:catalogue_importjob_changelist")).status_code == 200

    client.force_login(person(Role.AUDITOR, "audit@alencon.example"))
    apply = reverse("admin:catalogue_import_apply", args=(job.pk,))
    assert client.get(send).status_code == 403
    assert client.post(apply).status_code == 403
    page = client.get(answer.url).content.decode()
    assert "Appliquer l" not in page
    assert client.get(reverse("admin:catalogue_import_report", args=(job.pk,))).status_code == 200
    assert started == [(job.pk, False)]


def test_a_file_that_is_too_large_is_refused_by_the_form(client, shop, started, monkeypatch):
    monkeypatch.setattr("saleor_alencon.catalogue.forms.MOST_BYTES", 10)
    merchant = person(Role.MERCHANT)
    ShopMember.objects.create(shop=shop, user=merchant)
    client.force_login(merchant)

    page = client.post("/boutique/catalogue/", {"file": upload(), "kind": "full"})

    assert "Fichier trop lourd" in page.content.decode()
    assert not ImportJob.objects.exists()


def test_files_of_many_pieces_come_out_as_they_went_in(shop, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(stored_files, "PIECE_BYTES", 7)
    content, images = bytes(range(256)) + b"\\x\t\n\\N", b"PK\x03\x04" * 7  # 4 pieces exactly
    job = receive(shop, content, images=images)

    for name, wanted in (("content", content), ("images", images)):
        assert stored_files.file_stage(job_id=job.pk, name=name, path=tmp_path / name)
        assert (tmp_path / name).read_bytes() == wanted
    assert bytes(ImportFile.objects.get(job=job).content) == content
    alone = receive(shop, b"a")
    assert not stored_files.file_stage(job_id=alone.pk, name="images", path=tmp_path / "none")
    assert ImportFile.objects.get(job=alone).images is None
