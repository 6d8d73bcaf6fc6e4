"""How the terms of the model relate to those of others: LPWC, ORKG, ML-Schema, schema.org, Web Annotation.

LPWC is Linked Papers With Code, ORKG the Open Research Knowledge Graph.

SKOS matches and not equivalences: `mls:Model` is what one run trained, ours is what a name stands for, and a reasoner
must not merge the two. `closeMatch` can stand for ours in most uses, `relatedMatch` cannot, `broadMatch` is wider.
"""

from collections.abc import Mapping
from types import MappingProxyType

_CLOSE, _BROAD, _RELATED = "skos:closeMatch", "skos:broadMatch", "skos:relatedMatch"

#: Prefixed name of ours -> (kind of match, prefixed name of theirs).
MAPPINGS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "kg:Paper": ((_CLOSE, "lpwc:paper"), (_CLOSE, "orkgc:Paper")),
        "kg:Model": ((_CLOSE, "lpwc:model"), (_CLOSE, "orkgc:Model"), (_RELATED, "mls:Model")),
        "kg:Method": ((_CLOSE, "lpwc:method"), (_RELATED, "mls:Algorithm")),
        "kg:Dataset": ((_CLOSE, "lpwc:dataset"), (_CLOSE, "orkgc:Dataset"), (_CLOSE, "mls:Dataset")),
        "kg:Benchmark": ((_CLOSE, "orkgc:Benchmark"), (_RELATED, "lpwc:evaluation")),
        "kg:Task": ((_CLOSE, "lpwc:task"), (_CLOSE, "orkgc:Problem"), (_RELATED, "mls:Task")),
        "kg:Metric": ((_CLOSE, "orkgc:Metric"), (_CLOSE, "mls:EvaluationMeasure")),
        "kg:Result": ((_CLOSE, "lpwc:evaluationresult"), (_CLOSE, "mls:ModelEvaluation")),
        "kg:Evidence": ((_CLOSE, "oa:SpecificResource"), (_CLOSE, "oa:TextQuoteSelector")),
        "kg:addresses": ((_CLOSE, "lpwcp:hasTask"), (_BROAD, "schema:about")),
        "kg:end": ((_CLOSE, "oa:end"),),
        "kg:evaluatesOn": ((_RELATED, "lpwcp:usesDataset"), (_RELATED, "orkgp:HAS_BENCHMARK")),
        "kg:hasResult": ((_RELATED, "lpwcp:hasEvaluation"), (_RELATED, "orkgp:HAS_EVALUATION")),
        "kg:inPaper": ((_CLOSE, "oa:hasSource"),),
        "kg:introducedBy": ((_CLOSE, "lpwcp:introducedBy"),),
        "kg:metric": ((_CLOSE, "orkgp:HAS_METRIC"), (_CLOSE, "mls:specifiedBy")),
        "kg:metricName": ((_CLOSE, "lpwcp:metricName"),),
        "kg:on": ((_CLOSE, "orkgp:HAS_DATASET"), (_CLOSE, "lpwcp:hasDataset")),
        "kg:quote": ((_CLOSE, "oa:exact"),),
        "kg:rawValue": ((_CLOSE, "lpwcp:metricValue"),),
        "kg:start": ((_CLOSE, "oa:start"),),
        "kg:system": ((_CLOSE, "lpwcp:hasModel"), (_CLOSE, "orkgp:HAS_MODEL")),
        "kg:unit": ((_CLOSE, "schema:unitText"),),
        "kg:uses": ((_BROAD, "schema:mentions"), (_RELATED, "lpwcp:hasMethod")),
        "kg:value": ((_CLOSE, "schema:value"), (_CLOSE, "orkgp:HAS_VALUE"), (_CLOSE, "mls:hasValue")),
    }
)
