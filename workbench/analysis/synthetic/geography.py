"""Where things are: three countries side by side, districts, street segments, places on them.

Arvenia lies west of Belmark, Belmark west of Corvenia; each is 60 km wide and 60 km high, divided
into ten districts of 12 by 30 km. Homes, businesses and public places stand on street segments of
about 200 m that crowd around the middle of their district; border posts stand on the two borders.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.analysis.synthetic.population import N_DISTRICTS, STATES
from workbench.analysis.synthetic.scenario import Floats, Ints

PLACE_TYPES = ("home", "business", "public", "border post")
HOME, BUSINESS, PUBLIC, BORDER_POST = range(4)
WIDTH_KM, HEIGHT_KM = 60.0, 60.0
BORDER_POSTS = 4  # on each border
_COLUMNS, _ROWS = 5, 2  # of districts in a state
_PER_SEGMENT = 4  # places on a segment, on average
_SPREAD_KM = 2.4  # of segments around the middle of their district
_SEGMENT_KM = 0.2


@dataclass(frozen=True, slots=True)
class Geography:
    """Places as parallel arrays; segments, which places point to, as others.

    `state` and `district` (0 to 9 in the state) per place; `x_km` and `y_km` from the south-west
    corner of Arvenia; `segment` per place, -1 for border posts; `place_type` in `PLACE_TYPES`.
    Places are numbered homes first, then businesses, public places, border posts.
    `segment_state`, `segment_x`, `segment_y` per segment; its middle.
    """

    state: Ints
    district: Ints
    x_km: npt.NDArray[np.float32]
    y_km: npt.NDArray[np.float32]
    segment: Ints
    place_type: Ints
    segment_state: Ints
    segment_x: npt.NDArray[np.float32]
    segment_y: npt.NDArray[np.float32]

    def of_type(self, place_type: int) -> Ints:
        """Positions of places of one type, ascending."""
        return np.flatnonzero(self.place_type == place_type).astype(np.int32)

    def border_between(self, post: Ints) -> tuple[Ints, Ints]:
        """The states west and east of each border post."""
        west = self.state[post]
        return west, west + 1


def make_geography(
    rng: np.random.Generator, state: Ints, district: Ints, place_type: Ints
) -> Geography:
    """Places of given state, district and type on segments; border posts are added at the end."""
    cell = state.astype(np.int64) * N_DISTRICTS + district
    in_cell = np.bincount(cell, minlength=len(STATES) * N_DISTRICTS)
    n_segments = np.maximum(3, in_cell // _PER_SEGMENT)
    segment_cell = np.repeat(np.arange(len(n_segments)), n_segments)
    first = np.cumsum(n_segments) - n_segments
    middle = _middles(segment_cell)
    centre = np.clip(
        middle + rng.normal(0, _SPREAD_KM, (len(segment_cell), 2)), middle - 5.8, middle + 5.8
    )
    segment = first[cell] + np.floor(rng.random(len(cell)) * n_segments[cell]).astype(np.int64)
    at = centre[segment] + rng.uniform(-_SEGMENT_KM / 2, _SEGMENT_KM / 2, (len(cell), 2))
    post_state, post_at = _border_posts()
    n_posts = len(post_state)
    xy = np.concatenate([at, post_at]).astype(np.float32)
    return Geography(
        state=np.concatenate([state, post_state]).astype(np.int16),
        district=np.concatenate([district, np.zeros(n_posts, np.int64)]).astype(np.int16),
        x_km=xy[:, 0],
        y_km=xy[:, 1],
        segment=np.concatenate([segment, np.full(n_posts, -1)]).astype(np.int32),
        place_type=np.concatenate([place_type, np.full(n_posts, BORDER_POST)]).astype(np.int16),
        segment_state=(segment_cell // N_DISTRICTS).astype(np.int16),
        segment_x=centre[:, 0].astype(np.float32),
        segment_y=centre[:, 1].astype(np.float32),
    )


def _middles(cell: Ints) -> Floats:
    """Middle of each district in km, shape (n, 2); cells count through the states."""
    state, district = cell // N_DISTRICTS, cell % N_DISTRICTS
    wide, high = WIDTH_KM / _COLUMNS, HEIGHT_KM / _ROWS
    x = state * WIDTH_KM + (district % _COLUMNS + 0.5) * wide
    y = (district // _COLUMNS + 0.5) * high
    return np.stack([x, y], axis=1)


def _border_posts() -> tuple[Ints, Floats]:
    """State west of each post, and where it stands."""
    borders = np.repeat(np.arange(len(STATES) - 1), BORDER_POSTS)
    turn = np.tile(np.arange(BORDER_POSTS), len(STATES) - 1)
    x = (borders + 1) * WIDTH_KM
    return borders, np.stack([x, (turn + 0.5) * HEIGHT_KM / BORDER_POSTS], axis=1)
