"""Traits that a model's features carry although it never sees them."""

import numpy as np
import pandas as pd

from workbench.analysis.proxies import proxies, proxies_sentence


def world(seed: int, *, carried: float) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """1,500 pairs of 400 people; feature `carrier` holds the share `carried` of the trait."""
    rng = np.random.default_rng(seed)
    trait = rng.random(400) < 0.3
    ends = np.array([rng.choice(400, 2, replace=False) for _ in range(1500)])
    held = trait[ends].any(axis=1)
    features = pd.DataFrame(
        {
            "noise": rng.normal(size=1500),
            "carrier": carried * held + rng.normal(size=1500) * (1.05 - carried),
        }
    )
    people = pd.DataFrame({"candidate": np.repeat(np.arange(1500), 2), "entity": ends.reshape(-1)})
    sensitive = pd.DataFrame(
        {
            "entity": np.arange(400),
            "trait": np.where(trait, "yes", "no"),
            "birth_date": [f"d{i}" for i in range(400)],
        }
    )
    return features, people, sensitive


def test_a_feature_that_carries_a_trait_is_found_and_named() -> None:
    rows = proxies(*world(1, carried=0.9), seed=1)
    top = rows[0]
    assert {row["attribute"] for row in rows} == {"trait"}  # a birth date is no group
    assert (top["group"], top["strongest"]) == ("yes", "carrier")
    assert top["auc"] > 0.95
    assert top["interval"][0] > 0.9
    assert "carry something of: yes (trait" in proxies_sentence(rows)


def test_features_that_carry_nothing_give_a_half() -> None:
    rows = proxies(*world(2, carried=0.0), seed=1)
    assert all(row["interval"][0] < 0.55 for row in rows)
    assert "no group" in proxies_sentence(rows)


def test_a_group_in_too_few_candidates_is_left_out() -> None:
    features, people, sensitive = world(3, carried=0.9)
    sensitive["trait"] = ["rare"] * 2 + ["common"] * 398
    assert {row["group"] for row in proxies(features, people, sensitive, seed=1)} <= {"common"}
    assert proxies_sentence([]).startswith("No group is in enough")
