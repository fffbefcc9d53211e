"""Reads an exposition from stdin with Prometheus's own client and writes what it says as JSON."""

import json
import sys

from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as read_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as read_text

read = read_openmetrics if sys.argv[1] == "openmetrics" else read_text
metrics = [
    {
        "name": metric.name,
        "help": metric.documentation,
        "type": metric.type,
        "unit": metric.unit,
        "samples": [[sample.name, sample.labels, sample.value] for sample in metric.samples],
    }
    for metric in read(sys.stdin.read())
]
json.dump(metrics, sys.stdout)
