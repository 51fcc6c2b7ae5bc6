from concurrent.futures import ThreadPoolExecutor

import av
import numpy as np
import pytest

from gcs.video.stream import _to_frame

WAITERS = 3


@pytest.mark.timeout(60, method="thread")  # it failed by a crash or by threads that never ended
def test_several_who_wait_for_the_same_picture_may_convert_it_at_once():
    grey = np.full((360, 640, 3), 128, np.uint8)
    with ThreadPoolExecutor(WAITERS) as pool:
        for seq in range(100):
            picture = av.VideoFrame.from_ndarray(grey, "rgb24").reformat(format="yuv420p")
            for frame in pool.map(_to_frame, [(picture, 0, seq)] * WAITERS):
                assert frame.image.shape == (360, 640, 3)
