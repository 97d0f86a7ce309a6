import os
import subprocess
import sys
from pathlib import Path

import pytest

RTT = Path(sys.executable).with_name("rtt")


def translate(*arguments: str, stdin: bytes = b"") -> tuple[int, list[str], list[str]]:
    """Run `rtt translate`, and return its exit code and the lines of stdout and stderr."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RTT_")}
    done = subprocess.run(
        [RTT, "translate", *arguments], input=stdin, capture_output=True, check=False, timeout=60, env=environment
    )
    return done.returncode, done.stdout.decode().split("\n"), done.stderr.decode().splitlines()


def test_arguments_are_translated_a_line_each() -> None:
    code, out, err = translate("Good morning.", "", "Yes. Good morning.")
    assert (code, err) == (0, [])
    assert out == ["Guten Morgen.", "", "Ja. Guten Morgen.", ""]


def test_a_bad_line_does_not_stop_the_others() -> None:
    lines = [b"Good morning.", b"", b"a bell\x07", b"Yes.", b"a" * 4001, b"not UTF-8 \xff", b"  ", "👍".encode(), b"2"]
    code, out, err = translate(stdin=b"\n".join(lines))
    assert code == 1
    assert out == ["Guten Morgen.", "", "", "Ja.", "", "", "", "👍", "2", ""]
    assert [line.split(":")[:2] for line in err] == [["rtt", f" line {number}"] for number in (3, 5, 6)]
    assert "U+0007" in err[0]
    assert "4001 characters; the limit is 4000" in err[1]
    assert "U+DCFF" in err[2]


def test_no_lines_are_no_lines() -> None:
    assert translate() == (0, [""], [])


def test_partials_show_how_captions_evolve() -> None:
    code, out, err = translate("--partials", "--stability", "fast", "Good morning.")
    assert (code, err) == (0, [])
    assert [line.split("  →")[0] for line in out if "→" in line] == ["Good", "Good morning."]
    assert "Good morning.  → Guten Morgen." in out


def test_partials_are_shown_once() -> None:
    _, out, _ = translate("--partials", stdin=b"Yes.\n\nGood morning.\n")
    assert [line.rstrip() for line in out] == ["Yes.  → Ja.", "Good  →", "Good morning.  → Guten Morgen.", ""]


def test_languages_are_looked_up() -> None:
    assert translate("--source", "en-US", "--target", "de-AT", "Yes.") == (0, ["Ja.", ""], [])


def test_a_language_is_its_own_translation() -> None:
    assert translate("--target", "en", "Yes.  Good  morning.") == (0, ["Yes. Good morning.", ""], [])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--target", "xx"], "rtt: no model from en to xx; there are: de"),
        (["--source", "e_n"], "rtt: source: 'e_n': Expected a language tag (BCP 47) such as en or pt-BR"),
        (["--models", "/nowhere"], "rtt: /nowhere: no such folder of models"),
        (["--compute-type", "int9"], "rtt: compute_type: int9; "),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(arguments: list[str], says: str) -> None:
    code, out, err = translate(*arguments, "Good morning.")
    assert (code, out, len(err)) == (1, [""], 1)
    assert err[0].startswith(says)
