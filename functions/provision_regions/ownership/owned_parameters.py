"""Parameters of the home region that belong to a resource by their tag. They are of type String and hold no secret.

One of them is what the resource remembers of itself between runs.
"""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import partial
from itertools import batched
from typing import Any

from crosscheck.aws_errors import ignoring
from crosscheck.errors import ConfigurationError
from crosscheck.size_limits import parse_json
from crosscheck.time_limits import OutOfTimeError, all_within
from provision_regions.context import ProviderContext
from provision_regions.ownership.names import OWNER_TAG, Names, Ownership, compact, foreign, ownership_by_tags

BATCH = 10  # names per GetParameters and DeleteParameters


class OwnedParameters:
    """Reads, writes and deletes parameters of one resource."""

    def __init__(self, context: ProviderContext, names: Names) -> None:
        self._ssm = context.clients.client("ssm", context.home_region)
        self._call = context.retrying
        self._names = names

    def _for_each[T](self, names: Iterable[str], work: Callable[[str], T]) -> Mapping[str, T]:
        """Do the work for all of them at once. There may be one for every region, and one after the other they would
        take longer than everything else.

        Raises:
            OutOfTimeError: it did not end within the deadline; whatever the work raises comes out as it is.
        """
        pieces = {name: partial(work, name) for name in names}
        ended = all_within(self._call.deadline.left, pieces)
        if len(ended) < len(pieces):
            raise OutOfTimeError(f"{len(pieces) - len(ended)} parameters were not done within the function's time")
        return ended

    def _values(self, names: Iterable[str]) -> dict[str, str]:
        values: dict[str, str] = {}
        for batch in batched(names, BATCH, strict=False):
            found = self._call(self._ssm.get_parameters, Names=list(batch))["Parameters"]
            values |= {parameter["Name"]: parameter["Value"] for parameter in found}
        return values

    def _make(self, name: str, value: str) -> bool:
        """Make the parameter; False if one of that name exists. Another run of the same request may have made it, or
        this call, if the SDK repeated it because the first answer got lost.

        The call that makes a parameter also tags it, so a parameter of ours is never without its tag.
        """
        tags = [{"Key": OWNER_TAG, "Value": self._names.owner}]
        with ignoring("ParameterAlreadyExists"):
            self._call(self._ssm.put_parameter, Name=name, Value=value, Type="String", Tags=tags)  # type: ignore[arg-type]
            return True
        return False

    def _ownership(self, name: str) -> Ownership:
        with ignoring("InvalidResourceId"):
            listed = self._call(self._ssm.list_tags_for_resource, ResourceType="Parameter", ResourceId=name)
            tags = {tag["Key"]: tag["Value"] for tag in listed.get("TagList", [])}
            return ownership_by_tags(tags, self._names)
        return Ownership.ABSENT  # another run of the same request has just deleted it

    def _put(self, name: str, value: str, *, new: bool) -> None:
        if new and self._make(name, value):
            return
        if new and self._ownership(name) is Ownership.FOREIGN:
            raise foreign(f"the parameter {name}", self._names)
        self._call(self._ssm.put_parameter, Name=name, Value=value, Type="String", Overwrite=True)

    def _delete(self, names: Iterable[str]) -> None:
        for batch in batched(names, BATCH, strict=False):
            self._call(self._ssm.delete_parameters, Names=list(batch))


class ResourceRecord(OwnedParameters):
    """The record of one resource, a JSON object.

    A resource writes it before it begins the work that the record tells of, so that a run that follows a killed one
    recognises what that one made. Whether there is one is known once it was read.
    """

    exists = False

    def _load(self) -> Mapping[str, Any]:
        """The object, empty where the resource never began anything.

        Raises:
            ConfigurationError: the parameter holds no JSON object: somebody else has written it.
        """
        text = self._values([self._names.record]).get(self._names.record)
        self.exists = text is not None
        return self._parsed(text) if text is not None else {}

    def _parsed(self, text: str) -> Mapping[str, Any]:
        try:
            content = parse_json(text)
        except ValueError:
            raise self._unreadable("is no JSON") from None
        if not isinstance(content, dict):
            raise self._unreadable("is no JSON object")
        return content

    def _unreadable(self, problem: str) -> ConfigurationError:
        name = self._names.record
        again = f"put back an earlier value (aws ssm get-parameter-history --name {name}), and try again"
        return ConfigurationError(f"the record {name} {problem}, as Crosscheck never writes it: {again}")

    def _save(self, content: Mapping[str, object]) -> None:
        self._put(self._names.record, compact(content), new=not self.exists)
        self.exists = True

    def remove(self) -> None:
        """Forget the resource."""
        self._delete([self._names.record])
        self.exists = False


class SetRecord(ResourceRecord):
    """A record that is one set of texts: ``{key: [texts]}``. Of an empty set there is no record."""

    def __init__(self, context: ProviderContext, names: Names, key: str) -> None:
        super().__init__(context, names)
        self._key = key
        self.texts: frozenset[str] = frozenset()

    def read(self) -> frozenset[str]:
        """What is ours or was about to be."""
        self.texts = self._texts(self._load())
        return self.texts

    def read_from(self, text: str) -> frozenset[str]:
        """The same, of a parameter's text that is at hand."""
        return self._texts(self._parsed(text))

    def _texts(self, content: Mapping[str, Any]) -> frozenset[str]:
        texts = content.get(self._key, [])
        if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
            raise self._unreadable(f"has no list of texts as {self._key}")
        return frozenset(texts)

    def write(self, texts: AbstractSet[str]) -> None:
        """Write the record, unless it holds these texts already."""
        if self.exists and not texts:
            self.remove()
        elif texts != self.texts:
            self._save({self._key: sorted(texts)})
        self.texts = frozenset(texts)
