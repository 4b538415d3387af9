"""The table of the template is the one that the tests make."""

from tests.builders import tables
from tests.template.expanded import resources


def test_the_template_makes_the_table_that_the_tests_use() -> None:
    ledger = resources("AWS::DynamoDB::Table")["Ledger"]
    assert {name: ledger[name] for name in tables.SCHEMA} == tables.SCHEMA
