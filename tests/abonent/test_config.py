"""Settings: what the variables mean, and how bad values are told."""

from __future__ import annotations

import re
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from abonent import config
from abonent.config import BadSettings, load, load_settings, variables
from abonent.setting_values import without_password
from models.tickets import TicketPriority

KEY = "k" * 40
POSTGRES = {"DATABASE_URL": "postgres://abonent:hunter2@db.example/abonent", "SECRET_KEY": KEY}

BAD = [
    ("ABONENT_PORT", "eighty", "a whole number from 0 to 65535"),
    ("ABONENT_PORT", "65536", "a whole number from 0 to 65535"),
    ("ABONENT_WORKERS", "0", "a whole number from 1 to 256"),
    ("ABONENT_POOL_SIZE", "-1", "a whole number from 2 to 1000"),
    ("ABONENT_TIME_ZONE", "Mars/Olympus", "a time zone's name"),
    ("ABONENT_TIME_ZONE", "../etc/passwd", "a time zone's name"),
    ("ABONENT_ACCESS_LIFETIME", "1h", "a whole number from 1 to 315360000, in seconds"),
    ("ABONENT_METRICS", "perhaps", "true or false"),
    ("ABONENT_LOG_LEVEL", "LOUD", "one of DEBUG, INFO, WARNING, ERROR, CRITICAL"),
    ("ABONENT_TRUSTED_PROXIES", "localhost", "addresses or networks"),
    ("ABONENT_CORS_ORIGINS", "example.kg", "origins with commas between them"),
    ("ABONENT_CORS_HEADERS", "X-A: b", "names of headers with commas between them"),
    ("ABONENT_ROOT_PATH", "/crm?x", "a path of letters"),
    ("ABONENT_ROOT_PATH", "/../crm", "a path of letters"),
    ("ABONENT_ROOT_PATH", "/api", "a path that begins with none of the program's own"),
    ("ABONENT_NEWER_SCHEMA", "perhaps", "true or false"),
    ("ABONENT_DUE_HOURS_HIGH", "1.5", "a whole number from 1 to 8760"),
    ("ABONENT_QUERY_DEPTH", "deep", "a whole number from 1 to 1000000000"),
    ("DATABASE_URL", "mysql://localhost/abonent", "sqlite://FILE"),
    ("DATABASE_URL", "sqlite://:memory:", "sqlite://FILE"),
    ("DATABASE_URL", "postgres://localhost", "postgres://USER:PASSWORD@HOST:PORT/NAME"),
    ("DATABASE_URL", "postgres://h:port/name", "postgres://USER:PASSWORD@HOST:PORT/NAME"),
]


@pytest.mark.parametrize(("name", "value", "expected"), BAD)
def test_a_bad_value_is_told_with_its_variable_and_what_is_expected(name, value, expected):
    with pytest.raises(BadSettings) as refusal:
        load({**POSTGRES, name: value})
    (problem,) = refusal.value.problems
    assert problem.startswith(f"{name}={value!r}: ")
    assert expected in problem


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(BadSettings) as refusal:
        load({**POSTGRES, "ABONENT_PORT": "x", "ABONENT_WORKERS": "y"})
    assert [problem.partition("=")[0] for problem in refusal.value.problems] == ["ABONENT_PORT", "ABONENT_WORKERS"]


def test_a_password_in_the_url_is_never_told():
    with pytest.raises(BadSettings) as refusal:
        load({"DATABASE_URL": "mysql://abonent:hunter2@db/abonent"})
    assert "hunter2" not in str(refusal.value)
    assert "mysql://abonent:***@db/abonent" in str(refusal.value)


def test_secrets_are_in_no_repr():
    configuration = load({**POSTGRES, "ABONENT_ADMIN_PASSWORD": "open sesame"})
    assert KEY not in repr(configuration)
    assert "open sesame" not in repr(configuration)


def test_the_defaults_are_those_of_the_contract(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "DEFAULT_DATABASE", f"sqlite://{tmp_path}/abonent.sqlite3")
    configuration = load({})
    settings = configuration.settings
    assert settings.time_zone.key == "Asia/Bishkek"
    assert settings.access_lifetime == timedelta(hours=1)
    assert settings.refresh_lifetime == timedelta(days=7)
    assert [settings.due_hours[priority] for priority in TicketPriority] == [72, 24, 8, 4]
    assert settings.query_limits.depth == 15
    assert settings.max_body_bytes == 1_048_576
    assert (configuration.serving.host, configuration.serving.port, configuration.serving.workers) == (
        "127.0.0.1",
        8000,
        1,
    )
    assert configuration.admin_password is None


def test_the_default_database_is_a_file_beside_the_checkout():
    checkout = Path(__file__).parent.parent.parent
    assert f"sqlite://{checkout}/data/abonent.sqlite3" == config.DEFAULT_DATABASE


def test_every_variable_reaches_its_setting():
    settings = load_settings(
        {
            **POSTGRES,
            "ABONENT_TIME_ZONE": "Europe/Berlin",
            "ABONENT_REFRESH_LIFETIME": "60",
            "ABONENT_DUE_HOURS_CRITICAL": "1",
            "ABONENT_QUERY_ALIASES": "5",
            "ABONENT_TRUSTED_PROXIES": "10.0.0.1, 192.168.0.0/16",
            "ABONENT_CORS_ORIGINS": "https://a.kg,https://b.kg",
            "ABONENT_CORS_HEADERS": "X-Trace, traceparent",
            "ABONENT_NEWER_SCHEMA": "true",
            "ABONENT_METRICS": "yes",
            "ABONENT_LOG_LEVEL": "debug",
        }
    )
    assert settings.time_zone.key == "Europe/Berlin"
    assert settings.refresh_lifetime == timedelta(minutes=1)
    assert settings.due_hours[TicketPriority.CRITICAL] == 1
    assert settings.due_hours[TicketPriority.LOW] == 72
    assert settings.query_limits.aliases == 5
    assert settings.query_limits.depth == 15
    assert settings.trusted_proxies == ("10.0.0.1/32", "192.168.0.0/16")
    assert settings.cors_origins == ("https://a.kg", "https://b.kg")
    assert settings.cors_headers == ("X-Trace", "traceparent")
    assert settings.newer_schema is True
    assert settings.metrics is True
    assert settings.log_level == "DEBUG"


def test_an_empty_variable_counts_as_unset():
    assert load_settings({**POSTGRES, "ABONENT_TIME_ZONE": " "}).time_zone.key == "Asia/Bishkek"


def test_postgresql_is_another_word_for_postgres():
    assert load_settings({**POSTGRES, "DATABASE_URL": "postgresql://h/n"}).database_url == "postgres://h/n"


def test_a_misspelt_variable_is_warned_of():
    (warning,) = load({**POSTGRES, "ABONENT_TIMEZONE": "UTC"}).warnings
    assert warning == "ABONENT_TIMEZONE is no setting; ABONENT_TIME_ZONE is"


@pytest.mark.parametrize("url", [POSTGRES["DATABASE_URL"], "sqlite://x.sqlite3"])
@pytest.mark.parametrize("name", ["SECRET_KEY", "SECRET_KEY_OLD"])
def test_a_key_that_could_be_guessed_is_refused_and_not_told(url, name):
    with pytest.raises(BadSettings) as refusal:
        load({**POSTGRES, "DATABASE_URL": url, name: "quite-short"})
    (problem,) = refusal.value.problems
    assert problem.startswith(f"{name}: expected is a random text of 32 bytes or more")
    assert "quite-short" not in problem


@pytest.mark.parametrize(
    "password",
    ["1", "password", "PassWord", "12345678", "        ", " ", "1234567", "aaaaaaaa", "abababab", "a\udcffbcdefgh"],
)
def test_an_admin_password_that_gives_way_to_the_first_guesses_is_refused(password):
    with pytest.raises(BadSettings) as refusal:
        load({**POSTGRES, "ABONENT_ADMIN_PASSWORD": password})
    (problem,) = refusal.value.problems
    assert re.fullmatch(
        "ABONENT_ADMIN_PASSWORD: expected is a password (of 8 characters or more, printable and not blanks alone|"
        "that is not among the first to be guessed)",
        problem,
    )


def test_an_admin_password_is_taken_to_the_letter():
    assert load({**POSTGRES, "ABONENT_ADMIN_PASSWORD": " open sesame "}).admin_password == " open sesame "


@pytest.mark.parametrize(
    ("given", "meant"), [("/crm", "/crm"), ("crm/", "/crm"), ("/a/b-c.d/", "/a/b-c.d"), ("/", ""), ("", "")]
)
def test_a_prefix_is_kept_without_a_slash_at_its_end(given, meant):
    assert load_settings({**POSTGRES, "ABONENT_ROOT_PATH": given}).root_path == meant


@pytest.mark.parametrize("name", ["sqlite://data/x?y", "postgres://u:hunter2@h/a/b", "postgres://u:1/hunter2@h/a"])
def test_a_url_that_only_seems_to_name_a_database_is_refused(name):
    with pytest.raises(BadSettings) as refusal:
        load({**POSTGRES, "DATABASE_URL": name})
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgres://abonent:hunter2@db:5432/abonent", "postgres://abonent:***@db:5432/abonent"),
        ("postgres://abonent:hun/ter2@db/abonent", "postgres://abonent:***@db/abonent"),
        ("postgres://abonent:hun@ter2@db/abonent", "postgres://abonent:***@db/abonent"),
        ("postgres://abonent:hun://ter2@db/abonent", "postgres://abonent:***@db/abonent"),
        ("postgres://:hunter2@db/abonent", "postgres://:***@db/abonent"),
        ("abonent:hunter2@db/abonent", "abonent:***@db/abonent"),
        (
            "postgres://db/abonent?user=a&password=hunter2&sslmode=require",
            "postgres://db/abonent?user=a&password=***&sslmode=require",
        ),
        ("postgres://abonent@db/abonent", "postgres://abonent@db/abonent"),
        ("sqlite:///srv/abonent.sqlite3", "sqlite:///srv/abonent.sqlite3"),
    ],
)
def test_a_url_is_shown_without_its_password(url, shown):
    assert without_password(url) == shown


def test_an_installed_program_keeps_its_data_in_the_users_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    assert config.data_folder(tmp_path / "site-packages") == tmp_path / "share" / "abonent"


def test_postgresql_needs_a_secret_key():
    with pytest.raises(BadSettings, match="SECRET_KEY is not set: with PostgreSQL it is required"):
        load({"DATABASE_URL": POSTGRES["DATABASE_URL"]})


def test_for_sqlite_a_key_is_made_once_and_kept_for_the_owner_only(tmp_path):
    given = {"DATABASE_URL": f"sqlite://{tmp_path}/new/abonent.sqlite3"}
    first, second = load_settings(given).secret_keys, load_settings(given).secret_keys
    kept = tmp_path / "new" / "abonent.sqlite3.secret-key"
    assert first == second == (kept.read_text(),)
    assert len(first[0]) >= 32
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def test_old_keys_still_verify_but_come_after_the_one_that_signs():
    given = {**POSTGRES, "SECRET_KEY_OLD": f"{'a' * 32}, {'b' * 32}"}
    assert load_settings(given).secret_keys == (KEY, "a" * 32, "b" * 32)


def test_a_comma_in_the_signing_key_is_part_of_it():
    assert load_settings({**POSTGRES, "SECRET_KEY": f"{KEY},{KEY}"}).secret_keys == (f"{KEY},{KEY}",)


def test_the_file_is_read_and_the_process_comes_first(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("ABONENT_PORT=8111\nABONENT_HOST=10.1.1.1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ABONENT_HOST", "10.2.2.2")
    found = config.environment()
    assert (found["ABONENT_PORT"], found["ABONENT_HOST"]) == ("8111", "10.2.2.2")


def test_every_variable_is_explained_in_the_example_file():
    text = (Path(__file__).parent.parent.parent / ".env.example").read_text()
    assert set(re.findall(r"^#([A-Z0-9_]+)=", text, re.MULTILINE)) == set(variables())
