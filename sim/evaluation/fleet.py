"""Many flights, each in a process of its own: libsumo holds one simulation a process, and a crash ends one flight."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection

from sim.children import die_with_parent
from sim.evaluation.flight import Setup, fly
from sim.evaluation.scoring import Flight
from sim.evaluation.suites import plan_flight

TIMEOUT_S = 1800.0
NICENESS = 5


@dataclass(frozen=True, slots=True)
class Failed:
    """A flight that could not be flown to its end."""

    seed: int
    reason: str


def fly_all(suite: str, seeds: Sequence[int], setup: Setup, jobs: int) -> Iterator[Flight | Failed]:
    """Each flight as it ends, `jobs` at a time."""
    with ThreadPoolExecutor(jobs) as pool:
        try:
            flights = [pool.submit(_in_own_process, suite, seed, setup) for seed in seeds]
            for flight in as_completed(flights):
                yield flight.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _in_own_process(suite: str, seed: int, setup: Setup) -> Flight | Failed:
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_fly_and_tell, args=(sender, suite, seed, setup), daemon=True)
    process.start()
    sender.close()
    try:
        if not receiver.poll(TIMEOUT_S):
            return Failed(seed, f"did not end within {TIMEOUT_S:.0f} s")
        answer: Flight | Failed = receiver.recv()
        return answer
    except EOFError:
        process.join(5.0)
        return Failed(seed, f"its process died (exit code {process.exitcode})")
    finally:
        process.kill()
        process.join()
        receiver.close()


def _fly_and_tell(sender: Connection, suite: str, seed: int, setup: Setup) -> None:
    die_with_parent()
    os.nice(NICENESS)
    try:
        answer: Flight | Failed = fly(plan_flight(suite, seed), setup)
    except Exception as error:
        answer = Failed(seed, f"{type(error).__name__}: {error}")
    sender.send(answer)
