"""How fast the import is, beside Saleor's own bulk creation of the same products.

Both are measured in turns, on the same Saleor, and the median of the rounds counts, so that a
moment in which the machine is busy decides nothing.
"""

import csv
import io
import operator
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone

from saleor_alencon.catalogue.applying import Applier
from saleor_alencon.catalogue.images import ImageRules
from saleor_alencon.catalogue.models import ImportJob, ImportKind
from saleor_alencon.catalogue.planning import Change
from saleor_alencon.catalogue.reading import read_catalogue
from saleor_alencon.catalogue.saleor_shop import Categories, load_places
from saleor_alencon.catalogue.services import import_apply, import_receive
from saleor_alencon.local.bench_double import ProductsDouble, answering
from saleor_alencon.local.processes import find_free_port, started_processes
from saleor_alencon.local.saleor_source import SaleorFailed
from saleor_alencon.local.saleor_stack import (
    OFFICE_APP,
    OFFICE_APP_PERMISSIONS,
    PROJECT,
    Stack,
    create_saleor_app,
    run_office,
    set_up_town,
    start_saleor_api,
    temporary_stack,
)
from saleor_alencon.saleor_api.client import SaleorClient, office_client
from saleor_alencon.shops.models import Shop

Tell = Callable[[str], None]
HEADER = ("référence", "nom", "prix TTC", "TVA", "stock", "EAN", "catégorie", "description")
EANS = ("9782070368228", "96385074", "4006381333931", "")
BATCHES = (50, 100, 200)
TRIAL_PRODUCTS = 200
ROUNDS = 5
PRODUCTS = 600
MEMORY_ROWS = 50_000
MEMORY_SHOP, MEMORY_TAG = "librairie-des-halles", "M"
MOST_OVERHEAD_PERCENT = 15
LEAST_QUICK_RATIO = 10
MOST_MEGABYTES = 300
STOCK_CHANGES_EVERY = 4  # a day at a till: one stock in four, one price in a hundred
PRICE_CHANGES_EVERY = 100


def run(tell: Tell) -> bool:
    """Start a Saleor, measure on it in processes of their own, and compare with the goals."""
    folder = Path(tempfile.mkdtemp(prefix="alencon-bench-"))
    try:
        with temporary_stack(folder, find_free_port()) as stack, started_processes() as processes:
            start_saleor_api(stack, processes, log=folder / "api.log")
            run_office(stack, "seed")
            token = create_saleor_app(stack, OFFICE_APP, OFFICE_APP_PERMISSIONS)
            set_up_town(stack, token)
            tell(f"{ROUNDS} rounds of {PRODUCTS} products, each by both ways in turn.")
            reached = measure_on(stack, token, "speed")
            return measure_memory(stack, token, folder, tell) and reached
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure_memory(stack: Stack, token: str, folder: Path, tell: Tell) -> bool:
    """Measure the peak memory of whole imports: of new products, and of products that all differ.

    What runs is `alencon catalogue import`; Saleor's products are those of `bench_double`.
    """
    path = folder / "memory.csv"
    path.write_bytes(catalogue_csv(MEMORY_TAG, MEMORY_ROWS))
    saleor = f"{stack.saleor_url}/graphql/"
    with SaleorClient(saleor) as client:
        channel = client.execute('{ channel(slug: "alencon") { id } }')["channel"]["id"]
    reached = []
    for held, what in ((0, "all new"), (MEMORY_ROWS, "all different from what Saleor holds")):
        double = ProductsDouble(saleor, MEMORY_SHOP, channel, MEMORY_TAG, held)
        started = time.perf_counter()
        with answering(double) as address:
            settings = {"SALEOR_APP_TOKEN": token, "SALEOR_API_URL": address}
            output, megabytes = run_measured(
                ("catalogue", "import", str(path), "--shop", MEMORY_SHOP),
                stack.office_environment(**settings),
            )
        assert (double.created, double.updated) == (MEMORY_ROWS - held, held), output
        tell(
            f"import of {MEMORY_ROWS} rows, {what}, into a double of Saleor's products: "
            f"{time.perf_counter() - started:.0f} s"
        )
        name = "peak memory of that command"
        reached.append(judge(tell, name, megabytes, "MB", most=MOST_MEGABYTES))
    return all(reached)


def run_measured(arguments: Sequence[str], environment: dict[str, str]) -> tuple[str, float]:
    """Run an ``alencon`` command; return what it printed, and the most MB it ever held.

    :raises SaleorFailed: it failed.
    """
    with tempfile.TemporaryFile("w+") as printed:
        process = subprocess.Popen(
            [sys.executable, "-m", "saleor_alencon", *arguments],
            env=environment,
            cwd=PROJECT,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        output = printed.read()
    if process.returncode != 0:
        raise SaleorFailed(output)
    return output, usage.ru_maxrss / 1024  # Linux counts in KiB


def measure_on(stack: Stack, token: str, part: str) -> bool:
    """Measure one part in a fresh process, whose memory is its own."""
    done = subprocess.run(
        [sys.executable, "-m", "saleor_alencon", "bench", "import", "--on-stack", part],
        check=False,
        env=stack.office_environment(SALEOR_APP_TOKEN=token),
        cwd=PROJECT,
    )
    return done.returncode == 0


def measure(part: str, tell: Tell) -> bool:
    """Measure one part; return whether its goals are reached."""
    return {"speed": measure_speed}[part](tell)


def measure_speed(tell: Tell) -> bool:
    """Measure both ways of creating, then prices and stock."""
    shops = list(Shop.objects.filter(state="live").order_by("pk")[: ROUNDS + 1])
    bare, ours, quick = [], [], []
    with office_client() as client:
        batch = find_best_batch(client, shops[-1], tell)
        for number, shop in enumerate(shops[:ROUNDS]):
            bare.append(create_bare(client, shops[-1], f"B{number}", PRODUCTS, batch))
            ours.append(run_import(shop, catalogue_csv(f"I{number}", PRODUCTS)))
            changed = catalogue_csv(f"I{number}", PRODUCTS, changed=True)
            quick.append(run_import(shop, changed, ImportKind.PRICES_AND_STOCK))
            tell(
                f"  round {number + 1}: {bare[-1]:6.2f} s bare, {ours[-1]:6.2f} s imported, "
                f"{quick[-1]:5.2f} s prices and stock"
            )
        dear = catalogue_csv("I0", TRIAL_PRODUCTS, cents=77)
        prices = run_import(shops[0], dear, ImportKind.PRICES_AND_STOCK)
    overhead = 100 * (statistics.median(map(operator.truediv, ours, bare)) - 1)
    ratio = statistics.median(map(operator.truediv, ours, quick))
    tell(
        f"productBulkCreate alone, {batch} a call   {speed(bare):8.1f} products/s\n"
        f"our import, file to last row      {speed(ours):8.1f} products/s\n"
        f"prices and stock                  {speed(quick):8.1f} rows/s"
        f"  (1 stock in {STOCK_CHANGES_EVERY}, 1 price in {PRICE_CHANGES_EVERY} differ)\n"
        f"  for comparison, where every price differs: {TRIAL_PRODUCTS / prices:.1f} rows/s"
    )
    return all(
        (
            judge(tell, "overhead of our import", overhead, "%", most=MOST_OVERHEAD_PERCENT),
            judge(tell, "prices and stock / full import", ratio, "x", least=LEAST_QUICK_RATIO),
        )
    )


def speed(seconds: list[float]) -> float:
    """Return rows a second in the median round."""
    return PRODUCTS / statistics.median(seconds)


def judge(
    tell: Tell,
    name: str,
    value: float,
    unit: str,
    *,
    most: float | None = None,
    least: float | None = None,
) -> bool:
    """Print a figure beside its goal."""
    reached = (most is None or value <= most) and (least is None or value >= least)
    goal = f"<= {most}" if most is not None else f">= {least}"
    tell(f"{name:34}{value:7.1f} {unit:2} goal {goal} {unit}: {'reached' if reached else 'MISSED'}")
    return reached


def catalogue_csv(tag: str, count: int, *, changed: bool = False, cents: int = 90) -> bytes:
    """Return a catalogue of plausible rows; ``changed`` as it is a day later."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(HEADER)
    for number in range(count):
        stock, price = 5 + number % 40, 2 + number % 90
        if changed and number % STOCK_CHANGES_EVERY == 0:
            stock -= 1
        if changed and number % PRICE_CHANGES_EVERY == 0:
            price += 1
        writer.writerow(
            (
                f"{tag}-{number:05}",
                f"Article {tag} {number} de la boutique",
                f"{price},{cents}",
                ("20", "10", "5,5")[number % 3],
                stock,
                EANS[number % 4],
                f"Banc d'essai > Rayon {number % 12}",
                f"Article numéro {number}. " + "Une description de quelques lignes. " * 6,
            )
        )
    return buffer.getvalue().encode()


def run_import(shop: Shop, content: bytes, kind: ImportKind = ImportKind.FULL) -> float:
    """Import a file; return the seconds from the file received to the last row."""
    started = time.perf_counter()
    job = import_apply(job_id=receive(shop, content, kind).pk)
    taken = time.perf_counter() - started
    assert job.refused == 0, job.message
    assert job.created + job.updated, job.message
    return taken


def receive(shop: Shop, content: bytes, kind: ImportKind = ImportKind.FULL) -> ImportJob:
    return import_receive(
        shop=shop,
        file_name="bench.csv",
        content=content,
        kind=kind,
        user=None,
        now=timezone.now(),
    )


def make_inputs(client: SaleorClient, shop: Shop, tag: str, count: int) -> list[dict[str, Any]]:
    """Return products as our import would send them, ready beforehand."""
    places = load_places(client, shop.slug)
    applier = Applier(client, places, Categories(client), shop.name, None, "0", lambda _part: None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue"
        path.write_bytes(catalogue_csv(tag, count))
        rows = read_catalogue(path, shop_names=(shop.slug,), images=ImageRules(())).rows
    return [applier.product_input(Change(rows=[row], head=row)) for row in rows]


def create_bare(client: SaleorClient, shop: Shop, tag: str, count: int, batch: int) -> float:
    """Create products by productBulkCreate alone; return the seconds of the calls."""
    inputs = make_inputs(client, shop, tag, count)
    started = time.perf_counter()
    for start in range(0, count, batch):
        data = client.run("catalogue_create_products", products=inputs[start : start + batch])
        assert all(result["product"] for result in data["productBulkCreate"]["results"])
    return time.perf_counter() - started


def find_best_batch(client: SaleorClient, shop: Shop, tell: Tell) -> int:
    """Return how many products a call of productBulkCreate creates fastest."""
    create_bare(client, shop, "W", TRIAL_PRODUCTS, BATCHES[0])  # the first calls are slow
    seconds = {
        batch: create_bare(client, shop, f"T{batch}", TRIAL_PRODUCTS, batch) for batch in BATCHES
    }
    speeds = ", ".join(
        f"{batch}: {TRIAL_PRODUCTS / taken:.0f}/s" for batch, taken in seconds.items()
    )
    tell(f"productBulkCreate by batch size: {speeds}")
    return min(seconds, key=lambda batch: seconds[batch])
