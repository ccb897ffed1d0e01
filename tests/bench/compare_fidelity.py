"""Compares statistics of imagenet_c_fidelity with a reference and prints one markdown row per corruption and severity.
usage: compare_fidelity.py REFERENCE.json OURS.json      exit 1 when a cell is outside its limits (issue 5, "Faithful")"""
import json
import sys

DETERMINISTIC = "defocus_blur brightness contrast pixelate jpeg_compression gaussian_blur saturate".split()
NOISES = "gaussian_noise shot_noise impulse_noise speckle_noise".split()
PROCEDURAL = "frost snow".split()


def limits(name):
    """Largest relative difference of the mean absolute difference, and difference in dB of the PSNR."""
    if name in DETERMINISTIC:
        return 0.02, 0.2
    if name in NOISES:
        return 0.03, 0.3
    return (0.25, 2.0) if name in PROCEDURAL else (0.10, 1.0)


def main():
    reference, ours = (json.load(open(path))["stats"] for path in sys.argv[1:3])
    outside = []
    print("| corruption/severity | mad ref | mad | diff % (limit) | PSNR ref | PSNR | diff dB (limit) | SSIM ref | SSIM | bias ref | bias | |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    before = {}
    for cell, r in reference.items():
        if cell not in ours:
            continue
        o, name = ours[cell], cell.split("/")[0]
        mad_limit, psnr_limit = limits(name)
        mad, psnr = o["mad"] / r["mad"] - 1, o["psnr"] - r["psnr"]
        good = abs(mad) <= mad_limit and abs(psnr) <= psnr_limit
        if name in PROCEDURAL:
            good = good and o["mad"] > before.get(name, 0)
        before[name] = o["mad"]
        if not good:
            outside.append(cell)
        print(f"| {cell} | {r['mad']:.2f} | {o['mad']:.2f} | {100 * mad:+.1f} ({100 * mad_limit:.0f}) | {r['psnr']:.2f} | {o['psnr']:.2f} | {psnr:+.2f} ({psnr_limit}) "
              f"| {r['ssim']:.3f} | {o['ssim']:.3f} | {r['bias']:+.2f} | {o['bias']:+.2f} | {'pass' if good else 'FAIL'} |")
    missing = [cell for cell in reference if cell not in ours]
    print(f"\n{len(reference) - len(missing) - len(outside)} of {len(reference)} cells within the limits; outside: {', '.join(outside) or 'none'}; not measured: {len(missing)}")
    return 1 if outside or missing else 0


if __name__ == "__main__":
    sys.exit(main())
