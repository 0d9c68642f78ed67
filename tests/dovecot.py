"""A real Dovecot on loopback, unprivileged, with a configuration, a certificate and mail folders of its own, gone after the test."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.misbehaving_tls import contexts

PASSWORD = "correct-horse-ü"
START = 10.0  # seconds

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
first_valid_gid = 1
ssl = required
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox "{drafts}" {{
    auto = subscribe
    {special}
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
"""


@dataclass(frozen=True, kw_only=True)
class Dovecot:
    host: str
    port: int
    authority: Path  # PEM, to trust
    folder: Path

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8")


@contextmanager
def dovecot(*, certificate: str = "good", drafts: str = "Entwürfe", marked: bool = True) -> Iterator[Dovecot]:
    """Serve until the end of the block; any name may log in with PASSWORD.

    :param certificate: a problem of tests.misbehaving_tls.
    :param drafts: the name of the one folder beside the inbox, marked as the one for drafts or not.
    """
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin")
    assert program, "There is no Dovecot here; requirements/system.sh installs it."
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    group = grp.getgrgid(account.pw_gid).gr_name
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))  # not pytest's own, which nobody else may enter
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    tls = contexts()
    texts = {"certificate.pem": tls.certificates[certificate], "key.pem": tls.key, "authority.pem": tls.authority}
    special = "special_use = \\Drafts" if marked else ""
    texts["dovecot.conf"] = CONFIGURATION.format(
        folder=folder, user=account.pw_name, group=group, password=PASSWORD, port=port, drafts=drafts, special=special
    )
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            os.chown(path, account.pw_uid, account.pw_gid)
    command = [program, "-F", "-c", str(folder / "dovecot.conf")]
    as_nobody = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, **as_nobody)  # type: ignore[call-overload]
    served = Dovecot(host="localhost", port=port, authority=folder / "authority.pem", folder=folder)
    try:
        _wait_for(process, port)
        yield served
    finally:
        process.terminate()
        process.wait(START)
        process.stderr.close()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end:
        assert process.poll() is None, process.stderr and process.stderr.read().decode()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("Dovecot does not answer")
