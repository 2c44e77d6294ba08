# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Follow one record
#
# From the file in which a source delivered it, through the case graph, a score, its explanation and
# two people's decisions, to a proof that anyone can check. Everything here is synthetic.
#
# `make notebooks` runs this from top to bottom on a demonstration of its own.

# %%
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import networkx as nx
import pandas as pd

import workbench.verify
from workbench import bootstrap
from workbench.domain.entity import EntityKind
from workbench.services import exchange, replay, review, verify

desk = bootstrap.open()
print(f"dataset(s): {', '.join(desk.datasets.names())}; models: {', '.join(desk.models)}")

# %% [markdown]
# ## 1 A finding that people decided
# The demonstration's two analysts are simulated. We look over the shoulder of the first.

# %%
ME = "analyst-1"
decided = review.list_findings(desk, model="hidden_link", status="acted_on")
finding = decided[0].id
claim = review.read(desk, finding, account=ME)
print(finding, "in case", claim.case_id)
print(claim.text)

# %% [markdown]
# ## 2 A record beneath it
# Grade and handling code stay with a record for ever. `B2` is a source that was reliable in most
# instances, with something it knew first hand; `H0` may be used for preventing and combating crime.

# %%
record = claim.records[0]
print(record.id, "|", record.kind, "|", record.member_state, "|", record.grade)
print(json.dumps(record.content, indent=1, ensure_ascii=False))

# %% [markdown]
# The same row, as it lies in the file that was delivered:

# %%
records = desk.datasets.tables(claim.dataset).records
row = records.loc[records["id"] == record.id].iloc[0]
delivered = desk.home / "worlds" / claim.dataset / f"{row['table']}.csv"
if delivered.exists():
    lines = delivered.read_text(encoding="utf-8").splitlines()
    print(delivered.name)
    print(lines[0])
    table, _, number = record.id.rpartition(":")  # a link's record is named by its row
    print(lines[int(number)] if table else next(line for line in lines if record.id in line))

# %% [markdown]
# ## 3 The case graph around it
# Recorded links alone. Persons are circles, everything else squares.

# %%
graph = desk.datasets.graph(claim.dataset)
print(f"{graph.n_entities:,} entities, {graph.n_links:,} links in the whole dataset")

picture = nx.MultiGraph()
picture.add_nodes_from((e.id, {"kind": e.kind}) for e in claim.subgraph.entities)
picture.add_edges_from((link.source_id, link.target_id) for link in claim.subgraph.links)
positions = nx.spring_layout(nx.Graph(picture), seed=7)
kinds = {e.id: e.kind for e in claim.subgraph.entities}
figure, axes = plt.subplots(figsize=(8, 5))
nx.draw_networkx_edges(nx.Graph(picture), positions, ax=axes, edge_color="#8a9aa5")
for is_person, shape, colour in ((True, "o", "#56B4E9"), (False, "s", "#E69F00")):
    shown = [i for i, kind in kinds.items() if (kind is EntityKind.PERSON) == is_person]
    nx.draw_networkx_nodes(
        picture, positions, shown, ax=axes, node_shape=shape, node_color=colour, node_size=180
    )
subjects = {i: i for i in claim.subject_ids}
nx.draw_networkx_labels(picture, positions, subjects, ax=axes, font_size=8, verticalalignment="top")
axes.set_title("What is recorded around the two persons of the claim")
axes.axis("off")
plt.show()

# %% [markdown]
# ## 4 The score and why
# Before a judgement is sealed this call is refused. Our analyst sealed theirs, so it answers.

# %%
assessment = review.unveil(desk, finding, account=ME)
low, high = assessment.interval
print(f"probability {assessment.probability:.2f} ({low:.2f} to {high:.2f}), ", end="")
print("put forward by the model" if assessment.proposed else "of the random share")

# %%
explanation = assessment.explanation
if explanation is None:
    print("withheld:", assessment.withheld)
else:
    print(f"{explanation.method}, in {explanation.space}; residual {explanation.residual:.1e}")
    effects = pd.DataFrame(
        [(e.feature, e.value, e.unit, e.effect, e.stable_share) for e in explanation.effects],
        columns=["feature", "value", "unit", "effect", "stable share"],
    ).sort_values("effect", key=abs)
    figure, axes = plt.subplots(figsize=(8, 4))
    colours = ["#0072B2" if effect > 0 else "#D55E00" for effect in effects["effect"]]
    axes.barh(effects["feature"], effects["effect"], color=colours)
    axes.set_xlabel("effect on the score, log-odds")
    axes.axvline(0, color="#555", linewidth=0.8)
    figure.tight_layout()
    plt.show()

# %% [markdown]
# The parts add up to what the served model itself said, or the explanation is not shown at all.

# %%
print("for:    ", *assessment.reasons_for, sep="\n  ")
print("against:", *assessment.against, sep="\n  ")
print("unless: ", *assessment.unless, sep="\n  ")

# %% [markdown]
# ## 5 What was decided
# The log tells the story in order: sealed, opened, judged, unveiled, decided, acted on.

# %%
for step in verify.story(desk, account="operator", finding_id=finding):
    print(f"{step.index:>4}  {step.at:%Y-%m-%d %H:%M:%S}  {step.by}  {step.says}")

# %% [markdown]
# ## 6 The same numbers again
# Score, probability and every effect are recomputed from what was kept.

# %%
again = replay.replay(desk, finding, account="operator")
print(again.as_text())

# %% [markdown]
# ## 7 A proof that holds without trusting us
# The pack carries the finding, its entries and their inclusion proofs. `verify.py` needs nothing
# but Python. Change one byte, and it says so.

# %%
with tempfile.TemporaryDirectory() as folder:
    packed = Path(folder) / "finding.pack"
    exchange.pack(desk, finding, account="operator", out=packed)
    command = [sys.executable, "-I", workbench.verify.__file__, str(packed)]
    command += ["--key", str(desk.home / "keys" / "log.pub")]
    done = subprocess.run(command, capture_output=True, text=True)
    print(done.returncode, done.stdout)
    packed.write_bytes(packed.read_bytes().replace(b"supported", b"suppprted", 1))
    spoilt = subprocess.run(command, capture_output=True, text=True)
    print(spoilt.returncode, spoilt.stdout or spoilt.stderr)
