"""Opens OpenGL without a display."""

import os
from typing import Any

import moderngl
import numpy as np

EGL: dict[str, Any] = {"backend": "egl", "libgl": "libGL.so.1", "libegl": "libEGL.so.1"}
PACKAGES = "libegl1 libgl1-mesa-dri libgl1"


def open_context(threads: int = 2) -> moderngl.Context:
    """A stand-alone EGL context of its own.

    `threads` bounds the cores that Mesa's software rasteriser (llvmpipe) takes; a GPU driver ignores it. Mesa reads it
    once a process, so the first context decides. A process that also needs torchvision must import it first: Mesa's
    LLVM and its own do not bear the other order. Raises RuntimeError naming the Debian packages when EGL is missing.
    """
    os.environ.setdefault("LP_NUM_THREADS", str(threads))
    try:
        return moderngl.create_context(require=330, standalone=True, **EGL)
    except Exception as error:
        raise RuntimeError(
            f"cannot open OpenGL 3.3 through EGL ({error}); on Debian and Ubuntu: apt install {PACKAGES}"
        ) from error


def put(program: moderngl.Program, name: str, value: object) -> None:
    """Sets a uniform, unless the compiler found it unused. A matrix is an array with its rows as written."""
    if name in program:
        program[name] = tuple(value.T.ravel()) if isinstance(value, np.ndarray) else value
