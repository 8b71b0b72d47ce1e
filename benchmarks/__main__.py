"""python -m benchmarks [NAME …]: run the named benchmarks, or all; exits 1 when one falls short."""

import os
import sys

from benchmarks import deliveries, drain, redirects, starts, statistics, tiktok, top, updates

BENCHMARKS = {
    "deliveries": deliveries.run,
    "redirects": redirects.run,
    "drain": drain.run,
    "updates": updates.run,
    "starts": starts.run,
    "statistics": statistics.run,
    "tiktok": tiktok.run,
    "top": top.run,
}


def main(names: list[str]) -> int:
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    print(f"load of the machine before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores")
    good = True
    for name in names or BENCHMARKS:
        print(f"{name}:", flush=True)
        good = BENCHMARKS[name]() and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
