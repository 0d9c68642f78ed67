"""A seed may be a home page: its lists of links are found within few requests, in many languages."""

from __future__ import annotations

import pytest

from prospector.links.extract import read_page
from prospector.scoring.resource_pages import is_resource_page, likely_resource_page, page_signals

LIKELY = 0.5  # from here on a crawl visits a page
MOST_VISITS = 3

Menu = list[tuple[str, str]]

LIBRARY: Menu = [
    ("/about/", "About the library"), ("/hours", "Hours & locations"), ("/catalogue", "Catalogue"), ("/databases/a-z", "Databases A-Z"), ("/services/borrow", "Borrow & renew"),
    ("/services/interlibrary-loan", "Interlibrary loan"), ("/events/calendar", "Events"), ("/research/gardening-and-horticulture-resources", "Gardening and horticulture"),
    ("/ask", "Ask a librarian"), ("/account/login", "My account"), ("/news/2025/11/linking-two-towns", "Linking two towns: how the new bus line brings readers from both banks of the river to us"),
    ("/news/2025/10/shelf-by-shelf", "Shelf by shelf"), ("/support/donate", "Donate"), ("/privacy", "Privacy"), ("/accessibility", "Accessibility"), ("/sitemap", "Site map"),
]  # fmt: skip
GARDEN_CLUB: Menu = [
    ("index.htm", "Startseite"), ("verein.htm", "Der Verein"), ("vorstand.htm", "Vorstand"), ("termine.htm", "Termine"), ("satzung.pdf", "Satzung"), ("mitglied-werden.htm", "Mitglied werden"),
    ("parzellen.htm", "Freie Parzellen"), ("galerie/sommerfest2019.htm", "Bilder vom Sommerfest"), ("presse.htm", "Presse"), ("fachberatung/kompost.htm", "Richtig kompostieren"),
    ("linksammlung.htm", "Interessante Seiten"), ("gaestebuch.php", "Gästebuch"), ("kontakt.htm", "Kontakt"), ("impressum.htm", "Impressum"), ("datenschutz.htm", "Datenschutz"),
]  # fmt: skip
ASSOCIATION: Menu = [
    ("/", "Accueil"), ("/qui-sommes-nous", "Qui sommes-nous ?"), ("/actualites", "Actualités"), ("/adherer", "Adhérer"), ("/agenda/2026/03", "Agenda"), ("/ateliers/compost", "Ateliers compost"),
    ("/spip.php?rubrique12", "Liens utiles"), ("/revue-de-presse", "Revue de presse"), ("/boutique/panier", "Panier"), ("/espace-membres/connexion", "Espace membres"),
    ("/mentions-legales", "Mentions légales"), ("/contact", "Contact"), ("/blog/2024/05/quand-les-abeilles-font-le-lien", "Quand les abeilles font le lien entre la ville et ses jardins partagés"),
]  # fmt: skip
PARK: Menu = [
    ("inicio.html", "Inicio"), ("historia.html", "Historia"), ("fauna/mamiferos.htm", "Mamíferos"), ("fauna/aves.htm", "Aves"), ("flora.htm", "Flora"), ("rutas.htm", "Rutas y senderos"),
    ("noticias.htm", "Noticias"), ("enlaces.htm", "Enlaces de interés"), ("galeria.htm", "Galería de fotos"), ("libro_de_visitas.php", "Libro de visitas"), ("contactar.htm", "Contactar"),
]  # fmt: skip
SKY: Menu = [
    ("/", "Úvod"), ("/aktuality/", "Aktuality"), ("/pozorovani/", "Pozorování"), ("/komety/zname.html", "Známé komety"), ("/akce/2026/", "Akce"), ("/clenove/", "Členové"), ("/galerie/", "Fotogalerie"),
    ("/ke-stazeni/", "Ke stažení"), ("/uzitecne-odkazy/", "Užitečné odkazy"), ("/kontakty/", "Kontakty"), ("/prihlaseni/", "Přihlášení"),
]  # fmt: skip
FRIENDS: Menu = [
    ("/", "ホーム"), ("/about.html", "会について"), ("/news/", "お知らせ"), ("/katsudou/2025.html", "活動報告"), ("/shokubutsu/", "植物図鑑"), ("/link.html", "リンク集"), ("/toiawase.html", "お問い合わせ"),
]  # fmt: skip
SCHOOL: Menu = [
    ("/glavnaya", "Главная"), ("/o-shkole", "О школе"), ("/svedeniya", "Сведения об организации"), ("/raspisanie", "Расписание"), ("/novosti/123", "Новости"), ("/uchitelyam", "Учителям"),
    ("/p5aa1.html", "Полезные ссылки"), ("/gostevaya", "Гостевая книга"), ("/kontakty", "Контакты"), ("/poisk", "Поиск"),
]  # fmt: skip
SAILORS: Menu = [
    ("/etusivu", "Etusivu"), ("/seura/hallitus", "Hallitus"), ("/kilpailut", "Kilpailut"), ("/saaristo/satamat", "Satamat"), ("/linkit.html", "Linkkejä"), ("/jasenet/kirjaudu", "Kirjaudu"), ("/yhteystiedot", "Yhteystiedot"),
]  # fmt: skip
ALLOTMENTS: Menu = [
    ("/home", "Home"), ("/nieuws", "Nieuws"), ("/vereniging/bestuur", "Bestuur"), ("/tuinen/wachtlijst", "Wachtlijst"), ("/tips/compost", "Composteren"), ("/handige-links", "Handige links"), ("/contact", "Contact"),
]  # fmt: skip
BEEKEEPERS: Menu = [
    ("/o-nas", "O nas"), ("/aktualnosci", "Aktualności"), ("/szkolenia/2026", "Szkolenia"), ("/sklep/koszyk", "Koszyk"), ("/strona.php?id=14", "Przydatne linki"), ("/galeria", "Galeria"), ("/kontakt", "Kontakt"),
]  # fmt: skip
BLOG: Menu = [
    ("/", "Início"), ("/sobre/", "Sobre"), ("/arquivo/", "Arquivo"), ("/tags/linux/", "linux"), ("/2026/01/links-da-semana/", "Links da semana que passou e o que eles dizem sobre a rede"),
    ("/blogroll/", "Blogroll"), ("/feed.xml", "RSS"), ("/agora/", "Agora"),
]  # fmt: skip
WALKERS: Menu = [
    ("/home.asp", "Home"), ("/chi-siamo.asp", "Chi siamo"), ("/escursioni/2026.asp", "Escursioni"), ("/rifugi.asp", "Rifugi"), ("/collegamenti.asp", "Siti consigliati"), ("/iscriviti.asp", "Iscriviti"), ("/contatti.asp", "Contatti"),
]  # fmt: skip

HOMES = {
    "en": ("https://riverton-library.test/", LIBRARY, "/research/gardening-and-horticulture-resources"),
    "de": ("https://gartenverein.test/index.htm", GARDEN_CLUB, "/linksammlung.htm"),
    "fr": ("https://abeilles.test/", ASSOCIATION, "/spip.php?rubrique12"),
    "es": ("https://parque.test/inicio.html", PARK, "/enlaces.htm"),
    "cs": ("https://hvezdarna.test/", SKY, "/uzitecne-odkazy/"),
    "ja": ("https://shokubutsu.test/", FRIENDS, "/link.html"),
    "ru": ("https://shkola.test/", SCHOOL, "/p5aa1.html"),
    "fi": ("https://purjehtijat.test/", SAILORS, "/linkit.html"),
    "nl": ("https://tuinen.test/", ALLOTMENTS, "/handige-links"),
    "pl": ("https://pszczoly.test/", BEEKEEPERS, "/strona.php?id=14"),
    "pt": ("https://diario.test/", BLOG, "/blogroll/"),
    "it": ("https://escursionisti.test/home.asp", WALKERS, "/collegamenti.asp"),
}


def home(menu: Menu) -> str:
    """A front page as people make them: a menu, some news that link to themselves, a few badges at the foot."""
    entries = "".join(f'<li><a href="{href}">{text}</a></li>' for href, text in menu)
    news = "".join(
        f'<h3><a href="/n/{number}.html">2025-0{number}</a></h3><p>… <a href="/n/{number}.html">»</a></p>' for number in range(1, 8)
    )
    badges = "".join(f'<a href="https://{name}.example/">{name}</a> ' for name in ("facebook", "instagram", "council", "bank"))
    return f"<html><body><nav><ul>{entries}</ul></nav><main><h1>.</h1>{news}</main><footer>{badges}</footer></body></html>"


@pytest.mark.parametrize("language", HOMES)
def test_the_list_of_links_of_a_site_is_among_the_first_pages_visited_from_its_home_page(language: str) -> None:
    url, menu, wanted = HOMES[language]
    reading = read_page(home(menu), url=url)
    rated = {link.url: likely_resource_page(link) for link in reading.internal}
    visited = sorted((page for page, rating in rated.items() if rating >= LIKELY), key=lambda page: -rated[page])
    assert url.rpartition("/")[0] + wanted in visited[:MOST_VISITS]
    assert len(visited) <= MOST_VISITS
    assert not is_resource_page(page_signals(reading, url))


def test_a_site_without_such_a_page_costs_no_visit() -> None:
    menu = [entry for entry in GARDEN_CLUB if "link" not in entry[0]]
    reading = read_page(home(menu), url="https://gartenverein.test/")
    assert [link.url for link in reading.internal if likely_resource_page(link) >= LIKELY] == []
