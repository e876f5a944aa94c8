"""How a code is paid at each channel. The menus are made up: take those of your agreement."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Channel:
    name: str
    steps: Mapping[str, tuple[str, ...]]
    """By language, in their order."""


_STORE = {
    "id": (
        "Datang ke kasir dan sebut: bayar Finpay.",
        "Tunjukkan kode bayar, atau biarkan kasir memindai barcode.",
        "Periksa jumlahnya, bayar persis sejumlah itu, dan simpan struknya.",
    ),
    "en": (
        "Go to the cashier and say that you pay by Finpay.",
        "Show the payment code, or let the cashier scan the barcode.",
        "Check the amount, pay exactly that, and keep the receipt.",
    ),
}

CHANNELS = (
    Channel("Indomaret", _STORE),
    Channel("Alfamart", _STORE),
    Channel(
        "Pegadaian",
        {
            "id": (
                "Datang ke loket Pegadaian dan sebut: bayar Finpay.",
                "Berikan kode bayar kepada petugas.",
                "Periksa jumlahnya, bayar persis sejumlah itu, dan simpan buktinya.",
            ),
            "en": (
                "Go to a Pegadaian counter and say that you pay by Finpay.",
                "Give the payment code to the clerk.",
                "Check the amount, pay exactly that, and keep the receipt.",
            ),
        },
    ),
    Channel(
        "ATM",
        {
            "id": (
                "Masukkan kartu dan PIN, lalu pilih Pembayaran.",
                "Pilih Finpay dan ketik kode bayar.",
                "Periksa nama toko dan jumlahnya, lalu pilih Ya.",
            ),
            "en": (
                "Insert your card, enter your PIN and choose Payment.",
                "Choose Finpay and type the payment code.",
                "Check the shop's name and the amount, then choose Yes.",
            ),
        },
    ),
    Channel(
        "Mobile banking",
        {
            "id": (
                "Buka aplikasi bank Anda dan pilih Pembayaran.",
                "Cari Finpay dan tempel kode bayar.",
                "Periksa jumlahnya, lalu masukkan PIN.",
            ),
            "en": (
                "Open your bank's app and choose Payment.",
                "Look for Finpay and paste the payment code.",
                "Check the amount, then enter your PIN.",
            ),
        },
    ),
    Channel(
        "E-wallet",
        {
            "id": (
                "Buka aplikasi dompet digital dan pilih Tagihan.",
                "Cari Finpay dan tempel kode bayar.",
                "Periksa jumlahnya, lalu konfirmasi.",
            ),
            "en": (
                "Open your wallet's app and choose Bills.",
                "Look for Finpay and paste the payment code.",
                "Check the amount, then confirm.",
            ),
        },
    ),
)
