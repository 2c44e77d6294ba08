"""The vocabulary of FollowTheMoney that is read as links: ends of interval schemata, references.

After the schemata of the followthemoney library 3.8, https://followthemoney.tech.
"""

from collections.abc import Mapping

# The properties that hold an edge's ends; of several, the first that is filled.
EDGES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Associate": (("person",), ("associate",)),
    "Call": (("caller",), ("receiver",)),
    "ContractAward": (("supplier",), ("contract",)),
    "CourtCaseParty": (("party",), ("case",)),
    "Debt": (("debtor",), ("creditor",)),
    "Directorship": (("director",), ("organization",)),
    "Documentation": (("entity",), ("document",)),
    "Employment": (("employee",), ("employer",)),
    "Family": (("person",), ("relative",)),
    "Membership": (("member",), ("organization",)),
    "Occupancy": (("holder",), ("post",)),
    "Ownership": (("owner",), ("asset",)),
    "Payment": (("payerAccount", "payer"), ("beneficiaryAccount", "beneficiary")),
    "ProjectParticipant": (("participant",), ("project",)),
    "Representation": (("agent",), ("client",)),
    "Similar": (("candidate",), ("match",)),
    "Succession": (("predecessor",), ("successor",)),
    "UnknownLink": (("subject",), ("object",)),
}
# In nested files an edge stands inside one of its ends, under the name of the way back.
BACK: Mapping[str, str] = {
    "agencyClient": "agent",
    "agentRepresentation": "client",
    "associates": "person",
    "associations": "associate",
    "directorshipDirector": "director",
    "directorshipOrganization": "organization",
    "employees": "employer",
    "employers": "employee",
    "familyPerson": "person",
    "familyRelative": "relative",
    "membershipMember": "member",
    "membershipOrganization": "organization",
    "ownershipAsset": "asset",
    "ownershipOwner": "owner",
    "paymentBeneficiary": "beneficiary",
    "paymentBeneficiaryAccount": "beneficiaryAccount",
    "paymentPayer": "payer",
    "paymentPayerAccount": "payerAccount",
    "unknownLinkFrom": "object",
    "unknownLinkTo": "subject",
}
# Properties of an entity that name another: True where the arrow runs from that one to this.
REFERENCES: Mapping[str, bool] = {
    "addressEntity": False,
    "bank": False,
    "entity": False,
    "holder": True,
    "involved": True,
    "operator": True,
    "organizer": True,
    "owner": True,
    "parent": False,
}
LABELS = (
    *("name", "full", "iban", "accountNumber", "registrationNumber", "username", "number"),
    *("email", "summary", "title", "fileName", "recordId"),
)
# Keys of the library's own form that stand beside the properties.
BESIDE = frozenset(
    (
        *("id", "schema", "properties", "caption", "datasets", "referents", "target", "origin"),
        *("first_seen", "last_seen", "last_change", "mutable", "dataset", "context", "workbench"),
    )
)
ENTITIES = frozenset(
    (
        *("Address", "Airplane", "Article", "Asset", "BankAccount", "CallForTenders", "Company"),
        *("Contract", "CourtCase", "CryptoWallet", "Document", "Email", "Event", "Identification"),
        *("LegalEntity", "License", "Message", "Note", "Organization", "Passport", "Person"),
        *("Position", "Project", "PublicBody", "RealEstate", "Sanction", "Security", "Thing"),
        *("UserAccount", "Vehicle", "Vessel"),
    )
)
OURS = "workbench"  # the key beside the properties under which an export carries what FtM has not
