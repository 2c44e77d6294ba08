"""Reports of people seen together: true ones, false ones, and ones that come back in a circle.

A second state hears of a report and files it as if it were its own, under its own number: two
reports, one origin. Which they are stands in the truth alone; now and then the second state says
whom it has it from.
"""

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.life import Circles, circle_pairs
from workbench.analysis.synthetic.names import COMMUNITIES
from workbench.analysis.synthetic.networks import Networks
from workbench.analysis.synthetic.population import STATES, Population
from workbench.analysis.synthetic.scenario import DAYS, Scenario

REASONS = ("seen together", "checked at a border together", "in one vehicle at a control")
COMES_BACK = 0.12  # share of reports that a second state repeats
_ADMITS = 0.3  # of those: the second state names the first as its source


def seen_together(
    scenario: Scenario, people: Population, circles: Circles, networks: Networks
) -> pd.DataFrame:
    """Reports: a, b, day, known, reason, state, origin, report, origin_report.

    `state` delivers it; `origin` is the source that it says the report comes from; `report` numbers
    reports at random; `origin_report` is the number of the report that it repeats, else its own.
    """
    rng = scenario.stream("seen together")
    ties = networks.ties[~networks.ties["by_offence"].to_numpy(bool)]
    day = np.maximum(ties["since"], ties["day"] - rng.integers(1, 10, len(ties)))
    true = pd.DataFrame({"a": ties["a"], "b": ties["b"], "day": day, "known": ties["day"]})
    true["happens"] = (ties["known"] >= 0).to_numpy(bool)
    both = pd.concat([true, _false_pairs(scenario, people, circles)], ignore_index=True)
    reason = np.array(REASONS, dtype=object)[rng.integers(0, len(REASONS), len(both))]
    state = people.state[both["a"].to_numpy(np.int64)].astype(np.int64)
    both = both.assign(reason=reason, state=state, origin=state)
    return _with_repeats(scenario, both)


def _with_repeats(scenario: Scenario, first: pd.DataFrame) -> pd.DataFrame:
    """Each report and, of some, the one that comes back through a second state."""
    rng, n = scenario.stream("circular reports"), len(first)
    back = rng.random(n) < (COMES_BACK if scenario.switches.circular_reports else 0.0)
    state = (first["state"].to_numpy() + rng.integers(1, len(STATES), n)) % len(STATES)
    known = first["known"].to_numpy(np.int64) + rng.integers(2, 40, n)
    origin = np.where(rng.random(n) < _ADMITS, first["state"].to_numpy(), state)
    number = rng.permutation(2 * n)
    again = first.assign(state=state, known=known, origin=origin, report=number[n:])
    again["happens"] = first["happens"] & back & (known < DAYS)
    table = pd.concat([first.assign(report=number[:n]), again], ignore_index=True)
    unit = np.array([f"{code} intelligence unit" for code in STATES], dtype=object)
    table["origin"] = unit[table["origin"].to_numpy(np.int64)]
    table["origin_report"] = np.concatenate([number[:n], number[:n]])
    return table[table["happens"].to_numpy(bool)].drop(columns="happens").reset_index(drop=True)


def _false_pairs(scenario: Scenario, people: Population, circles: Circles) -> pd.DataFrame:
    """Innocent close pairs that are written up as associated (planted bias)."""
    rng, bias = scenario.stream("false labels"), scenario.bias
    pairs = circle_pairs(circles)
    group = people.community == COMMUNITIES.index(bias.group)
    touched = group[pairs["a"]] | group[pairs["b"]]
    draw, day = rng.random(len(pairs)), rng.integers(0, DAYS - 10, len(pairs))
    rate = np.where(touched, bias.false_label_rate_group, bias.false_label_rate)
    known = day + rng.integers(1, 10, len(pairs))
    table = pd.DataFrame({"a": pairs["a"], "b": pairs["b"], "day": day, "known": known})
    return table.assign(happens=draw < rate)
