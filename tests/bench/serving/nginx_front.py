"""The front as it would be with nginx: the box's certificate, the app's socket, and nginx.conf beside this file.

Run as `python -m tests.bench.serving.nginx_front SETTINGS`; wants Debian's nginx-light.
"""

import os
import pwd
import shutil
import sys
from pathlib import Path
from string import Template

from edge.config.loader import read_config
from ui.front import certificate, haproxy

TEMPLATE = Path(__file__).parent / "nginx.conf"
PROGRAM = shutil.which("nginx", path=haproxy.PROGRAM_PATH)  # None if it is not installed


def main(settings: str) -> None:
    """Become nginx."""
    assert PROGRAM, "nginx is not installed"
    config = read_config(Path(settings))
    haproxy.prepare_front(config)
    folder = haproxy.folder(config)
    conf = folder / "nginx.conf"
    conf.write_text(
        Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
            user=pwd.getpwuid(os.getuid()).pw_name,
            folder=folder,
            app=haproxy.app_socket(config),
            port=config.web.lan_port,
            pem=folder / certificate.SITE,
        ),
        encoding="utf-8",
    )
    os.execv(PROGRAM, [PROGRAM, "-p", str(folder), "-c", str(conf), "-e", str(folder / "nginx.log")])


if __name__ == "__main__":
    main(sys.argv[1])
