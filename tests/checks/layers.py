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
THIRD_PARTY = (  # header pattern -> modules that may include it; the first pattern that matches decides
    (r"(torch|ATen|c10|caffe2)/", {"runtime"}),
    (r"opencv2/core\.hpp", {"image", "transform", "codec", "runtime"}),  # cv::Mat is how a decoded picture travels
    (r"opencv2/imgcodecs", {"codec"}),
    (r"opencv2/", {"image", "transform", "codec"}),
    (r"jpeglib\.h|jerror\.h|turbojpeg\.h", {"image", "codec"}),
    (r"webp/", {"transform", "codec"}),
    (r"png\.h|zlib\.h", {"codec"}),
    (r"CLI/", {"cli"}),
    (r"(spdlog|fmt)/", {"app"}),
    (r"openssl/", {"base"}),
    (r"Random123/", {"base"}),
    (r"nlohmann/", {"base"}),
    (r"csv\.h", {"base"}),
)
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.M)


def module_of(path, tree):
    """include/robustcheck/<module>/x.h or src/<module>/x.cpp"""
    parts = path.relative_to(tree).parts
    return parts[2] if parts[0] == "include" else parts[1]


def fault(module, header):
    """Why this module may not include this header; None if it may."""
    if header.startswith("robustcheck/"):
        other = header.split("/")[1]
        return None if other == module or other in MODULES[module] else f"module '{module}' may not include '{header}'"
    for pattern, allowed in THIRD_PARTY:
        if re.match(pattern, header):
            return None if module in allowed else f"<{header}> belongs to {', '.join(sorted(allowed))} only"
    return f"'{header}' leads to another folder" if ".." in header else None


def breaches(tree):
    for folder in ("include/robustcheck", "src"):
        for path in sorted(p for p in (tree / folder).rglob("*") if p.suffix in (".h", ".cpp")):
            module, where = module_of(path, tree), path.relative_to(tree)
            if module not in MODULES:
                yield f"{where}: unknown module '{module}'"
                continue
            faults = (fault(module, header) for header in INCLUDE.findall(path.read_text()))
            yield from (f"{where}: {text}" for text in faults if text)


if __name__ == "__main__":
    found = list(breaches(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()))
    print("\n".join(found))
    sys.exit(1 if found else 0)
