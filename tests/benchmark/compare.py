"""Judges what `peers.py run` printed: accuracy, speed and compile time of Keratin against the peers' in the same run.

    python compare.py RUN.txt [--markdown]     exit 1 if Keratin failed, or exceeded a bound, anywhere
"""
import json
import sys

ERR, ERR_OF_WORST, SLOWER, COMPILE_S = 2e-6, 1.5, 3.0, 10.0


def rows(path):
    with open(path) as file:
        return [json.loads(line) for line in file if line.startswith("{")]


def judge(mine, peers):
    """The sentences that say which bounds a row of Keratin exceeds."""
    if "failed" in mine:
        return ["failed: " + mine["failed"][:200]]
    found = []
    bound = max([ERR] + [ERR_OF_WORST * p["err"] for p in peers])
    if not mine["err"] <= bound:
        found.append(f"err {mine['err']:.1e} > {bound:.1e}")
    if peers and not mine["min_ms"] <= SLOWER * min(p["min_ms"] for p in peers):
        best = min(peers, key=lambda p: p["min_ms"])
        found.append(f"{mine['min_ms'] / best['min_ms']:.2f} times as long as {best['peer']}")
    if not mine["compile_s"] <= COMPILE_S:
        found.append(f"{mine['compile_s']:.1f} s to compile")
    return found


def markdown(cases):
    names = sorted({p["peer"] for _, peers in cases for p in peers})
    print("| model | batch | keratin ms | compile s | MB | err | " + " | ".join(f"{n} ms" for n in names) + " | best peer / keratin |")
    print("|---|" + "--:|" * (6 + len(names)))
    for mine, peers in cases:
        times = {p["peer"]: p["min_ms"] for p in peers}
        own = ("failed", "", "", "") if "failed" in mine else (
            f"{mine['min_ms']:.3f}", f"{mine['compile_s']:.2f}", str(mine["rss_mb"]), f"{mine['err']:.1e}")
        ratio = f"{min(times.values()) / mine['min_ms']:.2f}" if times and "failed" not in mine else ""
        cells = [mine["model"], str(mine["batch"]), *own, *(f"{times[n]:.3f}" if n in times else "failed" for n in names), ratio]
        print("| " + " | ".join(cells) + " |")


def main(argv):
    paths = [a for a in argv if not a.startswith("--")]
    if len(paths) != 1:
        sys.exit(__doc__)
    found = rows(paths[0])
    cases = [(r, [p for p in found if p["peer"] != "keratin" and "failed" not in p and (p["model"], p["batch"]) == (r["model"], r["batch"])])
             for r in found if r["peer"] == "keratin"]
    if not cases:
        sys.exit("compare.py: no row of keratin in " + paths[0])
    if "--markdown" in argv:
        markdown(cases)
    worse = 0
    for mine, peers in cases:
        for sentence in judge(mine, peers):
            print(f"{mine['model']} {mine['batch']}: {sentence}", file=sys.stderr)
            worse += 1
    print(f"{len(cases)} rows, {worse} bounds exceeded", file=sys.stderr)
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
