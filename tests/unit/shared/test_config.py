"""Variables of an installation stand in for a service's own, and what is wrong with one is said by its name."""

from __future__ import annotations

import pytest

from services.attachments.options import Options as Attachments
from services.notify.options import Options as Notify
from shared import config

SHARED = {"VEZ_S3_ENDPOINT": "http://store:9000", "VEZ_S3_ACCESS_KEY": "a", "VEZ_S3_SECRET_KEY": "s"}


def test_a_services_own_variable_goes_before_the_installations() -> None:
    found = config.load(Attachments, SHARED)
    assert (found.s3_url, found.s3_access_key, found.s3_secret_key) == ("http://store:9000", "a", "s")
    own = config.load(Attachments, {**SHARED, "VEZ_ATTACHMENTS_S3_URL": "https://own"})
    assert (own.s3_url, own.s3_access_key) == ("https://own", "a")
    assert config.load(Notify, {"VEZ_SMTP_URL": "smtp://mail:25"}).smtp_url == "smtp://mail:25"


def test_what_is_wrong_is_said_of_the_variable_that_was_set() -> None:
    with pytest.raises(config.ConfigError) as wrong:
        config.load(Attachments, {**SHARED, "VEZ_S3_ENDPOINT": "store:9000"})
    (problem,) = wrong.value.problems
    assert problem.startswith("VEZ_S3_ENDPOINT: ")
    assert "http://host:port" in problem


def test_the_table_of_options_names_both() -> None:
    (row,) = [row for row in config.document(Attachments) if row.variable == "VEZ_ATTACHMENTS_S3_URL"]
    assert "VEZ_S3_ENDPOINT" in row.doc
