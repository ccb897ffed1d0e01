"""Adds up JUnit files: prints "N passed, N failed" (", N skipped"). usage: count_tests.py CTEST.xml PYTEST.xml...
Exit 1 on a failure or without tests. CTest's entry "pytest.x" stands for the cases in pytest.x.xml and is left out where
that file was written; a test that CTest could not start has failed."""
import pathlib
import sys
import xml.etree.ElementTree as tree


def outcome(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    skipped = case.find("skipped")
    if skipped is None:
        return "passed"
    could_not_start = case.get("status") == "notrun" and not skipped.get("message", "").startswith("SKIP_")
    return "failed" if could_not_start else "skipped"


def main(files):
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    suites = {pathlib.Path(file).stem for file in files}
    broken = set()  # pytest files with a failed case
    for file in reversed(files):  # CTest's own comes last: its entry counts where no case of that suite tells why
        for case in tree.parse(file).iter("testcase"):
            name, result = case.get("name", ""), outcome(case)
            if name in suites and (result == "passed" or name in broken):
                continue
            counts[result] += 1
            if result == "failed":
                broken.add(pathlib.Path(file).stem)
                print(f"failed: {case.get('classname', '')} {name}", file=sys.stderr)
    print(f"{counts['passed']} passed, {counts['failed']} failed" + (f", {counts['skipped']} skipped" if counts["skipped"] else ""))
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
