"""Git repositories behind CodeStar connections: just enough of them to release from."""

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from local.clock import Clock

RELEASE_BOT = "release-bot"
PROVIDER = "GitHub"

_DOCKERFILE = """FROM public.ecr.aws/docker/library/python:3.13-slim
WORKDIR /app
COPY app.py .
CMD ["python", "app.py"]
"""

_BUILDSPEC = """version: 0.2
phases:
  build:
    commands:
      - docker build -t "$REPOSITORY_URI:${CODEBUILD_RESOLVED_SOURCE_VERSION:0:7}" .
      - docker push "$REPOSITORY_URI:${CODEBUILD_RESOLVED_SOURCE_VERSION:0:7}"
artifacts:
  files:
    - imagedefinitions.json
    - imageDetail.json
"""

_APP = '''"""The service, at commit {commit}."""

REVISION = "{commit}"
'''


@dataclass(frozen=True)
class Commit:
    """A commit. ``date`` is ISO 8601 in UTC; ``files`` is the whole tree by path."""

    repository: str
    branch: str
    id: str
    message: str
    author: str
    date: str
    files: Mapping[str, bytes]


class Repositories:
    """Repositories by full name. One that nobody pushed to yet has a first commit all the same."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._branches: dict[tuple[str, str], list[Commit]] = {}

    def head(self, repository: str, branch: str) -> Commit:
        """The newest commit of a branch."""
        with self._lock:
            return self._commits(repository, branch)[-1]

    def find(self, repository: str, branch: str, commit_id: str) -> Commit | None:
        """The commit of that id on a branch."""
        with self._lock:
            return next((commit for commit in self._commits(repository, branch) if commit.id == commit_id), None)

    def push(self, repository: str, branch: str, message: str, author: str) -> Commit:
        """A new commit on top of the branch."""
        with self._lock:
            commits = self._commits(repository, branch)
            commits.append(self._commit(repository, branch, commits[-1].id, message, author))
            return commits[-1]

    def _commits(self, repository: str, branch: str) -> list[Commit]:
        key = (repository, branch)
        if key not in self._branches:
            self._branches[key] = [self._commit(repository, branch, "", f"Start {repository}", RELEASE_BOT)]
        return self._branches[key]

    def _commit(self, repository: str, branch: str, parent: str, message: str, author: str) -> Commit:
        identity = "\0".join((repository, branch, parent, message, author))
        commit_id = hashlib.sha1(identity.encode(), usedforsecurity=False).hexdigest()
        date = datetime.fromtimestamp(self._clock.now(), UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return Commit(repository, branch, commit_id, message, author, date, _tree(repository, commit_id))


def _tree(repository: str, commit_id: str) -> dict[str, bytes]:
    files = {
        "README.md": f"# {repository.rpartition('/')[2]}\n",
        "Dockerfile": _DOCKERFILE,
        "buildspec.yml": _BUILDSPEC,
        "app.py": _APP.format(commit=commit_id),
    }
    return {path: text.encode() for path, text in files.items()}
