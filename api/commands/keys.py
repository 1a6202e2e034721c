"""``citespan keys``: who may use the service."""

import json
from dataclasses import asdict

import click

from api.door.keys import SCOPES, KeyFile, Scope, key_of_entry
from api.settings import Settings
from index.errors import SettingsError

__all__ = ["keys"]


@click.group()
def keys() -> None:
    """Make, list and revoke the keys of the service. A running one follows within two seconds."""


@keys.command()
@click.argument("name")
@click.option(
    "--scope", type=click.Choice(SCOPES), default="ask", show_default=True, help="What it may do; each includes ask."
)
@click.pass_obj
def create(settings: Settings, name: str, scope: Scope) -> int:
    """Make a key called NAME and print it: the only time that it is shown.

    ask: questions, documents, feedback. write: uploads and deletes too. admin: also figures and everyone's feedback.
    """
    if any(key_of_entry(entry).name == name for entry in settings.api.api_keys):
        raise SettingsError(f"CITESPAN_API_KEYS has a key {name!r} already. Choose another name.")
    token, key = KeyFile(settings.index.state_dir).create(name, scope)
    click.echo(token)
    click.echo(
        f"\nThis key is shown once. Send it as: Authorization: Bearer {token[:12]}_…\n"
        f"It counts for the services on {settings.index.state_dir}; for others, in CITESPAN_API_KEYS:\n{key.entry}",
        err=True,
    )
    return 0


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def list_keys(settings: Settings, as_json: bool) -> int:
    """List the keys: name, scope, the beginning of the key, when and where it was made."""
    file = KeyFile(settings.index.state_dir)
    given = [key_of_entry(entry) for entry in settings.api.api_keys]
    rows = [(key, str(file.path)) for key in file.read()] + [(key, "CITESPAN_API_KEYS") for key in given]
    if as_json:
        click.echo(json.dumps([{**asdict(key), "kept_in": where} for key, where in rows], indent=2))
        return 0
    if not rows:
        click.echo("There are no keys: only this machine can use the service. Make one: citespan keys create NAME")
    width = max((len(key.name) for key, _ in rows), default=0)
    for key, where in rows:
        begins = f"csp_{key.id}_…" if key.id else "…"
        click.echo(f"{key.name:<{width}}  {key.scope:<5}  {begins:<14}  {(key.created or '')[:10]:<10}  {where}")
    return 0


@keys.command()
@click.argument("name")
@click.pass_obj
def revoke(settings: Settings, name: str) -> int:
    """Take the key NAME away, at once and for good."""
    file = KeyFile(settings.index.state_dir)
    if any(key_of_entry(entry).name == name for entry in settings.api.api_keys):
        raise SettingsError(f"The key {name!r} stands in CITESPAN_API_KEYS. Remove it there and restart the service.")
    file.revoke(name)
    click.echo(f"The key {name!r} is revoked.")
    return 0
