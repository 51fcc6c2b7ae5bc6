"""The `gcs` command: serve, describe the API, add users, keep the database."""

import asyncio
import json
import secrets
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from alembic import command
from pydantic import ValidationError

from gcs.app import create_app
from gcs.db.base import Database, alembic_config
from gcs.people.schemas import NewUser, Role
from gcs.people.service import People, UserExists, load_secret
from gcs.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Patrol GCS")
users = typer.Typer(no_args_is_help=True, help="People who may sign in")
db = typer.Typer(no_args_is_help=True, help="The database")
app.add_typer(users, name="users")
app.add_typer(db, name="db")


def load_settings() -> Settings:
    """Settings from the environment; exits with the name of the one that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        for problem in error.errors():
            name = "PATROL_" + "_".join(str(part) for part in problem["loc"]).upper()
            typer.echo(f"{name}: {problem['msg']} (got {problem['input']!r})", err=True)
        raise typer.Exit(2) from error


def check_port_free(host: str, port: int) -> None:
    """Exit with one clear line when the console's port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            typer.echo(f"cannot serve on {host}:{port}: {error.strerror}. Choose another with PATROL_PORT.", err=True)
            raise typer.Exit(2) from error


@app.command()
def serve() -> None:
    """Run the service and the console."""
    settings = load_settings()
    check_port_free(settings.host, settings.port)
    uvicorn.run(
        create_app(settings), host=settings.host, port=settings.port, log_level="warning", timeout_graceful_shutdown=3
    )


@app.command()
def openapi(out: Annotated[Path | None, typer.Option(help="file to write instead of standard output")] = None) -> None:
    """Print the API's description, from which the console's types are made."""
    text = json.dumps(create_app(Settings()).openapi(), indent=2, ensure_ascii=False) + "\n"
    out.write_text(text) if out else sys.stdout.write(text)


@users.command("add")
def add_user(
    username: str,
    name: Annotated[str, typer.Option(help="as shown to colleagues")],
    role: Annotated[list[Role], typer.Option(help="may be given several times")],
) -> None:
    """Add a person and print a first password."""
    settings = load_settings()
    password = secrets.token_urlsafe(9)

    async def run() -> None:
        database = Database(settings.resolved_database_url)
        await database.migrate()
        people = People(database, load_secret(settings.data_dir), settings.token_minutes)
        await people.add(NewUser(username=username, name=name, roles=role, password=password))
        await database.close()

    try:
        asyncio.run(run())
    except (UserExists, ValidationError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    typer.echo(f"{username} may sign in with: {password}")


@db.command()
def upgrade() -> None:
    """Bring the schema to the newest revision (the service does this on start, too)."""
    asyncio.run(Database(load_settings().resolved_database_url).migrate())


@db.command()
def revision(message: str) -> None:
    """Write a migration from the difference between the tables in code and the database (for developers)."""
    command.revision(alembic_config(load_settings().resolved_database_url), message, autogenerate=True)


if __name__ == "__main__":
    app()
