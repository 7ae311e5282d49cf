"""Use cases of the catalogue: receive a file, check it, apply it, hand out sheets."""

import datetime
import logging
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.catalogue.applying import Applier, Outcome
from saleor_alencon.catalogue.faults import FileRefused
from saleor_alencon.catalogue.images import ImageArchive, ImageRules
from saleor_alencon.catalogue.journal import Journal, Progress
from saleor_alencon.catalogue.models import (
    UNFINISHED,
    ImportFile,
    ImportJob,
    ImportKind,
    ImportRow,
    ImportState,
    RowOutcome,
)
from saleor_alencon.catalogue.planning import Planner
from saleor_alencon.catalogue.quick import QuickImport
from saleor_alencon.catalogue.reading import MOST_REFUSED, Catalogue, read_catalogue
from saleor_alencon.catalogue.saleor_shop import Categories, load_places, load_products
from saleor_alencon.catalogue.stored_files import file_digest, file_stage, file_store
from saleor_alencon.catalogue.tables import MOST_BYTES
from saleor_alencon.errors import AlenconError
from saleor_alencon.saleor_api.client import SaleorClient, SaleorUnreachable, office_client
from saleor_alencon.shops.models import Shop

log = logging.getLogger(__name__)
MOST_IMAGES_BYTES = 200 * 1024 * 1024
LOCK_FAMILY = 0x616C63  # of PostgreSQL's advisory locks: imports
SILENT_AFTER = datetime.timedelta(minutes=3)
IDLE = (ImportState.RECEIVED, ImportState.CHECKED, ImportState.STOPPED)
PAUSES_SECONDS = (2, 10, 30)


class ImportRefused(AlenconError):
    """Raised when a job cannot be started as it is."""


class ImportBusy(ImportRefused):
    """Raised when another import of the shop is running; try again when it is done."""

    retryable = True


def import_receive(
    *,
    shop: Shop,
    file_name: str,
    content: bytes,
    images: bytes | None = None,
    kind: ImportKind = ImportKind.FULL,
    complete: bool = False,
    user: User | None,
    now: datetime.datetime,
) -> ImportJob:
    """Keep a file; nothing is read yet.

    :raises ImportRefused: a file is too large, or the choices contradict each other.
    """
    if len(content) > MOST_BYTES or (images and len(images) > MOST_IMAGES_BYTES):
        raise ImportRefused(
            _("Fichier trop lourd : %(file)d Mo au plus, %(images)d Mo pour le ZIP d'images.")
            % {"file": MOST_BYTES // 1024**2, "images": MOST_IMAGES_BYTES // 1024**2}
        )
    if complete and kind != ImportKind.FULL:
        raise ImportRefused(
            _("« Catalogue complet » ne va pas avec un fichier de prix et de stock.")
        )
    with transaction.atomic():
        job = ImportJob.objects.create(
            shop=shop,
            created_by=user,
            created_at=now,
            file_name=Path(file_name).name[-200:],
            digest=file_digest(content, images),
            kind=kind,
            complete=complete,
        )
        file_store(job_id=job.pk, content=content, images=images)
    return job


def import_find_unfinished(
    *, shop: Shop, content: bytes, images: bytes | None, kind: ImportKind, complete: bool
) -> ImportJob | None:
    """Return the newest job of the same file that was cut off, to be resumed."""
    digest = file_digest(content, images)
    jobs = ImportJob.objects.filter(
        shop=shop, digest=digest, kind=kind, complete=complete, state__in=UNFINISHED
    )
    return jobs.first()


def import_check(*, job_id: int, progress: Progress | None = None) -> ImportJob:
    """Dry run: find every error, and what an import would do; nothing is sent to Saleor.

    :raises ImportBusy: another import of the shop runs.
    """
    job = ImportJob.objects.select_related("shop").get(pk=job_id)
    if job.state in (ImportState.DONE, ImportState.APPLYING, ImportState.STOPPED):
        raise ImportRefused(_("Cet import a déjà commencé : reprenez-le."))
    with shop_locked(job), outcome_kept(job, ImportState.CHECKING):
        job.rows.all().delete()
        with staged(job) as (path, archive):
            catalogue, images = read_job(job, path, archive)
            with office_client() as client:
                forecast(job, catalogue, images, client, progress)
        set_state(job, ImportState.CHECKED)
    job.refresh_from_db()
    return job


def import_apply(*, job_id: int, progress: Progress | None = None) -> ImportJob:
    """Send a file to Saleor; after an interruption, send what is still missing.

    :raises ImportBusy: another import of the shop runs.
    """
    job = ImportJob.objects.select_related("shop").get(pk=job_id)
    if job.state in (ImportState.DONE, ImportState.REFUSED):
        raise ImportRefused(_("Cet import est déjà terminé : envoyez le fichier à nouveau."))
    with shop_locked(job), outcome_kept(job, ImportState.APPLYING):
        job.rows.filter(outcome=RowOutcome.REFUSED).delete()
        with staged(job) as (path, archive):
            catalogue, images = read_job(job, path, archive)
            refuse_unsafe(job, catalogue)
            journal = Journal(job, len(catalogue.rows) + len(catalogue.refused), progress)
            with office_client() as client:
                send_patiently(job, catalogue, images, archive, client, journal)
            journal.finish()
        ImportFile.objects.filter(job=job).update(images=None)  # they are in Saleor now
        set_state(job, ImportState.DONE, finished_at=timezone.now())
    job.refresh_from_db()
    return job


def import_start(*, job_id: int, apply: bool) -> None:
    """Check or apply in the background: by the task queue, or by a thread without one.

    :raises ImportBusy: the job runs already.
    """
    job = ImportJob.objects.get(pk=job_id)
    if job.is_running and not is_silent(job):
        raise ImportBusy(_("Cet import est en cours."))
    ImportJob.objects.filter(pk=job_id).update(message="", handled=0, beat_at=timezone.now())
    if settings.CELERY_BROKER_URL:
        from saleor_alencon.catalogue.tasks import run_import

        run_import.delay(job_id, apply)
        return
    threading.Thread(target=run_in_thread, args=(job_id, apply), daemon=True).start()


def run_in_thread(job_id: int, apply: bool) -> None:
    """Check or apply on a connection of its own; the job itself keeps what went wrong."""
    try:
        import_apply(job_id=job_id) if apply else import_check(job_id=job_id)
    except AlenconError as error:
        log.warning("Import %s: %s", job_id, error)
    except Exception:
        log.exception("Import %s failed", job_id)
    finally:
        connection.close()


def is_silent(job: ImportJob) -> bool:
    """Say whether a running job gave no sign for so long that its process must be gone."""
    return job.beat_at is None or timezone.now() - job.beat_at > SILENT_AFTER


def is_asked(job: ImportJob) -> bool:
    """Say whether a job was asked for a moment ago, and the work has not begun."""
    waits = job.state in IDLE and job.handled == 0 and not job.message and job.beat_at is not None
    return waits and not is_silent(job)


@contextmanager
def shop_locked(job: ImportJob) -> Iterator[None]:
    """Hold the shop's lock: PostgreSQL frees it by itself when the process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_FAMILY, job.shop_id])
        if not cursor.fetchone()[0]:
            text = _("Un autre import de cette boutique est en cours.")
            ImportJob.objects.filter(pk=job.pk, state__in=IDLE).update(message=text)
            raise ImportBusy(text)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_FAMILY, job.shop_id])


@contextmanager
def outcome_kept(job: ImportJob, running: ImportState) -> Iterator[None]:
    """Keep in the job why it did not reach its end."""
    set_state(job, running, message="", beat_at=timezone.now(), handled=0)
    try:
        yield
    except FileRefused as error:
        set_state(job, ImportState.REFUSED, message=str(error), finished_at=timezone.now())
    except BaseException as error:
        known = isinstance(error, AlenconError)
        text = str(error) if known else _("Erreur imprévue (%s).") % type(error).__name__
        begun = running == ImportState.APPLYING
        set_state(job, ImportState.STOPPED if begun else ImportState.RECEIVED, message=text)
        raise


def set_state(job: ImportJob, state: ImportState, **fields: object) -> None:
    ImportJob.objects.filter(pk=job.pk).update(state=state, **fields)


@contextmanager
def staged(job: ImportJob) -> Iterator[tuple[Path, ImageArchive | None]]:
    """Give the job's file, and its images, on disk."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="alencon-import-")))
        file_stage(job_id=job.pk, name="content", path=folder / "catalogue")
        archive = None
        if file_stage(job_id=job.pk, name="images", path=folder / "images"):
            archive = stack.enter_context(ImageArchive(folder / "images"))
        yield folder / "catalogue", archive


def read_job(
    job: ImportJob, path: Path, archive: ImageArchive | None
) -> tuple[Catalogue, ImageRules]:
    """Read the job's file, and keep what its columns are."""
    images = ImageRules(settings.CATALOGUE_IMAGE_HOSTS, archive)
    catalogue = read_catalogue(
        path,
        shop_names=(job.shop.slug, job.shop.name),
        images=images,
        prices_and_stock=job.kind == ImportKind.PRICES_AND_STOCK,
    )
    ImportJob.objects.filter(pk=job.pk).update(
        columns=catalogue.columns, unknown_columns=catalogue.unknown
    )
    return catalogue, images


def refuse_unsafe(job: ImportJob, catalogue: Catalogue) -> None:
    """Raise where applying in part would do more harm than good."""
    if catalogue.truncated:
        raise FileRefused(
            _("Plus de %(most)d lignes refusées : corrigez le fichier et envoyez-le à nouveau.")
            % {"most": MOST_REFUSED}
        )
    refuse_incomplete(job, len(catalogue.refused))


def refuse_incomplete(job: ImportJob, refused: int) -> None:
    """Raise for a complete catalogue with refused rows."""
    if job.complete and refused:
        raise FileRefused(
            _(
                "Un catalogue complet ne s'applique qu'en entier : %(count)d lignes sont refusées, "
                "leurs articles seraient retirés de la vente."
            )
            % {"count": refused}
        )


def forecast(
    job: ImportJob,
    catalogue: Catalogue,
    images: ImageRules,
    client: SaleorClient,
    progress: Progress | None,
) -> None:
    """Keep the refused rows and the counts of a dry run."""
    journal = Journal(job, len(catalogue.rows) + len(catalogue.refused), progress)
    places = load_places(client, job.shop.slug)
    if job.kind == ImportKind.PRICES_AND_STOCK:
        total = Outcome()
        QuickImport(client, places, lambda part: add_outcome(total, part)).run(
            catalogue.rows, send=False
        )
        journal.refuse(catalogue.refused)
        journal.tell(Outcome(refused=total.refused))
        counts = {
            "created": 0,
            "updated": len(total.updated),
            "unchanged": len(total.unchanged),
            "refused": len(total.refused) + len(catalogue.refused),
        }
        journal.forecast(counts)
        return
    planner = Planner(places, Categories(client), images, job="")
    plan = planner.plan(catalogue, load_products(client, places), complete=job.complete)
    journal.refuse(plan.refused)
    journal.forecast(plan.counts())


def add_outcome(total: Outcome, part: Outcome) -> None:
    """Add what a part did to the whole."""
    for name in ("created", "updated", "unchanged", "refused"):
        getattr(total, name).extend(getattr(part, name))


def send_patiently(
    job: ImportJob,
    catalogue: Catalogue,
    images: ImageRules,
    archive: ImageArchive | None,
    client: SaleorClient,
    journal: Journal,
) -> None:
    """Plan and send; when Saleor goes away, wait, and plan anew from what it then holds.

    :raises SaleorUnreachable: it stayed away.
    """
    for pause in (*PAUSES_SECONDS, None):
        try:
            send(job, catalogue, images, archive, client, journal)
            return
        except SaleorUnreachable:
            if pause is None:
                raise
            log.warning("Import %s: Saleor is away, trying again in %s s", job.pk, pause)
            time.sleep(pause)
            journal.restart()


def send(
    job: ImportJob,
    catalogue: Catalogue,
    images: ImageRules,
    archive: ImageArchive | None,
    client: SaleorClient,
    journal: Journal,
) -> None:
    """Plan from what Saleor holds now, and send what differs."""
    places = load_places(client, job.shop.slug)
    if job.kind == ImportKind.PRICES_AND_STOCK:
        journal.refuse(catalogue.refused)
        QuickImport(client, places, journal.tell).run(catalogue.rows, send=True)
        return
    categories = Categories(client)
    planner = Planner(places, categories, images, job=str(job.pk))
    plan = planner.plan(catalogue, load_products(client, places), complete=job.complete)
    refuse_incomplete(job, len(plan.refused))
    journal.refuse(plan.refused)
    Applier(
        client=client,
        places=places,
        categories=categories,
        shop_name=job.shop.name,
        archive=archive,
        job=str(job.pk),
        report=journal.tell,
    ).apply(plan)


def import_failed_rows(*, job: ImportJob, suffix: str) -> bytes:
    """Return the refused rows as they came, with their errors, ready to be corrected and sent."""
    from saleor_alencon.catalogue.columns import Column
    from saleor_alencon.catalogue.sheets import ERROR, sheet_bytes, text_cell

    names = [name for name in job.columns if name in set(Column)] or list(Column)
    rows = ImportRow.objects.filter(job=job).exclude(faults=[]).order_by("line")
    cells = (
        [
            *(text_cell(row.cells.get(name, "")) for name in names),
            text_cell(
                " ; ".join(f"{fault['column']} : {fault['message']}" for fault in row.faults)
            ),
        ]
        for row in rows.iterator()
    )
    return sheet_bytes(cells, columns=[*names, ERROR], suffix=suffix)
