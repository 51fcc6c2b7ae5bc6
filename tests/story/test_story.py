"""The main job, flown once on real parts, with a real browser looking on."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from demo_run import Demo
from playwright.sync_api import Page, expect, sync_playwright

pytestmark = [pytest.mark.story, pytest.mark.timeout(900)]
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
]  # fmt: skip
ALERT_WITHIN_MS = 180_000
SCREENSHOTS = Path(os.environ.get("PATROL_SCREENSHOTS", "var/screenshots"))


@pytest.fixture
def page(demo: Demo) -> Iterator[Page]:
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium here (apt: chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1600, "height": 900}, locale="zh-CN")
        page.set_default_timeout(180_000)
        yield page
        browser.close()


def test_dispatcher_sees_the_moving_video_and_the_alert(demo: Demo, page: Page) -> None:
    for _ in range(120):
        try:
            page.goto(demo.url)
            break
        except Exception:
            assert demo.process.poll() is None, demo.log.read_text()
            page.wait_for_timeout(500)
    page.get_by_test_id("login-username").fill("dispatcher")
    page.get_by_test_id("login-password").fill("patrol-demo")
    page.get_by_test_id("login-submit").click()

    video = page.get_by_test_id("video-canvas")
    page.wait_for_function("() => Number(document.querySelector('[data-testid=video-canvas]')?.dataset.frames) > 20")
    first = video.get_attribute("data-last-capture-us")
    page.wait_for_function(
        "before => document.querySelector('[data-testid=video-canvas]').dataset.lastCaptureUs !== before", arg=first
    )
    expect(page.get_by_test_id("alert-banner")).to_be_visible(timeout=ALERT_WITHIN_MS)
    expect(page.get_by_test_id("incident-row").first).to_contain_text("应急车道")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "alert.png")


def test_car_on_the_shoulder_is_seen_warned_and_leaves_and_the_drone_lands(demo: Demo) -> None:
    figures = demo.figures()
    assert figures["ok"], figures
    assert figures["left"]
    assert figures["landed"]
    assert figures["detected_s"] < 30
    assert figures["alert_s"] < 5
    assert figures["speech_s"] < 15
    assert demo.process.returncode == 0
