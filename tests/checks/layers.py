"""Who may include whom (README, map of the source). usage: layers.py [SOURCE_TREE]; prints every breach, exit 1 if there is one."""
import pathlib
import re
import sys

MODULES = {  # module -> modules that it may include, beside itself
    "base": set(),
    "space": {"base"},
    "oracle": {"base"},
    "analysis": {"base", "space"},
    "search": {"base", "space", "oracle"},
    "image": {"base", "space"},
    "transform": {"base", "space", "image"},
    "codec": {"base", "image"},
    "eval": {"base", "space", "oracle", "image"},
    "report": {"base", "space", "analysis"},
    "runtime": {"base", "space", "oracle", "image", "transform", "codec", "eval"},
    "app": {"base", "space", "oracle", "analysis", "search", "image", "transform", "eval", "report"},
    "cli": {"app", "base", "space"},
    "worker": {"base", "runtime", "codec", "eval"},
}
THIRD_PARTY = {  # header pattern -> modules that may include it
    r"(torch|ATen|c10|caffe2)/": {"runtime", "worker"},
    r"opencv2/": {"image", "transform", "codec", "runtime", "worker"},
    r"CLI/": {"cli"},
    r"spdlog/": {"app"},
    r"openssl/": {"base"},
    r"Random123/": {"base"},
    r"jpeglib\.h": {"image", "codec"},
    r"nlohmann/": {"base"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.M)


def module_of(path, tree):
    parts = path.relative_to(tree).parts
    return parts[2] if parts[0] == "include" else parts[1]


def breaches(tree):
    files = [p for folder in ("include/robustcheck", "src") for p in sorted((tree / folder).rglob("*")) if p.suffix in (".h", ".cpp")]
    for path in files:
        module = module_of(path, tree)
        where = path.relative_to(tree)
        if module not in MODULES:
            yield f"{where}: unknown module '{module}'"
            continue
        for header in INCLUDE.findall(path.read_text()):
            if header.startswith("robustcheck/"):
                other = header.split("/")[1]
                if other != module and other not in MODULES[module]:
                    yield f"{where}: module '{module}' may not include '{header}'"
            for pattern, allowed in THIRD_PARTY.items():
                if re.match(pattern, header) and module not in allowed:
                    yield f"{where}: <{header}> belongs to {', '.join(sorted(allowed))} only"


if __name__ == "__main__":
    found = list(breaches(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()))
    print("\n".join(found))
    sys.exit(1 if found else 0)
