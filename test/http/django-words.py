"""What Django says of a table of inputs: reads a JSON list from its standard input, writes the list of its answers."""

import datetime
import json
import sys
import warnings

warnings.simplefilter("ignore")

import django
from django.conf import settings

settings.configure(DEFAULT_CHARSET="utf-8")

from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.cache import add_never_cache_headers, patch_cache_control, patch_vary_headers
from django.views.decorators.http import condition


def response(field, lines):
    made = HttpResponse()
    if lines is not None:
        made[field] = lines
    return made


def control(row):
    made = response("Cache-Control", row["lines"])
    patch_cache_control(made, **row["more"])
    return made["Cache-Control"]


def never(row):
    made = response("Cache-Control", row["lines"])
    add_never_cache_headers(made)
    return made["Cache-Control"]


def vary(row):
    made = response("Vary", row["lines"])
    patch_vary_headers(made, row["names"])
    return made["Vary"]


def conditional(row):
    changed = row.get("lastModified")
    date = None if changed is None else datetime.datetime.utcfromtimestamp(changed / 1000)

    def etag(request):
        return row.get("etag")

    def last_modified(request):
        return date

    @condition(etag, last_modified)
    def view(request):
        return HttpResponse("page")

    fields = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in row["fields"].items()}
    answer = view(RequestFactory().generic(row["method"], "/", **fields))
    return [answer.status_code, answer.get("ETag"), answer.get("Last-Modified")]


ACTS = {"control": control, "never": never, "vary": vary, "conditional": conditional}
json.dump([ACTS[row["act"]](row) for row in json.load(sys.stdin)], sys.stdout)
