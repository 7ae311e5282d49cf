"""`alencon theme saleor` loads what setup loads last, by the same code."""

from unittest import mock

from saleor_alencon.provisioning import setup, theming
from saleor_alencon.provisioning.delivery_table import PACKAGED, read_delivery_table


def test_menus_pages_and_words_are_loaded_by_the_part_that_setup_has():
    table, client = read_delivery_table(PACKAGED), mock.Mock()
    with (
        mock.patch.object(theming, "keep_channel", return_value={"id": "channel-1"}),
        mock.patch.object(setup, "keep_content") as content,
        mock.patch.object(setup, "keep_storefront") as words,
    ):
        report = theming.saleor_theme(client=client, table=table, tell=lambda _line: None)
    assert content.mock_calls == [mock.call(client, report)]
    assert words.mock_calls == [mock.call(client, report, table, "channel-1")]
    assert client.mock_calls == []
