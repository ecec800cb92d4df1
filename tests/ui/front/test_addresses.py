"""The machine's own addresses, read as the kernel writes them."""

from ipaddress import ip_address
from pathlib import Path

from ui.front.addresses import own_ip_addresses

FIB = """Main:
  +-- 0.0.0.0/0 3 0 5
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.1
           /32 host LOCAL
     |-- 192.168.7.0
        /24 link UNICAST
     |-- 192.168.7.20
        /32 host LOCAL
     |-- 192.168.7.255
        /32 link BROADCAST
Local:
     |-- 192.168.7.20
        /32 host LOCAL
"""
SIX = """00000000000000000000000000000001 01 80 10 80       lo
fd00000000000000dea632fffe010203 02 40 00 80     eth0
"""


def test_each_address_once_and_no_loopback(tmp_path: Path) -> None:
    (tmp_path / "fib_trie").write_text(FIB)
    (tmp_path / "if_inet6").write_text(SIX)
    assert own_ip_addresses(tmp_path) == [ip_address("192.168.7.20"), ip_address("fd00::dea6:32ff:fe01:203")]


def test_a_kernel_without_ipv6(tmp_path: Path) -> None:
    (tmp_path / "fib_trie").write_text(FIB)
    assert own_ip_addresses(tmp_path) == [ip_address("192.168.7.20")]


def test_this_very_machine_can_be_asked() -> None:
    assert not any(address.is_loopback for address in own_ip_addresses())
