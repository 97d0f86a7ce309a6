"""Whatever is asked of the API over HTTP, good or bad, is answered as docs/openapi.yaml says."""

import asyncio
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.api_documents import DOCS
from tests.conftest import PATIENCE_S, serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout
from tests.test_openapi import OPERATIONS
from tests.test_rights import SECRET

SCHEMA = schemathesis.openapi.from_path(DOCS / "openapi.yaml")
ASKED = [name for name, (_, _, said) in OPERATIONS.items() if said.keys() & {"parameters", "requestBody"}]
# The same requests at every run: what else there is to find is for whoever has the time.
BOUNDED = settings(max_examples=20, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("name", ASKED)
async def test_any_request(name: str, mode: GenerationMode) -> None:
    path, method, _ = OPERATIONS[name]
    operation = SCHEMA[path][method]

    def ask(url: str) -> None:
        @BOUNDED
        @given(case=operation.as_strategy(generation_mode=mode))
        def check(case: Case[Any]) -> None:
            # What is left empty is as good as not there.
            assume("" not in [*(case.query or {}).values(), *(case.headers or {}).values()])
            case.call_and_validate(
                base_url=url,
                timeout=PATIENCE_S,
                headers={"Authorization": f"Bearer {SECRET}"},
                # What is well written may still ask for what is not there: a talk, or what is yet to be said.
                excluded_checks=[positive_data_acceptance],
            )

        check()

    catalog = scripted_catalog(("en", "de"))
    # Streams end by themselves.
    async with serving(ScriptedEngine(shout), catalog, secrets=[SECRET], max_age_s=0.01) as service:
        await asyncio.to_thread(ask, service.url)
