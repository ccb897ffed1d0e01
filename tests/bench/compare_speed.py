#!/usr/bin/env python3
"""Milliseconds per 224 x 224 colour image, one thread, severity 3: transform_bench beside the two maintained Python
libraries, in turns within the same minutes, the best of all rounds for each (the machine is noisy: compare ratios).

    python3 -m venv build/venv-peers
    build/venv-peers/bin/pip install imagecorruptions-imaug==1.1.5 corrupt-tta==0.1.7 opencv-python-headless scikit-image
    cmake -B build -DROBUSTCHECK_BENCH=ON && ninja -C build transform_bench
    build/venv-peers/bin/python tests/bench/compare_speed.py build/transform_bench [PICTURE.png] [ROUNDS]

Prints a markdown table; a corruption that a library does not have, or fails on, is empty."""
import json
import os
import subprocess
import sys
import time

CALLS = 12


def peer(library, picture):
    """In a process of its own: {corruption: best of CALLS, milliseconds of CPU}."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[variable] = "1"
    import warnings

    import cv2
    import numpy as np
    warnings.filterwarnings("ignore")
    cv2.setNumThreads(1)
    image = cv2.imread(picture)[..., ::-1].copy()
    if library == "imaug":
        from imagecorruptions import corrupt, get_corruption_names
        names = get_corruption_names("all")
        call = lambda name: corrupt(image, severity=3, corruption_name=name)
    else:
        from corrupt_tta import corrupt, corruption_dict
        names = list(corruption_dict)
        call = lambda name: corrupt(image, 3, name)
    times = {}
    for name in names:
        try:
            call(name)  # compiles what numba compiles
            best = float("inf")
            for seed in range(CALLS):
                np.random.seed(seed)
                start = time.process_time()
                call(name)
                best = min(best, time.process_time() - start)
            times[name] = 1e3 * best
        except Exception as error:
            print(f"{library}: {name}: {type(error).__name__}: {str(error)[:80]}", file=sys.stderr)
    print(json.dumps(times))


def ours(program, picture):
    done = subprocess.run([program, picture, "--benchmark_format=json", "--benchmark_min_time=0.05"], capture_output=True, text=True, check=True)
    times = {row["name"]: row["cpu_time"] for row in json.loads(done.stdout)["benchmarks"]}
    return times


def keep_best(best, times):
    for name, value in times.items():
        best[name] = min(value, best.get(name, value))


def main(program, picture, rounds=3):
    best = {"ours": {}, "imaug": {}, "tta": {}}
    for _ in range(int(rounds)):
        keep_best(best["ours"], ours(program, picture))
        for library in ("imaug", "tta"):
            done = subprocess.run([sys.executable, __file__, "--peer", library, picture], capture_output=True, text=True)
            sys.stderr.write(done.stderr)
            if done.returncode == 0:
                keep_best(best[library], json.loads(done.stdout.splitlines()[-1]))
    corruptions = [name.split("/", 1)[1] for name in best["ours"] if name.startswith("imagenet-c/")]
    show = lambda value: "" if value is None else f"{value:.3f}"
    print("| corruption, severity 3 | robustcheck ms | imagecorruptions-imaug ms | corrupt-tta ms | faster than the faster of them |\n|---|---|---|---|---|")
    slower, totals = [], {"ours": 0.0, "imaug": 0.0}
    for name in corruptions:
        mine, imaug, tta = best["ours"]["imagenet-c/" + name], best["imaug"].get(name), best["tta"].get(name)
        fastest = min(value for value in (imaug, tta, float("inf")) if value is not None)
        print(f"| {name} | {show(mine)} | {show(imaug)} | {show(tta)} | {fastest / mine:.1f} x |")
        if mine > fastest:
            slower.append(name)
        totals["ours"] += mine
        totals["imaug"] += imaug or 0.0
    print(f"| all {len(corruptions)} | {totals['ours']:.2f} | {totals['imaug']:.1f} | | {totals['imaug'] / totals['ours']:.1f} x imaug |")
    slow = sorted(((value, name) for name, value in best["ours"].items() if name.startswith("transform/")), reverse=True)
    print(f"\nslowest transforms at half their range: {', '.join(f'{name[10:]} {value:.2f} ms' for value, name in slow[:6])}")
    print(f"slower than the faster of the two: {', '.join(slower) or 'none'}")


if __name__ == "__main__":
    peer(*sys.argv[2:]) if sys.argv[1] == "--peer" else main(*sys.argv[1:])
