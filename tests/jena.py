"""Apache Jena's command line programs as Debian packs them: libapache-jena-java, with any Java."""

import shutil
from pathlib import Path

JARS = Path("/usr/share/java")
# Debian's jars leave out this file of messages, without which the class that reads patterns does not start.
MESSAGES = Path("xerces", "impl", "xpath", "regex", "message.properties")
OTHERS = {
    "commons-cli", "commons-codec", "commons-compress", "commons-csv", "commons-io", "commons-lang3", "dexx.collection",
    "gson", "guava", "httpclient", "httpcore", "jackson-annotations", "jackson-core", "jackson-databind",
    "jakarta.json-api", "jsonld-java", "protobuf", "slf4j-api", "slf4j-nop", "thrift", "titanium-json-ld",
}  # fmt: skip


def available() -> bool:
    return shutil.which("java") is not None and (JARS / "jena-cmds.jar").exists()


def command(program: str, folder: Path) -> list[str]:
    """What runs a program of Jena's; ``folder`` is one to write to."""
    (folder / MESSAGES).parent.mkdir(parents=True, exist_ok=True)
    (folder / MESSAGES).touch()
    path = ":".join(map(str, [folder, *JARS.glob("jena-*.jar"), *(JARS / f"{name}.jar" for name in OTHERS)]))
    light = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]
    return ["java", *light, "-Dfile.encoding=UTF-8", "-cp", path, f"arq.{program}"]
