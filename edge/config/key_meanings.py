"""What each key of noren.toml means in a shop, in words for its installer."""

SECTION_MEANINGS = {
    "store": "The store, and the folder of its data.",
    "hq": "The connection to headquarters. `noren hq stores add` writes the first three keys.",
    "web": "The addresses and certificates of the pages.",
    "stations": "A place at which codes are scanned; one `[[stations]]` for each.",
    "stations.wedge": "The settings of a scanner that types into this station's page; the page `/setup/<station>` finds them.",
    "devices": "A scanner or camera; one `[[devices]]` for each. Its `kind` says which of the tables below applies.",
    "printers": "A printer for labels and slips; one `[[printers]]` for each. Its `kind` says which of the tables below applies. "
    "Without any, pages have no word of printing.",
}

# The meaning of each key, with its unit if it has one, and an example as it is written in the file.
KEY_MEANINGS: dict[str, tuple[str, str]] = {
    "store.chain": ("The chain's id, the same as in `noren hq init --chain`.", '"hanada"'),
    "store.id": ("The store's id, as it was enrolled at headquarters.", '"ginza"'),
    "store.data": ("The folder of the two databases; made if it is not there.", '"/var/lib/noren"'),
    "store.time_zone": ("The zone of the shop's day, by its IANA name.", '"Asia/Tokyo"'),
    "store.day_starts": ("The hour at which the shop's day begins, for check-in once a day.", "4"),
    "store.budget_mb": (
        "MB that `store.db` may hold, if the card is small or shared; without it, all of the disk.",
        "2000",
    ),
    "store.key": (
        "The file of the key that the databases are encrypted with, if systemd gives none (`systemd/README.md`); made if "
        "it is not there. Without it `data.key` in the folder of the data.",
        '"/etc/noren/data.key"',
    ),
    "hq.broker": (
        "The broker that store and headquarters use; `mqtts` is encrypted. The nodes of a cluster with commas between them.",
        '"mqtts://broker.example.com:8883"',
    ),
    "hq.keys": (
        "Headquarters' public keys by id (Ed25519, base64url): only who holds one gives orders.",
        '{ "hq-1" = "6ZxUiHFuU98F6Qsh7eJTHDT_oXUIaqLPRoosmsBka3I" }',
    ),
    "hq.recovery_key": (
        "Headquarters' public key (X25519, base64url), as it came with the enrolment: a backup has the box's data key sealed "
        "for it, so that it can be put back on another box.",
        '"m3qd3mSJqZzqJ7w6rJkYkJd1YJrQJ1W5m1dM0YtXhEo"',
    ),
    "hq.signing_key_file": (
        "The store's own signing key, as it came with the enrolment. Files in `/etc/noren/keys` are root's, and systemd "
        "gives copies to sync. `noren seal-keys` seals this file, the password's and the TLS key's with the box's data key.",
        '"/etc/noren/keys/store-signing.key"',
    ),
    "hq.username": ("The store's name at the broker, if the broker asks for one.", '"ginza"'),
    "hq.password_file": (
        "A file with the password at the broker, one line; plain, or sealed by `noren seal-keys`.",
        '"/etc/noren/keys/broker-password"',
    ),
    "hq.ca_file": (
        "The authorities that may vouch for the broker, PEM; without it, those of the system.",
        '"/etc/noren/keys/ca.crt"',
    ),
    "hq.cert_file": (
        "The store's certificate at the broker, PEM; goes with `key_file`.",
        '"/etc/noren/keys/ginza.crt"',
    ),
    "hq.key_file": (
        "The key of that certificate, PEM, without a password of its own; plain, or sealed by `noren seal-keys`.",
        '"/etc/noren/keys/ginza.key"',
    ),
    "hq.protocol": ("MQTT's version; some brokers know 3.1.1 only.", '"3.1.1"'),
    "web.host": (
        "The loopback address the pages are served at; a person at the box itself is asked nothing.",
        '"127.0.0.1"',
    ),
    "web.lan": (
        "The address at which devices on the shop's network find the pages once they are paired: an IP address of this "
        "machine, `0.0.0.0` for all of them. Without it nothing listens outside the box.",
        '"0.0.0.0"',
    ),
    "web.names": (
        "Names of this box besides its host name with and without `.local`; a request for any other name is refused.",
        '["noren.ginza.example"]',
    ),
    "web.lan_port": ("The port of the pages at `lan`, which are served over TLS.", "8443"),
    "web.certificate": (
        "The certificate the pages show at `lan`, with its chain, PEM; without it the box makes, vouches for and renews "
        "its own. Goes with `key`, and is read at each start.",
        '"/etc/noren/tls/site.crt"',
    ),
    "web.key": (
        "The key of that certificate, PEM, without a password; the user `noren` must be able to read it.",
        '"/etc/noren/tls/site.key"',
    ),
    "web.port": ("The port of the pages.", "8080"),
    "web.play": (
        "The file of the page for trying it without hardware; `./dev run` writes one. Never in a shop.",
        '"play.json"',
    ),
    "stations.id": ("The station's id; it is in the addresses of its pages.", '"k1"'),
    "stations.role": (
        "What people do there. `kiosk`: shoppers look at goods; `entrance`: visitors check in; `counter`: staff hand over.",
        '"kiosk"',
    ),
    "stations.name": (
        "What people call it, in Japanese (`ja`) and, if wanted, English (`en`).",
        '{ ja = "1階 キオスク", en = "Kiosk, 1F" }',
    ),
    "stations.wedge": ("See `[stations.wedge]` below.", '{ layout = "jp" }'),
    "stations.wedge.layout": (
        "The keyboard the scanner is set to; `auto`: each code tells by itself, as far as it can.",
        '"jp"',
    ),
    "stations.wedge.gap_ms": ("Milliseconds there may be between two keys of one code.", "200"),
    "stations.wedge.silence_ms": ("Milliseconds of silence that end a code without Enter or Tab.", "500"),
    "stations.wedge.suffix": ("What ends a code; `auto`: found by the first scans.", '"enter"'),
    "stations.wedge.gs": ("What it types for GS1's separator, if not F8, Ctrl+] or Alt+029.", '"|"'),
    "printers.id": ("The printer's id, as the status page and the log name it.", '"labels"'),
    "printers.stations": (
        "The stations for which it prints; without it, those that have no printer of their own.",
        '["c1"]',
    ),
    "printers.width": ("Dots across: 384 on paper 58 mm wide, 576 on 80 mm.", "384"),
    "printers.usb.path": ("The device node.", '"/dev/usb/lp0"'),
    "printers.usb.answers": (
        "Whether it tells its state (DLE EOT, GS r); if not, what was sent counts as printed.",
        "false",
    ),
    "printers.serial.path": ("The line, best by its lasting name.", '"/dev/serial/by-id/usb-…"'),
    "printers.serial.baud": ("Bits a second, as the printer is set.", "19200"),
    "printers.serial.answers": ("As above.", "false"),
    "printers.network.host": ("Its address, which should be a fixed one.", '"192.168.1.40"'),
    "printers.network.port": ("The port at which it takes raw data.", "9100"),
    "printers.network.answers": ("As above.", "false"),
    "printers.file.folder": ("The folder, which must be there.", '"printed"'),
    "devices.id": ("The device's id, as the status page and the log name it.", '"scanner-1"'),
    "devices.station": ("The `id` of the station whose scans these are.", '"k1"'),
    "serial.path": ("The line, best by its lasting name.", '"/dev/serial/by-id/usb-…"'),
    "serial.baud": ("Bits a second, as the scanner is set.", "115200"),
    "serial.parity": ("The parity bit, as the scanner is set.", '"even"'),
    "serial.bytesize": ("Data bits, as the scanner is set.", "8"),
    "serial.stopbits": ("Stop bits, as the scanner is set.", "1"),
    "serial.framing": (
        "What ends a code: found by the first scans (`auto`), CR, LF or both (`line`), `tab`, STX before and ETX after "
        "(`stx`), or silence alone (`idle`).",
        '"line"',
    ),
    "serial.idle_ms": (
        "Milliseconds of silence that end a code if nothing else does; with framing auto at first: it is learned.",
        "60",
    ),
    "serial.aim": ("Whether a leading `]E0` and the like is taken as the AIM identifier.", "true"),
    "serial.gs": ("What the scanner sends for GS1's separator, if not the byte 1D.", '"|"'),
    "hid.path": ("The event device, best by its lasting name.", '"/dev/input/by-id/usb-…-event-kbd"'),
    "hid.layout": (
        "The keyboard the scanner is set to, not the one people use; `auto`: each code tells by itself, as far as it can.",
        '"us"',
    ),
    "camera.source": ("The camera, or a video file or folder of pictures in its place.", '"/dev/video0"'),
    "camera.width": ("Pixels of a picture, across.", "1280"),
    "camera.height": ("Pixels of a picture, down.", "720"),
    "camera.fps": ("Pictures a second.", "15"),
    "camera.region": (
        "The part of the picture that is looked at: left, top, right, bottom as shares of it.",
        "[0.2, 0.0, 0.8, 1.0]",
    ),
    "camera.exposure": (
        "Exposure, in the camera's own units (V4L2: 100 µs); without it, the camera's own choice.",
        "80",
    ),
    "camera.focus": ("Focus, in the camera's own units; without it, the camera's own choice.", "30"),
    "camera.power_line_hz": ("Hertz of the shop's lamps, against flicker: 50 in eastern Japan, 60 in western.", "50"),
    "camera.hold_s": ("Seconds a code must be gone before it counts again.", "2.0"),
    "camera.symbologies": (
        "The kinds of code it looks for; without it, those its station and the chain's cards need.",
        '["ean13", "qr"]',
    ),
    "camera.several": ("Of codes in view together: `all` of them, or the one nearest the `centre`.", '"centre"'),
    "camera.repeat": ("Whether a file or folder begins again at its end.", "true"),
}
