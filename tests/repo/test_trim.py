"""After the step behind `sam build` an artifact has what runs, and bytecode that Lambda uses."""

import ast
import json
import subprocess
import sys
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from ops import trim
from ops.descriptions import services_called
from testing.artifact import assemble
from testing.template import ROOT, functions

pytestmark = pytest.mark.extended

CHECK = """
import sys
sys.path.insert(0, sys.argv[1])
from botocore.session import get_session
client = get_session().create_client(sys.argv[2], "ap-southeast-3")
print(len(client.meta.method_to_api_mapping), client.meta.endpoint_url)
"""

IMPORTS = """
import importlib, os, sys
sys.path.insert(0, sys.argv[1])
os.environ["AWS_DEFAULT_REGION"] = "ap-southeast-3"
# By this X-Ray's SDK knows Lambda, where it asks no service which calls to sample.
os.environ["LAMBDA_TASK_ROOT"] = sys.argv[1]
for module in sys.argv[2:]:
    importlib.import_module(module)
"""


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `sam build` would leave, of one function; trimmed."""
    folder = tmp_path_factory.mktemp("build")
    assemble(folder / "FinpayCallback")
    (folder / "template.yaml").write_text((ROOT / "template.yaml").read_text())
    assert trim.main([str(folder)]) is None
    return folder


@pytest.fixture(scope="module")
def artifact(build: Path) -> Path:
    return build / "FinpayCallback"


def client(artifact: Path, service: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", "-c", CHECK, str(artifact), service]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_module_has_bytecode_that_is_used_without_a_look_at_its_source(
    artifact: Path,
) -> None:
    sources = list(artifact.rglob("*.py"))
    assert len(sources) > 500
    for source in sources:
        bytecode = (
            source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
        )
        head = bytecode.read_bytes()[:8]
        # PEP 552: hashed, and the hash is not to be checked.
        assert head == MAGIC_NUMBER + (1).to_bytes(4, "little"), source


def test_the_bytecode_says_lambdas_paths_and_not_the_builders(artifact: Path) -> None:
    bytecode = next((artifact / "payments/domain/__pycache__").glob("clock.*.pyc")).read_bytes()
    assert b"/var/task/payments/domain/clock.py" in bytecode
    assert str(artifact).encode() not in bytecode


@pytest.mark.parametrize(
    ("module", "is_kept"),
    [("payments/domain/clock", False), ("finpay_callback/app", False), ("botocore/utils", True)],
)
def test_our_bytecode_leaves_docstrings_to_its_sources_and_packages_keep_theirs(
    artifact: Path, module: str, *, is_kept: bool
) -> None:
    source = artifact / f"{module}.py"
    tree = ast.parse(source.read_text())
    documented = (n for n in ast.walk(tree) if isinstance(n, (ast.Module, ast.FunctionDef)))
    docstring = next(filter(None, map(ast.get_docstring, documented)))
    (bytecode,) = (source.parent / "__pycache__").glob(f"{source.stem}.*.pyc")
    assert (docstring.splitlines()[0].encode() in bytecode.read_bytes()) is is_kept


def test_the_services_are_those_whose_clients_the_functions_make() -> None:
    assert services_called(ROOT / "functions") == {"dynamodb", "secretsmanager", "sqs", "kms"}


def test_a_service_that_a_function_calls_by_a_new_line_is_found(tmp_path: Path) -> None:
    (tmp_path / "payments").mkdir()
    (tmp_path / "payments/new.py").write_text('world.client("sns").publish()\n')
    (tmp_path / "later").mkdir()
    (tmp_path / "later/app.py").write_text('session.create_client("sts", config=limits)\n')
    assert services_called(tmp_path) == {"sns", "sts"}


@pytest.mark.parametrize("service", sorted(services_called(ROOT / "functions")))
def test_a_called_service_is_known_as_before(artifact: Path, service: str) -> None:
    done = client(artifact, service)
    assert done.returncode == 0, done.stderr
    operations, url = done.stdout.split()
    assert int(operations) > 20
    assert url == f"https://{service}.ap-southeast-3.amazonaws.com"


def test_all_that_a_rare_path_imports_is_there(artifact: Path) -> None:
    sources = (ROOT / "functions/payments").rglob("*.py")
    ours = [
        ".".join(path.relative_to(ROOT / "functions").with_suffix("").parts) for path in sources
    ]
    handlers = [f["Handler"].rpartition(".")[0] for f in functions().values()]
    traced = ["aws_lambda_powertools.tracing", "aws_xray_sdk.core"]
    assert len(ours) > 50
    modules = [*ours, *handlers, *traced]
    command = [sys.executable, "-I", "-S", "-c", IMPORTS, str(artifact), *modules]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_client_of_a_service_that_nobody_calls_is_refused(artifact: Path) -> None:
    done = client(artifact, "s3")
    assert "UnknownServiceError" in done.stderr


def test_what_nobody_reads_is_gone_and_what_scanners_read_is_there(artifact: Path) -> None:
    assert not [
        *artifact.glob("boto3/data"),
        *artifact.rglob("*.pyi"),
        *artifact.rglob("examples-*"),
    ]
    packages = list(artifact.glob("*.dist-info"))
    assert len(packages) > 10
    assert {path.name for package in packages for path in package.iterdir()} == {"METADATA"}


def test_no_description_has_prose(artifact: Path) -> None:
    (service,) = artifact.glob("botocore/data/dynamodb/2012*/service-2.json")
    document = json.loads(service.read_text())
    assert "documentation" not in document["operations"]["GetItem"]
    assert document["operations"]["GetItem"]["input"] == {"shape": "GetItemInput"}


def test_the_service_and_its_packages_stay_within_their_sizes(
    artifact: Path, tmp_path: Path
) -> None:
    own = ["payments", *{f["Handler"].partition(".")[0] for f in functions().values()}]
    assert zipped(artifact, tmp_path / "own.zip", *own) <= 415_000
    assert zipped(artifact, tmp_path / "whole.zip", ".") <= 10 * 1024 * 1024


def zipped(artifact: Path, archive: Path, *parts: str) -> int:
    """The bytes of these parts of an artifact in a zip file."""
    command = [sys.executable, "-m", "zipfile", "-c", str(archive), *parts]
    subprocess.run(command, cwd=artifact, check=True)
    return archive.stat().st_size


def test_trimming_twice_is_trimming_once(build: Path, artifact: Path) -> None:
    def content() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in artifact.rglob("*") if path.is_file()}

    once = content()
    assert trim.main([str(build)]) is None
    assert content() == once


@pytest.mark.parametrize("runtime", ["python3.12", "provided.al2023"])
def test_a_runtime_that_would_ignore_the_bytecode_is_refused(tmp_path: Path, runtime: str) -> None:
    text = (
        (ROOT / "template.yaml").read_text().replace("Runtime: python3.13", f"Runtime: {runtime}")
    )
    (tmp_path / "template.yaml").write_text(text)
    assert trim.main([str(tmp_path)]) == (
        f"the functions run on {runtime}, and python3.13 cannot compile for that"
    )


def test_a_folder_that_sam_did_not_build_is_refused(tmp_path: Path) -> None:
    assert "sam build comes first" in (trim.main([str(tmp_path)]) or "")
    assert (trim.main([]) or "").startswith("usage")


def test_a_service_that_botocore_does_not_describe_is_refused(tmp_path: Path) -> None:
    (tmp_path / "F/payments").mkdir(parents=True)
    (tmp_path / "F/payments/new.py").write_text('world.client("dynamobd")\n')
    (tmp_path / "F/botocore/data").mkdir(parents=True)
    (tmp_path / "template.yaml").write_text((ROOT / "template.yaml").read_text())
    assert "does not describe: dynamobd" in (trim.main([str(tmp_path)]) or "")
