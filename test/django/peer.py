"""A Django process for the tests of breakwater/django. It reads a JSON object a line, {"id", "code"}, runs the code (an
expression, or statements) and answers {"id", "value"} or {"id", "error"}. It ends with its standard input."""

import base64
import collections
import datetime
import decimal
import gzip
import json
import os
import pickle
import sys
import traceback
import uuid

import django
from django.conf import settings

options = json.loads(sys.argv[1])
REDIS = options["redis"]
MEMCACHED = options["memcached"]
FOLDER = options["folder"]

try:
    import django.core.cache.backends.redis

    CORE = {"BACKEND": "django.core.cache.backends.redis.RedisCache"}
except ImportError:
    # Before Django 4.0. Its format is django-redis' with the highest protocol of pickle.
    CORE = {"BACKEND": "django_redis.cache.RedisCache", "OPTIONS": {"PICKLE_VERSION": 5}}


def redis(**more):
    return {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": REDIS, "OPTIONS": more}


def compressor(name):
    return redis(COMPRESSOR="django_redis.compressors." + name)


settings.configure(
    SECRET_KEY="the key of today",
    USE_TZ=True,
    TIME_ZONE="UTC",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.path.join(FOLDER, "django.sqlite3"),
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    CACHES={
        "default": redis(),
        "core": {"LOCATION": REDIS, **CORE},
        "json": redis(SERIALIZER="django_redis.serializers.json.JSONSerializer"),
        "msgpack": redis(SERIALIZER="django_redis.serializers.msgpack.MSGPackSerializer"),
        "prefixed": {**redis(), "KEY_PREFIX": "shop", "VERSION": 3, "TIMEOUT": 77},
        "zlib": compressor("zlib.ZlibCompressor"),
        "lzma": compressor("lzma.LzmaCompressor"),
        "lz4": compressor("lz4.Lz4Compressor"),
        "gzip": redis(COMPRESSOR="__main__.GzipCompressor"),
        "herd": redis(CLIENT_CLASS="django_redis.client.HerdClient"),
        "pymemcache": {
            "BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache",
            "LOCATION": MEMCACHED,
        },
        "pylibmc": {
            "BACKEND": "django.core.cache.backends.memcached.PyLibMCCache",
            "LOCATION": MEMCACHED,
            "KEY_PREFIX": "lib",
        },
        "database": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "cache_table",
        },
        "file": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": os.path.join(FOLDER, "files"),
        },
    },
)

from django_redis.compressors.base import BaseCompressor  # noqa: E402
from django_redis.exceptions import CompressorError  # noqa: E402


class GzipCompressor(BaseCompressor):
    """As django-redis has it since 6.0."""

    min_length = 15

    def compress(self, value):
        return gzip.compress(value) if len(value) > self.min_length else value

    def decompress(self, value):
        try:
            return gzip.decompress(value)
        except gzip.BadGzipFile as error:
            raise CompressorError from error


django.setup()

from django.core import signing  # noqa: E402
from django.core.cache import caches  # noqa: E402
from django.core.cache.utils import make_template_fragment_key  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.contrib.sessions.backends.cache import SessionStore as CacheSession  # noqa: E402
from django.contrib.sessions.backends.cached_db import SessionStore as CachedSession  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore as DbSession  # noqa: E402
from django.contrib.sessions.backends.signed_cookies import SessionStore as CookieSession  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.template import Context, Template  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.utils.safestring import SafeString  # noqa: E402
from django.views.decorators.cache import cache_page  # noqa: E402
from django_redis import get_redis_connection  # noqa: E402
from django_redis.hash_ring import HashRing  # noqa: E402

urlpatterns = []

call_command("createcachetable", verbosity=0)
call_command("migrate", verbosity=0)


def same(a, b):
    """Equal, and of the same types all the way down; NaN equals NaN."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return len(a) == len(b) and all(
            same(x, y) for x, y in zip(sorted(a.items(), key=repr), sorted(b.items(), key=repr))
        )
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    if isinstance(a, float):
        return repr(a) == repr(b)
    if isinstance(a, decimal.Decimal):
        return str(a) == str(b)
    if isinstance(a, (datetime.datetime, datetime.time)):
        return a == b and a.utcoffset() == b.utcoffset() and a.fold == b.fold
    return a == b


def b64(data):
    return base64.b64encode(data).decode()


def run(code):
    try:
        compiled = compile(code, "<test>", "eval")
    except SyntaxError:
        exec(compile(code, "<test>", "exec"), globals())
        return None
    return eval(compiled, globals())


def main():
    # What code prints must not be taken for an answer.
    answers, sys.stdout = sys.stdout, sys.stderr
    print(json.dumps({"ready": django.get_version()}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"value": run(request["code"])}
        except Exception as error:
            answer = {"error": "%s: %s" % (type(error).__name__, error), "trace": traceback.format_exc()}
        print(json.dumps({"id": request["id"], **answer}, default=repr), file=answers, flush=True)


main()
