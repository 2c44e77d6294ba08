"""Graph files and small deliveries for the readers and writers of formats."""

import json
from pathlib import Path

MANIFEST = """
name = "harbour"
title = "Harbour \\"records\\""
licence = "CC0-1.0"
synthetic = true
sensitive = ["sex"]

[[entities]]
file = "persons.csv"
kind = "person"
id = "id"
label = "name"

[[entities]]
file = "accounts.csv"
kind = "account"
id = "id"
label = "number"

[[entities]]
file = "offences.csv"
kind = "offence"
id = "id"
label = "label"

[[links]]
file = "holds.csv"
kind = "holds"
from = "person"
from_kind = "person"
to = "account"
to_kind = "account"

[[links]]
file = "transfers.csv"
kind = "transferred"
from = "payer"
from_kind = "account"
to = "payee"
to_kind = "account"
amount = "amount"
record = "id"

[[links]]
file = "calls.csv"
kind = "called"
from = "caller"
from_kind = "phone"
to = "callee"
to_kind = "phone"

[[links]]
file = "involved.csv"
kind = "involved_in"
from = "person"
from_kind = "person"
to = "offence"
to_kind = "offence"
role = "role"

[[links]]
file = "owns.csv"
kind = "owns"
from = "person"
from_kind = "person"
to = "firm"
to_kind = "organisation"

[[links]]
file = "directs.csv"
kind = "directs"
from = "person"
from_kind = "person"
to = "firm"
to_kind = "organisation"

[[links]]
file = "met.csv"
kind = "associated_with"
from = "a"
from_kind = "person"
to = "b"
to_kind = "person"
"""
_PROVENANCE = "member_state,source,source_grade,information_grade,handling,occurred_at,known_at"
_FROM = "AV,harbour police,B,2,H0"
FILES = {
    "persons.csv": f"id,name,sex,trade,kind,Start time (UTC),{_PROVENANCE}\n"
    f'P1,"Ada ""é"" <Reed> & Co 😀",female,baker,x,8:00,{_FROM},,2024-01-01T00:00:00Z\n'
    f"P2,+37060000001,male,,,,{_FROM},,2024-01-02T03:04:05.678901Z\n"
    f'P 3/ü,=cmd(),male,"two\nlines",y,,{_FROM.replace("H0", "H1")},,2024-01-03T00:00:00Z\n',
    "accounts.csv": f"id,number,bank,{_PROVENANCE}\n"
    f"A1,LT01,'quoted,{_FROM},,2024-01-01T00:00:00Z\n"
    f"A2,LT02,@bank,{_FROM},,2024-01-01T00:00:00Z\n",
    "offences.csv": f"id,label,offence_type,{_PROVENANCE}\n"
    f"O1,Theft 17,theft,{_FROM},2024-01-05T00:00:00Z,2024-01-06T00:00:00Z\n",
    "holds.csv": f"person,account,{_PROVENANCE}\n"
    f"P1,A1,{_FROM},,2024-01-01T00:00:00Z\nP2,A2,{_FROM},,2024-01-01T00:00:00Z\n",
    "transfers.csv": f"id,payer,payee,amount,currency,rail,{_PROVENANCE}\n"
    f"X1,A1,A2,12.50,EUR,card,{_FROM},2024-02-01T10:00:00Z,2024-02-03T00:00:00Z\n"
    f"X2,A1,A2,12.50,EUR,card,{_FROM},2024-02-01T10:00:00Z,2024-02-03T00:00:00Z\n"
    f"X3,A2,A1,0.1,EUR,wire,{_FROM},2024-02-02T11:30:00+01:00,2024-02-03T00:00:00Z\n",
    "calls.csv": f"caller,callee,duration,{_PROVENANCE}\n"
    f"+3701,+3702,30,{_FROM},2024-02-01T10:00:00Z,2024-02-03T00:00:00Z\n"
    f"+3702,+3703,,{_FROM},,2024-02-04T00:00:00Z\n",
    "involved.csv": f"person,offence,role,{_PROVENANCE}\n"
    f"P1,O1,suspect,{_FROM},,2024-01-07T00:00:00Z\n"
    f"P2,O1,witness,{_FROM},,2024-01-08T00:00:00Z\n",
    "owns.csv": f"person,firm,{_PROVENANCE}\nP1,F1,{_FROM},,2024-01-07T00:00:00Z\n",
    "directs.csv": f"person,firm,{_PROVENANCE}\nP2,F2,{_FROM},,2024-01-07T00:00:00Z\n",
    "met.csv": f"a,b,reason,{_PROVENANCE}\nP1,P2,seen together,{_FROM},,2024-01-07T00:00:00Z\n",
}


def delivery(root: Path, **changed: str) -> Path:
    """A dataset folder with every kind of end and value that formats stumble over."""
    root.mkdir(parents=True)
    (root / "dataset.toml").write_text(MANIFEST)
    for name, content in FILES.items():
        (root / name).write_text(changed.get(Path(name).stem, content))
    return root


GEXF = """<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">
 <meta lastmodifieddate="2024-01-01"><creator>someone</creator></meta>
 <graph defaultedgetype="directed" mode="dynamic" timeformat="date">
  <attributes class="node"><attribute id="0" title="kind" type="string"/></attributes>
  <attributes class="node" mode="dynamic">
   <attribute id="0" title="kind" type="string"/>
   <attribute id="2" title="status" type="string"><default>unknown</default></attribute>
  </attributes>
  <attributes class="edge"><attribute id="0" title="amount" type="double"/></attributes>
  <nodes>
   <node id="a" label="Ada 🐟"><attvalues><attvalue for="0" value="person"/>
     <attvalue for="2" value="x" start="2024-01-01" end="2024-02-01"/>
     <attvalue for="2" value="y" start="2024-02-01"/></attvalues>
     <viz:color r="1" g="2" b="3"/><viz:position x="1" y="2" z="0"/></node>
   <node id="b" label="B"><attvalues><attvalue for="0" value="account"/></attvalues>
    <nodes><node id="c" label="C"><attvalues><attvalue for="0" value="account"/></attvalues>
    </node></nodes></node>
  </nodes>
  <edges>
   <edge source="b" target="c" kind="transfer" start="2024-03-01">
    <attvalues><attvalue for="0" value="12.5"/></attvalues></edge>
   <edge source="a" target="b" label="holds" type="undirected"/>
  </edges>
 </graph>
</gexf>
"""
GRAPHML = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml">
 <key id="d0" for="node" attr.name="type" attr.type="string"><default>person</default></key>
 <key id="d1" for="node" yfiles.type="nodegraphics"/>
 <key id="d2" for="edge" attr.name="date" attr.type="string"/>
 <key id="d3" for="port" yfiles.type="portgraphics"/>
 <graph edgedefault="undirected">
  <node id="n0"><data key="d1"><y:ShapeNode><y:Fill color="#FFCC00"/>
   <y:NodeLabel>Ada<y:LabelModel/></y:NodeLabel></y:ShapeNode></data>
   <port name="x"><data key="d3">drawn</data></port></node>
  <node id="n1"><data key="d0"><![CDATA[phone]]></data>
   <data key="d1"><y:NodeLabel><![CDATA[<b> & co]]></y:NodeLabel></data>
   <graph edgedefault="directed"><node id="n1::n2"/>
    <edge source="n1::n2" target="n1" sourceport="x"/></graph></node>
  <edge id="e0" source="n0" target="n1"><data key="d2">2024-01-05</data></edge>
 </graph>
</graphml>
"""
GML = """Creator "Gephi"
# a comment
graph
[
  directed 1
  node_count 3
  node [ id 0 label "Ada 😀 &eacute;&#233;&amp;" my_key "x" att [ x 1 y "two
lines" ] graphics [ x 1.5 y -2.e3 ] ]
  node [ id 1 label "Ada" weight .5 ]
  node
  [
    id 2
  ]
  edge [ source 0 target 1 value 1.0 ]
  edge [ id 5 source 1 target 2 label "uses" ]
]
"""


def entity(id: str, schema: str, **properties: object) -> dict[str, object]:
    """An entity of FollowTheMoney."""
    named = {
        name: value if isinstance(value, list) else [value] for name, value in properties.items()
    }
    return {"id": id, "schema": schema, "properties": named}


_OWNS_C1 = entity("o2", "Ownership", owner=entity("p2", "Person", name="Ben"), startDate="2014")
FTM = "".join(
    json.dumps(one) + "\n"
    for one in (
        entity("p1", "Person", name=["Ada", "Adah"], gender="female", addressEntity="ad"),
        entity("c1", "Company", name="Acme", ownershipAsset=_OWNS_C1),
        entity("ad", "Address", full="1 Quay Street"),
        entity("b1", "BankAccount", iban="LT1"),
        entity("b2", "BankAccount", iban="LT2"),
        entity("o1", "Ownership", owner="p1", asset="b1", startDate="2024-01-05"),
        entity("d1", "Directorship", director=["p1", "p2"], organization="c1"),
        entity("m1", "Payment", payerAccount="b1", beneficiaryAccount="b2", amount="12.5",
               currency="EUR", date="2024-05-06"),
        entity("m2", "Payment", payerAccount="b2", beneficiaryAccount="b1", amount="9",
               currency="USD", date="2024-05"),
        {"id": "f1", "schema": "Family", "person": ["p1"], "relative": "p2"},
    )
)  # fmt: skip
