"""A task that a page sets off reaches this service's Celery."""

from concurrent.futures import ThreadPoolExecutor

from celery import shared_task
from django.utils.translation import get_language, override


@shared_task
def spoken() -> str:
    return get_language()


def speak_in_english() -> tuple[str, str]:
    with override("en"):
        return spoken.delay().get(), get_language()


def test_without_a_broker_a_task_runs_in_the_thread_that_sets_it_off():
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(speak_in_english).result(timeout=10) == ("fr", "en")


def test_what_a_task_says_is_french_whoever_sets_it_off():
    assert speak_in_english() == ("fr", "en")
