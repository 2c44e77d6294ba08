"""Types of offence: area of paragraph 25, shield level, how often solved, how far from home.

Child sexual abuse is a type with a shield level and nothing else: metadata only.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OffenceType:
    """What is usual for a type.

    `solved` is relative to the scenario's share; `placed` the share whose place is recorded;
    `km` the mean way from an offender's base; `harms` whether somebody is recorded as its victim;
    `repeats` whether another is likelier next door in the weeks after.
    """

    area: str
    shield: int
    solved: float
    placed: float
    km: float
    harms: bool = True
    repeats: bool = False


_PROPERTY, _CYBER, _DRUGS = "property crime", "cybercrime", "drugs"
_HUMAN, _ECONOMIC = "trafficking in human beings", "economic crime"
TYPES = {
    "burglary": OffenceType(_PROPERTY, 0, 0.55, 0.97, 2.5, repeats=True),
    "theft": OffenceType(_PROPERTY, 0, 0.60, 0.92, 2.0, repeats=True),
    "vehicle theft": OffenceType(_PROPERTY, 0, 0.45, 0.95, 4.0, repeats=True),
    "robbery": OffenceType(_PROPERTY, 1, 0.95, 0.95, 1.5, repeats=True),
    "disorder": OffenceType("public order", 0, 1.50, 0.98, 1.0, harms=False),
    "drug possession": OffenceType(_DRUGS, 0, 1.45, 0.97, 1.0, harms=False),
    "drug trafficking": OffenceType(_DRUGS, 0, 1.20, 0.85, 5.0, harms=False),
    "phishing": OffenceType(_CYBER, 0, 0.45, 0.10, 20.0),
    "ransomware": OffenceType(_CYBER, 0, 0.30, 0.20, 25.0),
    "labour exploitation": OffenceType(_HUMAN, 2, 0.90, 0.85, 8.0),
    "sexual exploitation": OffenceType(_HUMAN, 3, 0.80, 0.70, 8.0),
    "child sexual abuse": OffenceType(
        "child sexual abuse (metadata only)", 3, 0.50, 0.0, 3.0, harms=False
    ),
    "fraud": OffenceType(_ECONOMIC, 0, 1.00, 0.40, 12.0),
    "carousel fraud": OffenceType(_ECONOMIC, 0, 1.00, 0.50, 15.0, harms=False),
    "money_laundering": OffenceType(_ECONOMIC, 0, 1.00, 0.60, 6.0, harms=False),
    "terrorism financing": OffenceType("terrorism", 1, 1.20, 0.60, 6.0, harms=False),
}
EVERYDAY = (
    "burglary",
    "theft",
    "vehicle theft",
    "robbery",
    "fraud",
    "phishing",
    "drug possession",
)
PETTY = ("disorder", "disorder", "disorder", "theft", "drug possession")
RARE = (
    "ransomware",
    "sexual exploitation",
    "labour exploitation",
    "child sexual abuse",
    "terrorism financing",
    "drug trafficking",
    "carousel fraud",
)
OF_NETWORK = {
    "hierarchical": ("drug trafficking", "robbery", "fraud"),
    "cell": ("terrorism financing", "fraud"),
    "broker_linked": ("ransomware", "phishing"),
    "mule_ring": ("phishing", "fraud"),
    "burglary_crew": ("burglary", "vehicle theft"),
    "trafficking_chain": ("labour exploitation", "sexual exploitation"),
    "carousel": ("carousel fraud", "fraud"),
}
CYBER = tuple(name for name, kind in TYPES.items() if kind.area == _CYBER)
SHIELDED = "child sexual abuse"
