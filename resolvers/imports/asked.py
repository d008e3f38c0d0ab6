"""What an import was asked for, as its job has it among its arguments."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from models.imports import Imported, OnFault
from resolvers.imports.kinds import KINDS
from resolvers.imports.sniffing import Written
from resolvers.transfer.tables import Format
from resolvers.words import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.imports.kind import ImportKind


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments of an import's job."""

    kind: Imported
    file: str
    name: str
    """Of the file."""
    format: Format
    encoding: str
    separator: str
    dry_run: bool
    on_fault: OnFault
    match: str
    language: Language

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Asked:
        """The arguments as they are kept with the job."""
        return cls(
            **{
                **arguments,
                "kind": Imported(arguments["kind"]),
                "format": Format(arguments["format"]),
                "on_fault": OnFault(arguments["on_fault"]),
                "language": Language(arguments["language"]),
            }
        )

    @property
    def whole(self) -> bool:
        """It is one transaction."""
        return self.dry_run or self.on_fault is OnFault.NOTHING

    @property
    def rows(self) -> ImportKind:
        return KINDS[self.kind]

    @property
    def written(self) -> Written:
        return Written(self.format, self.encoding, self.separator)

    def arguments(self) -> dict[str, object]:
        """As a JSON object."""
        return asdict(self)
