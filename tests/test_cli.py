"""The command line as a person uses it: exit codes, outputs, messages."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from policylint.lint import quote

CORPUS = Path(__file__).parents[1] / "corpus"


def run(*args: str, cwd: Path = CORPUS.parent) -> subprocess.CompletedProcess[str]:
    """Runs policylint as another process would."""
    return subprocess.run(
        [sys.executable, "-m", "policylint", *args], cwd=cwd, capture_output=True, encoding="utf-8", timeout=120
    )


@pytest.mark.parametrize(
    ("estate", "code"),
    [
        ("hybrid-classic-mistakes", 1),
        ("clean-cloud-trust", 0),
        ("worked-example", 0),
        ("broken", 3),
        ("no-topology", 1),
        ("entra-only", 0),
    ],
)
def test_check_ends_with_the_exit_code_of_what_it_found(estate: str, code: int) -> None:
    assert run("check", f"corpus/{estate}").returncode == code


def test_the_output_format_never_changes_the_exit_code() -> None:
    formats = ("text", "concise", "json", "sarif", "github")
    assert [run("check", "corpus/broken", "-o", name).returncode for name in formats] == [3] * len(formats)


def test_fail_on_never_reports_and_passes() -> None:
    assert run("check", "corpus/hybrid-classic-mistakes", "--fail-on", "never").returncode == 0


def test_a_folder_without_any_policy_is_never_green(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("nothing here")
    found = run("check", ".", cwd=tmp_path)
    assert found.returncode == 3
    assert "RD018" in found.stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("check", "nowhere"), "policylint: no file or folder 'nowhere'"),
        (("check", "/no/where"), "policylint: no file or folder '/no/where'"),
        (("check", "corpus/clean-cloud-trust", "-o", "yaml"), "no output format 'yaml'"),
        (("check", "corpus/clean-cloud-trust", "--select", "XX"), "no rule or family 'XX'"),
        (("explain", "WH0O1"), "no rule, law or setting 'WH0O1'; did you mean 'WH001'?"),
        (("resolve", "corpus/clean-cloud-trust", "--for", "Mars"), "no target 'Mars'"),
        (("check", "corpus"), "different tenants"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(args: tuple[str, ...], message: str) -> None:
    found = run(*args)
    assert found.returncode == 2
    assert message in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_screen_that_takes_no_more_is_no_bug() -> None:
    with Path("/dev/full").open("w") as full:
        found = subprocess.run(
            [sys.executable, "-m", "policylint", "rules", "list"],
            stdout=full, stderr=subprocess.PIPE, text=True, cwd=CORPUS.parent, check=False,
        )  # fmt: skip
    assert found.returncode == 2
    assert "cannot write to the screen: No space left on device" in found.stderr


@pytest.mark.parametrize(
    "text", ["whfb/trust-model", "London laptop", "HKLM\\Key!Value", "$(x)", "`x`", 'a"b', "it's $x"]
)
def test_a_command_to_copy_hands_over_its_arguments_unchanged(text: str) -> None:
    assert shlex.split(quote(text)) == [text]


def test_nothing_in_an_argument_to_copy_is_run_by_a_shell() -> None:
    assert quote('$(id) `id` "!x') == """'$(id) `id` "!x'"""


def test_a_wrong_topology_ends_with_2_and_names_the_key(tmp_path: Path) -> None:
    (tmp_path / "topology.toml").write_text('[[som]]\npath = "contoso.com"\nblock-inheritance = true\n')
    found = run("check", ".", cwd=tmp_path)
    assert (found.returncode, found.stderr) == (
        2,
        "policylint: topology.toml: unknown key som[0].block-inheritance; did you mean 'blocks-inheritance'?\n",
    )


def test_outputs_repeat_and_go_to_files(tmp_path: Path) -> None:
    found = run(
        "check",
        "corpus/worked-example",
        "-o",
        "concise",
        "-o",
        f"json={tmp_path}/a.json",
        "-o",
        f"sarif={tmp_path}/a.sarif",
    )
    assert found.returncode == 0
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))["version"] == 1
    assert json.loads((tmp_path / "a.sarif").read_text("utf-8"))["version"] == "2.1.0"


def test_show_inputs_tells_what_every_file_was_taken_for() -> None:
    found = run("check", "corpus/worked-example", "-o", "concise", "--show-inputs")
    files = [p for p in (CORPUS / "worked-example").rglob("*") if p.is_file()]
    shown = [p for p in files if p.relative_to(CORPUS.parent).as_posix() in found.stdout]
    assert shown == files


def test_why_accepts_the_oma_uri_of_a_setting() -> None:
    oma = "./Device/Vendor/MSFT/PassportForWork/{TenantId}/Policies/UseCloudTrustForOnPremAuth"
    by_uri = run("why", oma, "corpus/clean-cloud-trust", "--for", _target("clean-cloud-trust"))
    assert by_uri.returncode == 0, by_uri.stderr


def _target(estate: str) -> str:
    import tomllib

    topology = tomllib.loads((CORPUS / estate / "topology.toml").read_text("utf-8"))
    return str(topology["target"][0]["name"])


def test_why_accepts_the_long_name_of_a_hive() -> None:
    name = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\PassportForWork!UseCertificateForOnPremAuth"
    found = run("why", name, "corpus/hybrid-classic-mistakes", "--for", "London laptop")
    assert found.returncode == 0
    assert name.replace("HKEY_LOCAL_MACHINE", "HKLM") in found.stdout


def test_why_suggests_the_setting_that_was_meant() -> None:
    found = run("why", "UseCloudTrustForOnPremAuht", "corpus/clean-cloud-trust", "--for", _target("clean-cloud-trust"))
    assert found.returncode == 2
    assert (
        "did you mean 'HKLM\\SOFTWARE\\Policies\\Microsoft\\PassportForWork!UseCloudTrustForOnPremAuth'?"
        in found.stderr
    )


def test_the_same_input_gives_the_same_bytes_in_any_order_of_paths() -> None:
    estate = "corpus/hybrid-classic-mistakes"
    one = run("check", f"{estate}/gpo", f"{estate}/intune", f"{estate}/admx", f"{estate}/topology.toml", "-o", "json")
    two = run("check", f"{estate}/topology.toml", f"{estate}/admx", f"{estate}/intune", f"{estate}/gpo", "-o", "json")
    assert one.stdout == two.stdout


def test_reports_hold_no_absolute_paths(tmp_path: Path) -> None:
    estate = CORPUS / "hybrid-classic-mistakes"
    found = run("check", str(estate), "-o", "json", cwd=tmp_path)
    assert found.returncode == 1
    assert str(CORPUS) not in found.stdout


def test_help_and_version_answer_without_loading_the_stages() -> None:
    code = "import sys; sys.argv=['policylint','--help']\ntry:\n from policylint.cli import main; main()\n"
    code += "except SystemExit: pass\nprint([m for m in ('pydantic','lxml','networkx') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", cwd=CORPUS.parent)
    assert found.stdout.splitlines()[-1] == "[]"


def test_a_folder_of_tools_is_not_entered_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "settings.json").write_text("{")
    (tmp_path / "notes.md").write_text("nothing here")
    found = run("check", ".", "-o", "concise", "--show-inputs", cwd=tmp_path)
    said = "ignored folder of tools node_modules (a folder of tools is not entered)"
    assert said in [" ".join(line.split()) for line in found.stdout.splitlines()]
    assert "RD004" not in found.stdout
