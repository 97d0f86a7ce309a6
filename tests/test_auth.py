"""Tokens: what they allow, and that nobody without the secret can make or change one."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtt.auth import Auth, Grant, Role, find_secrets
from rtt.errors import ConfigError, Forbidden, Unauthorized

SECRET = "a secret for tests, long enough not to be guessed"
LATER = int(time.time()) + 3600
AUTH = Auth([SECRET])


def token(role: Role, room: str | None = "hall", *, expires: int = LATER, secret: str = SECRET) -> str:
    return Auth([secret]).issue(Grant(role, expires, room))


@pytest.mark.parametrize("least", Role)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_lower_ones_may(role: Role, least: Role) -> None:
    order = [Role.READER, Role.OPERATOR, Role.SPEAKER, Role.ORGANISER]
    if order.index(role) >= order.index(least):
        assert AUTH.admit(token(role), least, "hall").role is role
    else:
        with pytest.raises(Forbidden, match=f"the token's role is {role}; this needs {least}"):
            AUTH.admit(token(role), least, "hall")


def test_a_token_is_for_its_room() -> None:
    with pytest.raises(Forbidden, match="the token is for room hall, not for attic"):
        AUTH.admit(token(Role.SPEAKER), Role.READER, "attic")
    assert AUTH.admit(token(Role.SPEAKER), Role.SPEAKER).room == "hall"
    assert AUTH.admit(token(Role.ORGANISER, None), Role.SPEAKER, "attic").room is None


def test_a_token_says_what_its_room_is_like() -> None:
    grant = Grant(Role.SPEAKER, LATER, "hall", "pt-BR", ("de", "fr"))
    assert AUTH.admit(AUTH.issue(grant), Role.SPEAKER, "hall") == grant


def test_a_token_that_has_expired_is_refused() -> None:
    with pytest.raises(Unauthorized, match="expired"):
        AUTH.admit(token(Role.READER, expires=int(time.time())), Role.READER, "hall")


@pytest.mark.parametrize("wrong", ["", "x", "a.b", token(Role.READER, secret="another secret"), "ü"])
def test_what_is_no_token_is_refused(wrong: str) -> None:
    with pytest.raises(Unauthorized):
        AUTH.admit(wrong, Role.READER, "hall")


@given(st.data())
def test_a_token_that_was_changed_anywhere_is_refused(data: st.DataObject) -> None:
    good = token(Role.READER)
    place = data.draw(st.integers(0, len(good) - 1))
    other = data.draw(st.characters(codec="ascii"))
    changed = good[:place] + other + good[place + 1 :]
    try:
        assert AUTH.admit(changed, Role.READER, "hall") == AUTH.admit(good, Role.READER, "hall")
    except Unauthorized:
        assert changed != good


@given(st.text())
def test_whatever_comes_is_refused_politely(text: str) -> None:
    with pytest.raises(Unauthorized):
        AUTH.admit(text, Role.READER, "hall")


def test_the_secret_itself_is_an_organiser() -> None:
    assert AUTH.admit(SECRET, Role.ORGANISER, "hall").role is Role.ORGANISER
    with pytest.raises(Unauthorized):
        AUTH.admit(SECRET[:-1], Role.READER, "hall")


def test_an_older_secret_is_accepted_and_signs_nothing() -> None:
    both, new, old = Auth(["new secret", "old secret"]), Auth(["new secret"]), Auth(["old secret"])
    grant = Grant(Role.READER, LATER, "hall")
    assert both.admit(old.issue(grant), Role.READER, "hall") == grant
    assert new.admit(both.issue(grant), Role.READER, "hall") == grant
    with pytest.raises(Unauthorized):
        old.admit(both.issue(grant), Role.READER, "hall")


def test_without_a_secret_everybody_may_do_everything() -> None:
    auth = Auth()
    assert not auth.required
    assert auth.admit("", Role.ORGANISER, "hall").role is Role.ORGANISER
    with pytest.raises(ConfigError, match="set RTT_SECRET or --secret-file"):
        auth.issue(Grant(Role.READER))


def test_a_secret_that_can_be_guessed_is_known() -> None:
    assert Auth(["short"]).weak
    assert Auth(["x" * 32, "short"]).weak
    assert not Auth(["x" * 32]).weak
    assert not Auth().weak


class TestSecrets:
    """Where the secrets come from."""

    def test_from_the_environment(self) -> None:
        assert find_secrets(None, {}) == []
        assert find_secrets(None, {"RTT_SECRET": ""}) == []
        assert find_secrets(None, {"RTT_SECRET": " a "}) == ["a"]
        assert find_secrets(None, {"RTT_SECRET": "a", "RTT_SECRET_PREVIOUS": "b"}) == ["a", "b"]

    def test_from_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "secret"
        file.write_text("the new one\n\n the old one \n")
        assert find_secrets(file, {}) == ["the new one", "the old one"]

    def test_the_older_one_does_not_do_alone(self) -> None:
        with pytest.raises(ConfigError, match="RTT_SECRET_PREVIOUS"):
            find_secrets(None, {"RTT_SECRET_PREVIOUS": "b"})

    def test_two_places_are_one_too_many(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="RTT_SECRET is set too"):
            find_secrets(tmp_path / "secret", {"RTT_SECRET": "a"})

    @pytest.mark.parametrize("content", [None, "", " \n", b"\xff"], ids=["missing", "empty", "blank", "not text"])
    def test_a_file_without_a_secret_is_refused(self, tmp_path: Path, content: str | bytes | None) -> None:
        file = tmp_path / "secret"
        if content is not None:
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(ConfigError, match="secret_file: "):
            find_secrets(file, {})
