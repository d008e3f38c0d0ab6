"""What the generated clients are made from fits the schema; `make examples` generates and runs them."""

import json
from pathlib import Path

from graphql import build_schema, parse, validate

from schema.schema import sdl

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def test_the_document_of_the_generated_clients_fits_the_schema():
    document = parse((EXAMPLES / "subscriber.graphql").read_text(encoding="utf-8"))
    assert validate(build_schema(sdl()), document) == []


def test_the_lock_of_the_typescript_client_pins_every_package_and_names_no_address():
    packages = json.loads((EXAMPLES / "typescript" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    installed = [package for path, package in packages.items() if path]
    assert all(package["integrity"].startswith("sha512-") for package in installed)
    assert not any("resolved" in package for package in installed)
