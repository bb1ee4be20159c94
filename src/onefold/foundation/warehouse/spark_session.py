"""Starting a local Spark application: quiet, small, in UTC, without the network."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from onefold.foundation.kernel import InvalidInput, Permanent

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_LOG4J = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = spark %p %c{1}: %m%n
logger.spark.name = org.apache.spark
logger.spark.level = off
"""


def start_session(
    directory: Path, *, master: str = "local[2]", memory: str = "2g"
) -> tuple[SparkSession, bool]:
    """Return the process's Spark application, and whether it was started for this call.

    Args:
        directory: where Spark keeps its scratch files and its log configuration.
        master: where it runs, such as `local[2]`.
        memory: heap of the driver, which is all there is in local mode.

    Raises:
        InvalidInput: pyspark is not installed.
        Permanent: the JVM does not start.
    """
    directory.mkdir(parents=True, exist_ok=True)
    # Workers must be this interpreter: the system's has neither pyarrow nor Onefold.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    local = {}
    if master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        local = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    log4j = directory / "log4j2.properties"
    log4j.write_text(_LOG4J, encoding="utf-8")
    options = {
        **local,
        "spark.driver.memory": memory,
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile=file:{log4j} -Duser.timezone=UTC",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(directory),
        "spark.sql.warehouse.dir": str(directory / "warehouse"),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.ansi.enabled": "true",
    }
    try:
        # pyspark warns of pandas 3, of which nothing here is used.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pyspark.sql import SparkSession

            running = SparkSession.getActiveSession()
            if running is not None:
                return running, False
            builder = SparkSession.builder.master(master).appName("onefold")
            for name, value in options.items():
                builder = builder.config(name, value)
            session = builder.getOrCreate()
    except ImportError as error:
        hint = "Install it by `pip install 'onefold[spark]'`."
        raise InvalidInput("pyspark is not installed.", code="warehouse.spark_missing", hint=hint) from error
    except Exception as error:  # pyspark raises bare exceptions when its JVM dies
        hint = "Spark needs a JDK of version 17 or 21: set JAVA_HOME, or put `java` on the PATH."
        raise Permanent("Spark does not start.", code="warehouse.spark_start", hint=hint) from error
    quiet_pyspark()
    return session, True


def quiet_pyspark() -> None:
    """Keep pyspark from printing every failed statement, with its values, next to the error it raises."""
    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger", "py4j"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
