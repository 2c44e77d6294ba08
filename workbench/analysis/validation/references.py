"""The one table of what a world is held against: figure, source and limits, side by side.

``specification`` is the specification of the synthetic world: its table of references and its list
of the known faults of public generators. Where a row's limits are wider than the figure (a figure
"near 1,000" needs some width), the limits say so here and in the report.
"""

from collections.abc import Mapping
from typing import Final

from workbench.analysis.validation.rows import Reference

_TABLE = "specification, table of references"
_FAULTS = "specification, known faults of public generators"

REFERENCES: Final[Mapping[str, Reference]] = {
    "degree_999": Reference(
        topic="Degree tails", name="99.9th percentile of degree", unit="counterparties",
        measures="Different counterparties of an account with any, whichever way money went.",
        published="near 1,000 in published transaction graphs; AMLworld's 11 is too thin",
        source=_TABLE, low=300, high=3000,
    ),
    "degree_exponent": Reference(
        topic="Degree tails", name="Tail exponent",
        measures="Power-law exponent of the most connected hundredth (50 at least), "
        "Clauset, Shalizi and Newman (2009).",
        published="heavy tails; 3.5 and more would be thin", source=_TABLE, low=1.3, high=3.5,
    ),
    "transfers_per_account": Reference(
        topic="Amounts", name="Transfers per account, 99th percentile over median", unit="times",
        measures="Transfers in and out of each account over both years.",
        published="heavy: few accounts with very many", source=_TABLE, low=5, high=1000,
    ),
    "lognormal": Reference(
        topic="Amounts", name="Log-normal body", unit="R²",
        measures="Squared correlation of log amounts with normal quantiles, percentiles 1 to 99.",
        published="log-normal body", source=_TABLE, low=0.97, high=1.0,
    ),
    "benford": Reference(
        topic="Amounts", name="First digits", unit="mean absolute deviation",
        measures="Distance of the nine first digits' shares from Benford's law.",
        published="Benford first digits; up to 0.015 conforms at least marginally (Nigrini, 2012)",
        source=_TABLE, low=0.0, high=0.015,
    ),
    "weekly_calls": Reference(
        topic="Rhythm", name="Weekly rhythm of calls", unit="times",
        measures="Calls on the busiest weekday over those on the quietest.",
        published="weekly; 1.0 would be none", source=_TABLE, low=1.2, high=5.0,
    ),
    "weekly_transfers": Reference(
        topic="Rhythm", name="Weekly rhythm of transfers", unit="times",
        measures="Transfers on the busiest weekday over those on the quietest.",
        published="weekly; 1.0 would be none", source=_TABLE, low=1.2, high=5.0,
    ),
    "daily_calls": Reference(
        topic="Rhythm", name="Calls by night", unit="share",
        measures="Share of calls between midnight and six, UTC.",
        published="daily; 0.25 would be no rhythm", source=_TABLE, low=0.0, high=0.15,
    ),
    "daily_transfers": Reference(
        topic="Rhythm", name="Transfers by night", unit="share",
        measures="Share of transfers between midnight and six, UTC.",
        published="daily; 0.25 would be no rhythm", source=_TABLE, low=0.0, high=0.15,
    ),
    "burstiness": Reference(
        topic="Rhythm", name="Burstiness B of phones",
        measures="Median over phones with 20 calls or more: spread against mean of the times "
        "between calls (Goh and Barabási, 2008; corrected for few events, Kim and Jo, 2016).",
        published="bursty; 0 is chance", source=_TABLE, low=0.1, high=0.8,
    ),
    "concentration": Reference(
        topic="Concentration", name="Segments that hold half of offences", unit="share of segments",
        measures="The busiest street segments that together hold half of the offences, "
        "by where they truly happened, over all segments.",
        published="about 5 % of street segments hold about half of offences", source=_TABLE,
        low=0.025, high=0.08,
    ),
    "repeat": Reference(
        topic="Repeat offending", name="Offences of the most active tenth", unit="share",
        measures="Share of all recorded participations by the most active tenth of suspects.",
        published="few persons, many offences; a tenth would be no repetition", source=_TABLE,
        low=0.25, high=0.75,
    ),
    "co_offending": Reference(
        topic="Repeat offending", name="Offences of several persons", unit="share",
        measures="Share of offences with a suspect that have two or more.",
        published="about a quarter", source=_TABLE, low=0.18, high=0.32,
    ),
    "knox": Reference(
        topic="Repeat offending", name="Near repeats, Knox ratio", unit="times chance",
        measures="Pairs of burglaries within 400 m and 14 days over what shuffled days give.",
        published="above 1", source=_TABLE, low=1.05,
    ),
    "knox_p": Reference(
        topic="Repeat offending", name="Near repeats, permutation p",
        measures="Share of 199 shuffles of the days with as many near pairs.",
        published="above chance", source=_TABLE, low=0.0, high=0.05,
    ),
    "group_size": Reference(
        topic="Groups", name="Networks of 10 to 200 members", unit="share",
        measures="Share of planted networks whose members number 10 to 200.",
        published="10-200 members", source=_TABLE, low=1.0, high=1.0,
    ),
    "group_density": Reference(
        topic="Groups", name="Ties per member",
        measures="Ties within planted networks over their members.",
        published="published covert networks: 101 nodes with 256 ties (2.5), 100 with 124 (1.2)",
        source=_TABLE, low=1.0, high=3.2,
    ),
    "series_auc": Reference(
        topic="Difficulty", name="Linking offences of one series", unit="AUC",
        measures="Logistic regression on modus operandi, distance and days apart, learnt on half "
        "of the series, tested on the rest.",
        published="0.80 to 0.93", source=_TABLE, low=0.80, high=0.93,
    ),
    "linkage_f1": Reference(
        topic="Difficulty", name="Finding the same person", unit="best F1",
        measures="Candidates by birth date, sound, phone, address; names, dates and shared things "
        "compared; logistic regression, cross-fitted; pairs never reached count as missed.",
        published="0.90 to 0.98", source=_TABLE, low=0.90, high=0.98,
    ),
    "exact_f1": Reference(
        topic="Difficulty", name="Finding the same person by equal names", unit="F1",
        measures="Every two rows with exactly the same name are taken for one person.",
        published="poor", source=_TABLE, low=0.0, high=0.6,
    ),
    "column_auc": Reference(
        topic="Difficulty", name="The most telling raw column", unit="AUC",
        measures="Each raw column of transfers, accounts, persons and offences against each label "
        "of the truth; texts by their out-of-fold rate.",
        published="no single raw column above 0.65", source=_TABLE, high=0.65, by="low bound",
    ),
    "row_model": Reference(
        topic="Difficulty", name="Laundering by the row alone", unit="AUC",
        measures="Gradient boosting on the transfer's own columns, learnt on the earlier half of "
        "laundering, tested on the later.",
        published="weak", source=_TABLE, low=0.4, high=0.70,
    ),
    "graph_model": Reference(
        topic="Difficulty", name="Laundering by the graph around it", unit="AUC",
        measures="The same with what both accounts sent and received before and after.",
        published="clearly better than by the row", source=_TABLE, low=0.75, high=0.99,
    ),
    "graph_gain": Reference(
        topic="Difficulty", name="What the graph adds", unit="AUC",
        measures="AUC of the graph model minus that of the row model.",
        published="clearly better", source=_TABLE, low=0.10, high=0.6,
    ),
    "shuffled": Reference(
        topic="Leaks", name="Taught shuffled labels", unit="AUC",
        measures="The graph model learnt on shuffled labels, tested on true ones; mean of four.",
        published="the base rate: 0.5", source=_TABLE, low=0.40, high=0.60,
    ),
    "order_auc": Reference(
        topic="Leaks", name="Ids and order", unit="AUC",
        measures="Number in the id, number of the row and place in time against each label.",
        published="carry no label", source=_TABLE, high=0.55, by="low bound",
    ),
    "calendar_auc": Reference(
        topic="Leaks", name="Calendar", unit="AUC",
        measures="Hour, weekday, day and month against each label, by out-of-fold rate.",
        published="carries no label", source=_TABLE, high=0.55, by="low bound",
    ),
    "rail_auc": Reference(
        topic="Leaks", name="Rail", unit="AUC",
        measures="The rail of a transfer against laundering, by out-of-fold rate.",
        published="carries no label", source=_TABLE, high=0.55, by="low bound",
    ),
    "prevalence_ends": Reference(
        topic="Leaks", name="Prevalence at both ends of time", unit="times",
        measures="Share of laundering in the last third of time over that in the first third.",
        published="the same: 1", source=_TABLE, low=0.67, high=1.5,
    ),
    "random_split": Reference(
        topic="Leaks", name="Random split over temporal", unit="AUC",
        measures="The graph model when rows are split at random, minus when split in time.",
        published="by little", source=_TABLE, low=-0.1, high=0.05,
    ),
    "pattern_shape": Reference(
        topic="Patterns", name="Laundering found again by shape", unit="share",
        measures="Instances whose records are all there and make the shape that the truth names.",
        published="every planted instance", source=_TABLE, low=1.0, high=1.0,
    ),
    "pattern_order": Reference(
        topic="Patterns", name="In order of time", unit="share",
        measures="Laundering instances in which whoever pays on was paid first.",
        published="in time order", source=_TABLE, low=1.0, high=1.0,
    ),
    "pattern_money": Reference(
        topic="Patterns", name="Money conserved", unit="share",
        measures="Laundering instances in which nobody in the middle has passed on more than came "
        "from the instance by then, to the cent, or keeps more than half.",
        published="with money conserved", source=_TABLE, low=1.0, high=1.0,
    ),
    "cycles_close": Reference(
        topic="Patterns", name="Planted cycles that close", unit="share",
        measures="Cycles, innocent ones too, whose last transfer reaches the first payer.",
        published="all; elsewhere planted cycles never close", source=_FAULTS, low=1.0, high=1.0,
    ),
    "look_alike_shape": Reference(
        topic="Patterns", name="Innocent look-alikes by shape", unit="share",
        measures="Innocent instances whose records make the shape that the truth names.",
        published="in the same shapes as crime", source="specification, layer 3", low=1.0, high=1.0,
    ),
    "outside_shapes": Reference(
        topic="Patterns", name="Laundering outside any clean shape", unit="share",
        measures="Share of laundered transfers whose pattern has no shape.",
        published="at least half", source="specification, layer 6", low=0.5, high=0.9,
    ),
    "prevalence": Reference(
        topic="Prevalence", name="Laundering", unit="per 1,000 transfers",
        measures="Transfers that the truth calls laundering, over all.",
        published="1 in 1,000 to 1 in 2,000 by default", source=_TABLE, low=0.5, high=1.0,
    ),
    "bias_planted": Reference(
        topic="Bias", name="Planted gaps measured again", unit="share of parameters",
        measures="Each gap of truth/bias.csv that can be measured from records and truth; its "
        "interval, at 95 % for all together, holds the planted one.",
        published="the interval holds the planted gap", source=_TABLE, low=1.0, high=1.0,
    ),
    "bias_null": Reference(
        topic="Bias", name="Alarms in a world without bias", unit="parameters",
        measures="Gaps whose interval, at 95 % for all together, leaves out 0.",
        published="none but by chance", source=_TABLE, low=0.0, high=0.0,
    ),
    "same_bytes": Reference(
        topic="Determinism", name="The same seed made again", unit="share of files",
        measures="Files with equal bytes in two worlds made from the same seed.",
        published="the same bytes", source=_TABLE, low=1.0, high=1.0,
    ),
    "amount_range": Reference(
        topic="Faults of others", name="Laundered amounts among all others", unit="share",
        measures="Laundered amounts between the 1st and the 99th percentile of all others.",
        published="not in a range of their own; 0.98 would be no difference", source=_FAULTS,
        low=0.90, high=1.0,
    ),
    "decoys": Reference(
        topic="Faults of others", name="Look-alikes that carry the label", unit="share",
        measures="Transfers of innocent look-alikes that the truth calls laundering.",
        published="none", source=_FAULTS, low=0.0, high=0.0,
    ),
    "rail_distance": Reference(
        topic="Faults of others", name="Rails of laundering", unit="distance",
        measures="Half the sum of differences of the rails' shares, laundering against all others.",
        published="not tied to one rail", source=_FAULTS, low=0.0, high=0.25,
    ),
    "quiet_days": Reference(
        topic="Faults of others", name="Laundering on quiet days", unit="share",
        measures="Laundering on days with less than a tenth of the median day's transfers.",
        published="no sparse tail of days", source=_FAULTS, low=0.0, high=0.01,
    ),
    "worst_day": Reference(
        topic="Faults of others", name="The day with most laundering", unit="share",
        measures="Highest share of laundering in the transfers of one day.",
        published="no day is mostly laundering", source=_FAULTS, low=0.0, high=0.25,
    ),
}  # fmt: skip
