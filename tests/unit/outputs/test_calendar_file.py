"""A slot as a calendar file: folded, escaped, in UTC."""

import datetime

from saleor_alencon.outputs.calendar_file import CalendarEntry, render_calendar

PARIS = datetime.timezone(datetime.timedelta(hours=1))


def entry(**changed) -> CalendarEntry:
    facts = {
        "uid": "pickup-7@saleor-alencon",
        "starts_at": datetime.datetime(2026, 12, 24, 14, tzinfo=PARIS),
        "ends_at": datetime.datetime(2026, 12, 24, 15, tzinfo=PARIS),
        "title": "Retrait",
        "place": "Halle au blé, Alençon",
        "description": "Code ABC234",
        "changed_at": datetime.datetime(2026, 12, 1, 9, tzinfo=PARIS),
    }
    return CalendarEntry(**(facts | changed))


def test_the_file_says_when_and_where():
    lines = render_calendar(entry()).decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART:20261224T130000Z" in lines
    assert "DTEND:20261224T140000Z" in lines
    assert "LOCATION:Halle au blé\\, Alençon" in lines


def test_what_is_typed_cannot_begin_a_property():
    text = render_calendar(entry(title="Fromage; pain\nATTENDEE:x")).decode()
    assert "SUMMARY:Fromage\\; pain\\nATTENDEE:x\r\n" in text
    assert "\r\nATTENDEE" not in text


def test_no_line_is_longer_than_75_octets_and_unfolding_gives_it_back():
    title = "é" * 200
    content = render_calendar(entry(title=title))
    assert max(map(len, content.split(b"\r\n"))) <= 75
    assert f"SUMMARY:{title}" in content.decode().replace("\r\n ", "")
