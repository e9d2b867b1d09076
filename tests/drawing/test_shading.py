"""Too many rows as shades: where they lie, which kind they are, how many."""

import numpy as np

from mixtura.drawing.shading import shade

RED, BLUE = np.array([1.0, 0, 0]), np.array([0, 0, 1.0])


def test_rows_shade_the_field_they_lie_in():
    image = shade(np.array([[0.25, 0.75]]), RED[None], np.ones(1), (0, 1, 0, 1), n_fields=4)
    assert np.argwhere(image[..., 3] > 0).tolist() == [[3, 1]]  # the first index runs upwards


def test_colours_are_mixed_as_the_weights_say():
    points = np.array([[0.5, 0.5], [0.5, 0.5]])
    image = shade(points, np.stack([RED, BLUE]), np.array([3.0, 1.0]), (0, 1, 0, 1), n_fields=1)
    np.testing.assert_allclose(image[0, 0, :3], [0.75, 0, 0.25])


def test_more_rows_are_more_opaque():
    points = np.repeat([[0.1, 0.5], [0.4, 0.5], [0.9, 0.5]], [1, 10, 1000], axis=0)
    opacity = shade(points, np.tile(RED, (1011, 1)), np.ones(1011), (0, 1, 0, 1), n_fields=3)[1, :, 3]
    assert 0 < opacity[0] < opacity[1] < opacity[2] == 1


def test_rows_on_the_rim_are_inside():
    image = shade(np.array([[1.0, 1.0], [0.0, 0.0]]), np.stack([RED, RED]), np.ones(2), (0, 1, 0, 1), n_fields=2)
    assert np.argwhere(image[..., 3] > 0).tolist() == [[0, 0], [1, 1]]


def test_rows_that_do_not_count_are_not_seen():
    image = shade(np.array([[0.5, 0.5]]), RED[None], np.zeros(1), (0, 1, 0, 1), n_fields=2)
    assert image[..., 3].max() == 0
