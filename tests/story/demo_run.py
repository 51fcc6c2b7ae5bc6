"""A running demo and what it said."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

STORY_TIMEOUT_S = 600


@dataclass
class Demo:
    """A running `make demo`."""

    process: subprocess.Popen[str]
    url: str
    log: Path

    def figures(self) -> dict[str, Any]:
        """Its last line, once it has ended."""
        try:
            self.process.wait(STORY_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            pytest.fail(f"the story did not end within {STORY_TIMEOUT_S} s:\n{self.log.read_text()[-3000:]}")
        text = self.log.read_text()
        print(text)
        return dict(json.loads(text.strip().splitlines()[-1]))
