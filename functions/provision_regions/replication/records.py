"""Which rules belong to a resource, and which of them other resources need as well, as their records say."""

from dataclasses import replace

from provision_regions.context import ProviderContext
from provision_regions.ownership.names import RECORDS, Names
from provision_regions.ownership.owned_parameters import SetRecord

KEY = "rules"


class RuleRecord(SetRecord):
    """The fingerprints of one resource's rules, about 35 bytes each. Several records may name the same rule."""

    def __init__(self, context: ProviderContext, names: Names) -> None:
        super().__init__(context, names, KEY)
        self._context = context

    def named_by_others(self) -> frozenset[str]:
        """The rules that records of other resources name, whatever stack and deployment of Crosscheck they are of.

        Raises:
            ConfigurationError: somebody has broken such a record, so nobody knows which rules it needs.
        """
        pages = self._ssm.get_paginator("get_parameters_by_path").paginate(Path=RECORDS, Recursive=True)
        found = self._call(pages.build_full_result)["Parameters"]
        rules: frozenset[str] = frozenset()
        for parameter in found:
            match parameter["Name"].removeprefix(f"{RECORDS}/").split("/"):
                case [stack, logical_id, self._names.prefix] if parameter["Name"] != self._names.record:
                    other = replace(self._names, stack=stack, logical_id=logical_id)
                    rules |= SetRecord(self._context, other, KEY).read_from(parameter["Value"])
        return rules
