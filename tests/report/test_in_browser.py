"""The report in Chromium: nothing is asked for, nothing goes wrong, nothing sticks out."""

import pytest

pytestmark = pytest.mark.browser

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module", params=["two columns", "many", "hostile"])
def path(request, faithful, typed, tmp_path_factory):
    cases = {
        "two columns": lambda: faithful,
        "many": lambda: typed(15, 12, 500),
        "hostile": lambda: typed(2, 3, 100, features=("<script>alert(1)</script>", "x" * 300, "\u202e📏")),
    }
    path = tmp_path_factory.mktemp("report") / "report.html"
    cases[request.param]().page(path)
    return path


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1100, "dark")])
def test_the_page_is_quiet_and_fits(browser, path, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    complaints, requests = [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    assert (complaints, requests) == ([], [path.as_uri()])
    assert page.evaluate(OVERFLOW) <= 0
    assert page.locator("h1").inner_text() != ""
    context.close()


@pytest.mark.parametrize("width", [1200, 680])  # of a screen, and of what a sheet of A4 has for text
def test_profiles_are_not_cut_off(browser, typed, tmp_path, width):
    typed(6, 3, 300, features=["sepal length (cm)", "income per year", "x"]).page(tmp_path / "report.html")
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.emulate_media(media="print" if width == 680 else "screen")
    page.goto((tmp_path / "report.html").as_uri())
    cut = "[...document.querySelectorAll('#profiles .scroll')].map(e => e.scrollWidth - e.clientWidth)"
    assert max(page.evaluate(cut)) <= 0
    page.close()


def test_every_picture_has_a_size_and_every_link_a_target(browser, path):
    page = browser.new_page()
    page.goto(path.as_uri())
    pictures = "[...document.querySelectorAll('figure svg:not(.line-key)')]"
    boxes = page.evaluate(f"{pictures}.map(e => e.getBoundingClientRect().height)")
    assert boxes
    assert min(boxes) > 100
    links = page.evaluate("[...document.querySelectorAll('nav a')].map(a => !!document.querySelector(a.hash))")
    assert links
    assert all(links)
    page.close()


def test_the_page_prints_and_works_without_javascript(browser, faithful, tmp_path):
    faithful.page(tmp_path / "report.html")
    page = browser.new_page(java_script_enabled=False)
    page.goto((tmp_path / "report.html").as_uri())
    assert page.locator("#profiles td").count() > 4
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.close()


@pytest.mark.parametrize("n_clusters", [3, 6])
def test_a_phone_shows_all_but_large_matrices_without_scrolling_sideways(browser, typed, tmp_path, n_clusters):
    path = tmp_path / "report.html"
    typed(n_clusters, 4, 300, features=["sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm"]).page(
        path
    )
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(path.as_uri())
    wide = "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth).map(e => e.ariaLabel)"
    assert page.evaluate(wide) == ["Pairs of columns"]
    hints = "[...document.querySelectorAll('.scroll')].map(e => getComputedStyle(e).backgroundAttachment)"
    assert set(page.evaluate(hints)) == {
        "local, local, scroll, scroll"
    }  # a shadow where there is more, covered at the end
    charts = "[...document.querySelectorAll('.chart > svg')].map(e => e.getBoundingClientRect())"
    assert all(box["left"] >= 0 and box["right"] <= 390 for box in page.evaluate(charts))
    sizes = "[...document.querySelectorAll('.chart .tick')].map(e => e.getBoundingClientRect().height)"
    assert min(page.evaluate(sizes)) > 9  # pixels: as tall as what one can read
    page.close()


def test_stacked_tables_say_what_their_cells_are(browser, faithful, tmp_path):
    faithful.page(tmp_path / "report.html")
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto((tmp_path / "report.html").as_uri())
    for table in page.locator(".listed, .profiles, .rules").all():
        headers = table.locator("thead th").evaluate_all("all => all.map(e => e.textContent.trim())")
        names = table.locator("td[data-name]").evaluate_all("all => all.map(e => e.dataset.name)")
        assert names
        assert set(names) <= set(headers)
    page.close()
