"""Any sequence of our requests, interleaved with other people's edits, keeps what is theirs and leaves what is ours."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from provision_regions.replication.rules import fingerprint
from tests.fakes.regions.ecr_world import ASIA, EU, HOME, RegistryWorld, properties, rule, run
from tests.fakes.regions.errors import Killed, refusal

REGIONS = (EU, ASIA)
PREFIXES = ("api", "web")
places = st.lists(st.sampled_from(REGIONS), unique=True)
names = st.lists(st.sampled_from(PREFIXES), unique=True)
wishes = st.tuples(places, names)
owners = st.sampled_from(["One", "Two"])
additions = st.tuples(st.lists(st.sampled_from(REGIONS), unique=True, min_size=1), names)
quiet = (
    st.tuples(st.just("wish"), owners, wishes),
    st.tuples(st.just("refused"), owners, wishes),
    st.tuples(st.just("delete"), owners),
    st.tuples(st.just("they remove"), st.integers(0, 9)),
    st.tuples(st.just("they shuffle")),
)
steps = st.one_of(*quiet, st.tuples(st.just("they add"), additions))
# After a kill, nobody can tell our rule from one of the same content that somebody made meanwhile.
rough_steps = st.one_of(
    *quiet,
    st.tuples(st.just("they add another"), additions),
    st.tuples(st.just("killed"), owners, wishes, st.integers(1, 12)),
)


@dataclass
class Story:
    """What happens, and which rules are other people's."""

    world: RegistryWorld = field(default_factory=RegistryWorld)
    theirs: list[dict[str, Any]] = field(default_factory=list)
    requests: int = 0

    def ask(self, kind: str, owner: str, wish: tuple[list[str], list[str]] = ([], [])) -> None:
        wanted = properties(*wish[0], prefixes=tuple(wish[1]))
        try:
            self.requests += 1
            run(self.world, kind, wanted, LogicalResourceId=owner, RequestId=f"request-{self.requests}")
        except Killed:
            pass
        finally:
            self.world.revive()

    def add(self, new: dict[str, Any]) -> None:
        if len(self.world.ecr.rules) < 8:
            self.theirs.append(new)
            self.world.ecr.rules = [*self.world.ecr.rules, new]

    def act(self, step: tuple[Any, ...]) -> None:
        match step:
            case "wish", owner, wish:
                self.ask("Update", owner, wish)
            case "refused", owner, wish:
                self.world.fail("PutReplicationConfiguration", HOME, refusal("AccessDeniedException"))
                self.ask("Update", owner, wish)
            case "killed", owner, wish, after:
                self.world.kill_after = after
                self.ask("Update", owner, wish)
            case "delete", owner:
                self.ask("Delete", owner)
            case "they add", (regions, prefixes):
                self.add(rule(*regions, prefixes=tuple(prefixes)))
            case "they add another", (regions, prefixes):
                self.add(rule(*regions, prefixes=(*prefixes, "theirs")))
            case "they remove", index if self.theirs:
                gone = self.theirs.pop(index % len(self.theirs))
                rules = self.world.ecr.rules
                rules.remove(gone)
                self.world.ecr.rules = rules
            case ("they shuffle",):
                self.world.ecr.rules = self.world.ecr.rules[::-1]


def counted(rules: list[Any]) -> Counter[str]:
    return Counter(map(fingerprint, rules))


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.lists(steps, max_size=12), st.lists(rough_steps, max_size=12)))
def test_f22_f24_f25_other_peoples_rules_survive_everything(story: list[tuple[Any, ...]]) -> None:
    told = Story()
    for step in story:
        told.act(step)
        assert counted(told.theirs) <= counted(told.world.ecr.rules), step
    told.ask("Delete", "One")
    told.ask("Delete", "Two")
    assert counted(told.world.ecr.rules) == counted(told.theirs)
    assert told.world.ssm.parameters == {}


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.lists(steps, max_size=8), st.lists(rough_steps, max_size=8)), wishes, st.booleans())
def test_the_last_wish_is_fulfilled(
    story: list[tuple[Any, ...]],
    wish: tuple[list[str], list[str]],
    the_other_goes: bool,
) -> None:
    told = Story()
    for step in story:
        told.act(step)
    told.ask("Update", "One", wish)
    if the_other_goes:
        told.ask("Delete", "Two")
    wanted = {(region, prefix) for region in wish[0] for prefix in wish[1]}
    replicated = {
        (place["region"], entry["filter"])
        for each in told.world.ecr.rules
        for place in each["destinations"]
        for entry in each.get("repositoryFilters", [])
    }
    assert wanted <= replicated
