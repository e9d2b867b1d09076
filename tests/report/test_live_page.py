"""What can be done on the page, in Chromium: brush, point, switch clusters off, step through EM; also by keys."""

import re

import numpy as np
import pytest

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def case(typed):
    return typed(3, 4, 900, ids=np.array([f"<b>row {i}</b>" for i in range(900)]))


@pytest.fixture(scope="module")
def path(case, tmp_path_factory):
    path = tmp_path_factory.mktemp("live") / "report.html"
    case.page(path)
    return path


@pytest.fixture
def page(browser, path):
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    yield page
    assert complaints == []
    page.close()


def settle(page):
    """Wait until what was done shows: the page redraws once a frame."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def brush(page, cell, start, end):
    """Drag over a cell of the matrix, from one place to another, both as shares of its sides."""
    overlay = page.locator(".brushable").nth(cell)
    overlay.scroll_into_view_if_needed()
    box = overlay.bounding_box()
    places = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in (start, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1])
    page.mouse.up()
    settle(page)
    assert page.locator("#picked").is_visible()


def test_a_brush_follows_the_pointer_where_the_page_is_narrow(page, case):
    """The matrix is drawn smaller there."""
    start, end = (0.2, 0.1), (0.7, 0.8)
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    brush(page, 0, start, end)
    said = re.match(r"([\d,]+) rows? selected", page.locator("#picked-count").inner_text()).group(1)
    assert int(said) == pytest.approx(rows_between(page, case, 0, start, end).sum(), abs=4)


def rows_between(page, case, cell, start, end):
    """The rows in a part of a cell, worked out from the axes."""
    svg = page.locator("#pairs .matrix svg.cell").nth(cell)
    (a, b), scales = (list(map(float, svg.get_attribute(f"data-{name}").split())) for name in ("columns", "scales"))
    x, y = (case.rows.points[:, int(d)] for d in (a, b))
    xs, ys = (x - scales[0]) / (scales[1] - scales[0]), 1 - (y - scales[2]) / (scales[3] - scales[2])
    return (xs >= start[0]) & (xs <= end[0]) & (ys >= start[1]) & (ys <= end[1])


def test_a_brush_selects_the_rows_under_it(page, case):
    start, end = (0.2, 0.1), (0.7, 0.8)
    brush(page, 2, start, end)
    inside = rows_between(page, case, 2, start, end)
    said = page.locator("#picked-count").inner_text()
    n_said = int(re.match(r"([\d,]+) rows? selected", said).group(1).replace(",", ""))
    assert n_said == pytest.approx(inside.sum(), abs=3)  # a pixel more or less at the edges
    counts = np.bincount(case.rows.classification.labels[inside], minlength=3)
    told = dict.fromkeys(range(3), 0) | {int(k): int(n) for n, k in re.findall(r"(\d+) of cluster (\d)", said)}
    assert [told[k] for k in range(3)] == pytest.approx(counts.tolist(), abs=3)
    mean = page.locator("#picked-profile tbody tr").nth(0).locator("td").nth(0).inner_text()
    assert float(mean.split(" ± ")[0]) == pytest.approx(case.rows.points[inside, 0].mean(), abs=0.2)
    names = page.locator("#picked-rows tbody tr td:first-child").all_inner_texts()
    expected = [f"<b>row {i}</b>" for i in np.flatnonzero(inside)]
    assert len(names) == min(50, n_said)
    assert len(set(names) & set(expected)) > 45


def test_histograms_follow(page):
    assert page.locator("#distributions .picked-bars").count() == 0
    brush(page, 0, (0.1, 0.1), (0.6, 0.6))
    paths = [bars.get_attribute("d") for bars in page.locator("#distributions .picked-bars").all()]
    assert len(paths) == 4 and all(paths)
    page.locator(".brushable").nth(0).focus()
    page.keyboard.press("Escape")
    settle(page)
    assert not page.locator("#picked").is_visible()
    assert {bars.get_attribute("d") for bars in page.locator("#distributions .picked-bars").all()} == {""}


def test_bars_of_all_rows_are_the_bars_of_the_page(page):
    brush(page, 0, (0.0, 0.0), (1.0, 1.0))
    picture = page.locator("#distributions figure svg").nth(0)
    drawn, ours = (picture.locator(name).get_attribute("d") for name in (".bars", ".picked-bars"))
    tops = [float(top) for top in re.findall(r"V(\S+?)H", drawn)]
    picked = [float(top) for top in re.findall(r"V(\S+?)H", ours)]
    assert [top for top in tops if top < 144.9] == pytest.approx([top for top in picked if top < 144.9], abs=0.6)


def test_the_canvas_shows_the_rows_and_the_brush(page):
    picture = "document.querySelector('.matrix canvas').toDataURL()"
    blank = "(() => { const c = document.createElement('canvas'); c.width = c.height = 400; return c.toDataURL() })()"
    before = page.evaluate(picture)
    assert len(before) > 10 * len(page.evaluate(blank))
    brush(page, 0, (0.1, 0.1), (0.3, 0.3))
    brushed = page.evaluate(picture)
    assert brushed != before
    page.locator(".brushable").nth(0).press("Escape")
    settle(page)
    assert page.evaluate(picture) == before
    page.locator("#pairs .legend button").nth(1).press("Space")
    settle(page)
    assert page.evaluate(picture) not in (before, brushed)
    page.locator("#pairs .legend button").nth(1).press("Space")
    brush(page, 0, (0.1, 0.1), (0.3, 0.3))
    assert page.evaluate(picture) == brushed


def test_pointing_names_a_row_as_text(page, case):
    overlay = page.locator(".brushable").nth(0)
    overlay.scroll_into_view_if_needed()
    box = overlay.bounding_box()
    scales = [float(v) for v in page.locator("#pairs .matrix svg.cell").nth(0).get_attribute("data-scales").split()]
    x, y = case.rows.points[5, [0, 1]]
    across, down = (x - scales[0]) / (scales[1] - scales[0]), 1 - (y - scales[2]) / (scales[3] - scales[2])
    page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])
    tip = page.locator("#tip")
    assert tip.is_visible()
    assert re.match(r"Row <b>row \d+</b>\ncluster \d, [01]\.\d{3}\n", tip.inner_text())
    page.mouse.move(box["x"] - 30, box["y"] - 30)
    assert not tip.is_visible()


def test_a_cluster_can_be_switched_off_and_on(page, case):
    button = page.locator("#pairs .legend button").nth(1)
    curve, ellipse = (page.locator(f"{place} [data-k='1']").first for place in ("#distributions svg", "#pairs .matrix"))
    button.focus()
    page.keyboard.press("Space")
    settle(page)
    assert button.get_attribute("aria-pressed") == "false"
    assert not curve.is_visible() and not ellipse.is_visible()
    brush(page, 0, (0.0, 0.0), (1.0, 1.0))
    assert "cluster 1" not in page.locator("#picked-count").inner_text()
    button.click()
    settle(page)
    assert curve.is_visible()
    assert page.locator("#picked-count").inner_text().startswith("900 rows")


def test_keys_do_what_the_pointer_does(page):
    page.locator(".brushable").nth(1).focus()
    page.keyboard.press("Enter")
    settle(page)
    assert page.locator("#picked").is_visible()
    side = "(() => { const s = document.querySelector('.brushed .brush').style; return [s.left, s.width] })()"
    left, width = page.evaluate(side)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    settle(page)
    moved, wider = page.evaluate(side)
    assert float(moved[:-2]) == float(left[:-2]) + 8
    assert float(wider[:-2]) == float(width[:-2]) + 8
    page.keyboard.press("Escape")
    settle(page)
    assert not page.locator("#picked").is_visible()


def values(said):
    """The log-likelihood of EM and the inertia of k-means."""
    found = re.findall(r"(?:log-likelihood|inertia) (-?[\d,]+\.?\d*)", said)
    return [float(number.replace(",", "")) for number in found]


def test_the_slider_steps_back_and_forward(page):
    slider, said = page.locator("#stepper input"), page.locator("#stepper output")
    ellipse = page.locator("#steps figure >> nth=0 >> ellipse >> nth=0")
    last, place = said.inner_text(), ellipse.get_attribute("cx")
    assert re.match(r"EM after (\d+) of \1 iterations", last)
    slider.focus()
    page.keyboard.press("Home")
    assert said.inner_text().startswith("EM after 0 of")
    assert ellipse.get_attribute("cx") != place
    first = values(said.inner_text())
    page.locator("#stepper button").nth(1).click()
    assert said.inner_text().startswith("EM after 1 of")
    page.locator("#stepper button").nth(0).click()
    assert said.inner_text().startswith("EM after 0 of")
    slider.focus()
    page.keyboard.press("End")
    assert said.inner_text() == last
    final = values(last)
    assert first[0] < final[0] and first[1] >= final[1]
    assert ellipse.get_attribute("cx") == place


def test_without_javascript_nothing_is_offered_that_needs_it(browser, path):
    page = browser.new_page(java_script_enabled=False)
    page.goto(path.as_uri())
    assert not page.locator(".live-only:visible").count()
    assert page.locator("#pairs .matrix .sign").first.is_visible()
    for section in ("answer", "profiles", "separation", "distributions", "pairs", "checks"):
        assert page.locator(f"#{section}").is_visible()
    page.close()


def test_in_print_the_still_picture_stands_whole(page):
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 900})  # what a sheet of A4 has for text
    widths = page.evaluate("[...document.querySelectorAll('figure svg')].map(e => e.getBoundingClientRect().right)")
    assert max(widths) <= 680
    assert page.locator("#pairs .matrix .sign").first.is_visible()
    assert not page.locator(".matrix canvas").is_visible()
    assert not page.locator("#stepper").is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_bells_of_one_column_move_with_the_slider_and_come_back(browser, typed, tmp_path):
    typed(3, 1, 300).page(tmp_path / "report.html")
    page = browser.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((tmp_path / "report.html").as_uri())
    bell = page.locator("#steps .bell >> nth=0")
    last = bell.get_attribute("d")
    page.locator("#stepper input").focus()
    page.keyboard.press("Home")
    assert bell.get_attribute("d") != last
    page.keyboard.press("End")
    assert bell.get_attribute("d") == last
    assert complaints == []
    page.close()
