"""One writer on a disk that is full: ``python -m faults.full_disk HOME WRITER LIMIT``.

No file may grow beyond LIMIT bytes (the kernel's RLIMIT_FSIZE), so that what the database writes
fails in the middle of a commit. Prints the sentence that the writer was refused with.
"""

import resource
import sys
from pathlib import Path

from faults.deciding import decide_until_refused


def main() -> int:
    root, writer, limit = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    print(decide_until_refused(root, writer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
