"""Which broker is chosen on which machine, and how it is addressed."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from config import broker as brokers


def fake_binary(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    binary = folder / name
    binary.write_text("#!/bin/sh\nexit 0\n")
    binary.chmod(0o755)
    return binary


def test_choice_with_redis_url_takes_it(tmp_path: Path) -> None:
    fake_binary(tmp_path / "bin", "redis-server")
    environ = {"REDIS_URL": "redis://cache.example:6379/1", "PATH": str(tmp_path / "bin")}
    chosen = brokers.choose(environ=environ, run_dir=tmp_path)
    assert (chosen.mode, chosen.url, chosen.binary) == ("given", "redis://cache.example:6379/1", "")


@pytest.mark.parametrize("name", ["redis-server", "valkey-server"])
def test_choice_with_system_binary_takes_it_before_the_wheel(tmp_path: Path, name: str) -> None:
    binary = fake_binary(tmp_path / "bin", name)
    chosen = brokers.choose(environ={"PATH": str(tmp_path / "bin")}, run_dir=tmp_path)
    assert (chosen.mode, chosen.binary) == ("system", str(binary))
    assert chosen.url == f"redis+socket://{chosen.socket}"


def test_choice_without_system_binary_takes_the_wheel(tmp_path: Path) -> None:
    chosen = brokers.choose(environ={"PATH": "/nonexistent"}, run_dir=tmp_path)
    assert (chosen.mode, chosen.binary) == ("wheel", brokers.wheel_binary())
    assert "never reachable from outside" in chosen.sentence


def test_choice_without_any_binary_is_one_process_and_says_so(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    chosen = brokers.choose(environ={"PATH": "/nonexistent"}, run_dir=tmp_path)
    assert (chosen.mode, chosen.url) == ("memory", "memory://")
    assert "threads of one process" in chosen.sentence


def test_choice_of_memory_by_setting_is_one_process(tmp_path: Path) -> None:
    fake_binary(tmp_path / "bin", "redis-server")
    environ = {"ENISHI_BROKER": "memory", "PATH": str(tmp_path / "bin")}
    assert brokers.choose(environ=environ, run_dir=tmp_path).mode == "memory"


def test_own_broker_never_listens_on_tcp_and_keeps_what_it_gets(tmp_path: Path) -> None:
    chosen = brokers.choose(environ={"PATH": "/nonexistent"}, run_dir=tmp_path)
    words = " ".join(brokers.command(chosen, data_dir=tmp_path))
    assert "--port 0 " in words
    assert "--appendonly yes" in words
    assert "--maxmemory-policy noeviction" in words


def test_socket_folder_is_private_also_when_it_existed_open(tmp_path: Path) -> None:
    short = tmp_path / "r"
    (short / "broker").mkdir(parents=True, mode=0o755)
    assert stat.S_IMODE(brokers.socket_folder(short).stat().st_mode) == 0o700


def test_socket_folder_of_a_long_path_is_a_short_private_one(tmp_path: Path) -> None:
    folder = brokers.socket_folder(tmp_path / ("long" * 30))
    assert len(str(folder / "redis.sock")) < brokers.SOCKET_PATH_LIMIT
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.rmdir()


@pytest.mark.parametrize("url", ["redis://:secret@cache.example/0", "rediss://cache.example"])
def test_sentence_never_shows_a_password(url: str) -> None:
    sentence = brokers.Broker(mode="given", url=url).sentence
    assert "cache.example" in sentence
    assert "secret" not in sentence


def test_urls_are_spelled_for_each_reader() -> None:
    assert brokers.celery_url("unix:///a/b.sock") == "redis+socket:///a/b.sock"
    assert brokers.cache_url("redis+socket:///a/b.sock") == ""
    assert brokers.cache_url("rediss://h:1/0") == "rediss://h:1/0"
