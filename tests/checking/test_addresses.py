"""The address guard: what a stranger's link must never make us talk to."""

import socket

import pytest

from prospector.checking.addresses import AddressRefusedError, guarded_socket, why_refused


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "0.1.2.3",
        "192.0.0.170",
        "198.18.0.1",
        "240.0.0.1",
        "fec0::1",
        "100::1",
        "5f00::1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "not an address",
    ],
)
def test_addresses_of_this_machine_its_network_and_its_cloud_are_refused(address: str) -> None:
    assert why_refused(address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e", "::ffff:93.184.215.14"]
)
def test_public_addresses_are_allowed(address: str) -> None:
    assert why_refused(address) == ""


def test_no_socket_is_made_for_a_refused_address() -> None:
    with pytest.raises(AddressRefusedError, match="this machine"):
        guarded_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80)))


def test_a_socket_is_made_for_an_allowed_address() -> None:
    with guarded_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 80))) as made:
        assert made.family == socket.AF_INET


@pytest.mark.parametrize("port", [21, 22, 25, 465, 587, 993, 6667])
def test_no_socket_is_made_for_a_port_of_another_service(port: int) -> None:
    with pytest.raises(AddressRefusedError, match=f"port {port} belongs to another service"):
        guarded_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", port)))
