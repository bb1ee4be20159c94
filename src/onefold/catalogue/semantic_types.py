"""The semantic types that Onefold knows: what a column can mean, and by which headers people call it.

A workspace may use types of its own (dotted words such as `Shoe.Size`); these are the ones that can be
suggested. Headers are kept as `header_key` writes them: ASCII, small letters, no separators.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from onefold.foundation.warehouse import ColumnType

TEXT, NUMBER, DATE, INSTANT, INTEGER = (
    ColumnType.TEXT,
    ColumnType.NUMBER,
    ColumnType.DATE,
    ColumnType.INSTANT,
    ColumnType.INTEGER,
)

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_CUSTOM = re.compile(r"[A-Z][A-Za-z0-9]*(\.[A-Z][A-Za-z0-9]*)+")
_SPECIAL = str.maketrans({"ß": "ss", "ł": "l", "Ł": "L", "ø": "o", "æ": "ae", "ı": "i"})


@dataclass(frozen=True, slots=True)
class SemanticType:
    """What a column can mean.

    Attributes:
        name: dotted words, `Person.FirstName`.
        value: the type its values have once they are clean.
        personal: whether a value says something about one person; such values stay out of logs.
        normalizer: the kind of normalizer that makes its values comparable; None where they are compared as
            they are.
        headers: what columns of this meaning are called, in several languages, as `header_key` writes it.
    """

    name: str
    description: str
    value: ColumnType = TEXT
    personal: bool = True
    normalizer: str | None = None
    headers: frozenset[str] = frozenset()


def header_tokens(header: str) -> list[str]:
    """Return the words of a header: ASCII, small letters; digits are words of their own."""
    plain = unicodedata.normalize("NFKD", header.translate(_SPECIAL))
    ascii_only = plain.encode("ascii", "ignore").decode()
    return re.findall(r"[a-z]+|\d+", _CAMEL.sub(" ", ascii_only).lower())


def header_key(header: str) -> str:
    """Return the header's words joined: `First Name`, `firstName` and `FIRST_NAME` are one key."""
    return "".join(header_tokens(header))


def is_custom(name: str) -> bool:
    """Return whether the name has the form of a semantic type: at least two dotted words."""
    return _CUSTOM.fullmatch(name) is not None


def is_personal(semantic_type: str | None) -> bool:
    """Return whether values of the type say something about one person; unknown types count as personal."""
    known = SEMANTIC_TYPES.get(semantic_type or "")
    return known is None or known.personal


def _type(
    name: str,
    description: str,
    headers: str,
    *,
    value: ColumnType = TEXT,
    personal: bool = True,
    normalizer: str | None = None,
) -> SemanticType:
    keys = frozenset(header_key(header) for header in headers.split(",") if header.strip())
    return SemanticType(name, description, value, personal, normalizer, keys)


_ALL = (
    # Headers in English, German, French, Spanish, Polish, Dutch, Italian, and what SAP and CRM systems use.
    _type(
        "Person.FirstName",
        "Given name.",
        "first name, given name, forename, fname, christian name, vorname, rufname, prenom, nombre, nombres, "
        "nombre de pila, imie, voornaam, roepnaam, nome, nome di battesimo, namefirst, first",
        normalizer="name",
    ),
    _type(
        "Person.LastName",
        "Family name.",
        "last name, surname, family name, lname, sname, nachname, familienname, zuname, nom, nom de famille, "
        "apellido, apellidos, primer apellido, nazwisko, achternaam, familienaam, cognome, namelast, last",
        normalizer="name",
    ),
    _type(
        "Person.MiddleName",
        "Further given names or an initial.",
        "middle name, mname, middle initial, second name, zweiter vorname, weitere vornamen, deuxieme "
        "prenom, segundo nombre, drugie imie, tweede voornaam, secondo nome",
        normalizer="name",
    ),
    _type(
        "Person.FullName",
        "The whole name in one value.",
        "full name, name, customer name, contact name, display name, vollstandiger name, gesamtname, "
        "kundenname, nom complet, nom et prenom, nombre completo, imie i nazwisko, volledige naam, naam, "
        "nome completo, nome e cognome, nazwa klienta, person name",
        normalizer="name",
    ),
    _type(
        "Person.Salutation",
        "How the person is addressed, or a title: Ms, Dr.",
        "salutation, title, name prefix, honorific, anrede, titel, civilite, tratamiento, zwrot, aanhef, "
        "titolo, appellativo, tytul",
    ),
    _type(
        "Person.Suffix",
        "What follows the name: Jr, III.",
        "suffix, name suffix, generation, namenszusatz, suffixe, sufijo, suffisso",
    ),
    _type(
        "Person.Gender",
        "Gender.",
        "gender, sex, geschlecht, genre, sexe, genero, sexo, plec, geslacht, genere, sesso",
    ),
    _type(
        "Person.BirthDate",
        "Day of birth.",
        "birth date, date of birth, dob, birthday, born, born on, birthdate, bday, "
        "geburtsdatum, geburtstag, geb datum, "
        "gebdat, gbdat, date de naissance, naissance, fecha de nacimiento, fecha nacimiento, data urodzenia, "
        "geboortedatum, data di nascita, data nascita",
        value=DATE,
        normalizer="date",
    ),
    _type(
        "Person.BirthYear",
        "Year of birth.",
        "birth year, year of birth, yob, geburtsjahr, annee de naissance, ano de nacimiento, rok urodzenia, "
        "geboortejaar, anno di nascita",
        value=INTEGER,
    ),
    _type(
        "Person.Language",
        "The language the person reads.",
        "language, preferred language, locale, sprache, spras, korrespondenzsprache, langue, idioma, "
        "jezyk, taal, lingua",
        personal=False,
    ),
    _type(
        "Person.Occupation",
        "Profession or job title.",
        "occupation, job title, profession, position, beruf, metier, fonction, ocupacion, zawod, beroep, "
        "professione",
    ),
    _type(
        "Contact.Email",
        "E-mail address.",
        "email, e mail, mail, email address, e mail address, emailaddress 1, email 1, mail address, "
        "smtp addr, email adresse, e mail adresse, courriel, adresse mail, adresse email, adresse e "
        "mail, correo, correo electronico, direccion de correo, adres email, poczta, e mailadres, "
        "emailadres, indirizzo email, posta elettronica",
        normalizer="email",
    ),
    _type(
        "Contact.Phone",
        "Telephone number.",
        "phone, telephone, tel, phone number, telephone number, telephone 1, phone 1, tel number, "
        "telnr, tel nr, tel no, telf 1, landline, home phone, work phone, telefon, telefonnummer, "
        "festnetz, rufnummer, numero de telephone, telephone fixe, telefono, numero de telefono, "
        "numer telefonu, nr telefonu, telefoon, telefoonnummer, numero di telefono, fon",
        normalizer="phone",
    ),
    _type(
        "Contact.MobilePhone",
        "Mobile telephone number.",
        "mobile, mobile phone, mobile number, cell, cell phone, cellphone, mobilephone, gsm, handy, "
        "handynummer, mobil, mobilnummer, mobiltelefon, mobilfunk, portable, telephone portable, "
        "telephone mobile, movil, telefono movil, celular, komorka, telefon komorkowy, mobiel, "
        "mobiele telefoon, cellulare, telf 2",
        normalizer="phone",
    ),
    _type(
        "Contact.Website",
        "Web address.",
        "website, web site, web, url, homepage, web address, webseite, internetseite, site web, sitio web, "
        "strona www, sito web",
        personal=False,
    ),
    _type(
        "Location.Address",
        "A whole postal address in one value.",
        "address, full address, postal address, mailing address, anschrift, adresse, adresse "
        "complete, direccion, direccion completa, adres, indirizzo, indirizzo completo",
        normalizer="address",
    ),
    _type(
        "Location.Street",
        "Street, with or without the house number.",
        "street, street address, street name, address 1, address line 1, addressline 1, addr 1, road, stras, "
        "strasse, str, strasse und hausnummer, strasse hausnummer, strasse nr, rue, voie, adresse 1, "
        "adresse ligne 1, calle, domicilio, ulica, straat, straatnaam, via, indirizzo 1, thoroughfare",
        normalizer="address",
    ),
    _type(
        "Location.HouseNumber",
        "House number.",
        "house number, street number, house no, street no, building number, hausnummer, haus nr, "
        "hausnr, numero de rue, numero de voie, numero de calle, nr domu, numer domu, huisnummer, "
        "numero civico, civico",
    ),
    _type(
        "Location.AddressLine2",
        "What the street line does not hold: flat, floor, care of.",
        "address 2, address line 2, addressline 2, addr 2, apartment, flat, unit, suite, adresszusatz, "
        "complement d adresse, adresse 2, piso, mieszkanie, toevoeging, indirizzo 2, interno",
        normalizer="address",
    ),
    _type(
        "Location.City",
        "Town or city.",
        "city, town, suburb, locality, municipality, place, city name, ort, ort 1, ort 01, stadt, wohnort, "
        "gemeinde, ville, commune, localite, ciudad, localidad, poblacion, municipio, miasto, miejscowosc, "
        "stad, plaats, woonplaats, gemeente, citta, comune, localita",
        normalizer="address",
    ),
    _type(
        "Location.Postcode",
        "Postal code.",
        "postcode, post code, postal code, zip, zip code, zipcode, zip postal code, plz, "
        "postleitzahl, pstlz, code postal, cp, codigo postal, kod pocztowy, cap, codice postale, "
        "codice di avviamento postale",
        normalizer="postcode",
    ),
    _type(
        "Location.State",
        "State, province or region.",
        "state, province, region, county, state province, stateorprovince, regio, bundesland, kanton, "
        "departement, etat, estado, provincia, comunidad autonoma, wojewodztwo, provincie, regione, "
        "landkreis",
        personal=False,
    ),
    _type(
        "Location.Country",
        "Country, by name or ISO code.",
        "country, country code, country name, countryregion, land, land 1, landkey, staat, lander code, "
        "landercode, pays, code pays, pais, codigo pais, kraj, panstwo, paese, nazione, nation",
        personal=False,
    ),
    _type(
        "Location.Latitude",
        "Latitude in degrees.",
        "latitude, lat, geo lat, breitengrad, latitud, szerokosc geograficzna, breedtegraad, latitudine",
        value=NUMBER,
    ),
    _type(
        "Location.Longitude",
        "Longitude in degrees.",
        "longitude, lon, lng, long, geo lon, langengrad, longitud, dlugosc geograficzna, lengtegraad, "
        "longitudine",
        value=NUMBER,
    ),
    _type(
        "Organization.Name",
        "Name of a company or institution.",
        "company, company name, organization, organisation, organization name, account name, "
        "employer, business name, firma, firmenname, unternehmen, societe, entreprise, raison "
        "sociale, empresa, razon social, nazwa firmy, przedsiebiorstwo, bedrijf, bedrijfsnaam, "
        "azienda, ragione sociale, parent account name",
        personal=False,
        normalizer="organization",
    ),
    _type(
        "Organization.VatId",
        "VAT or tax number of a company.",
        "vat, vat id, vat number, vat no, tax id, tax number, ust id, ustid, umsatzsteuer id, stceg, "
        "steuernummer, numero tva, tva, nif, cif, nip, btw nummer, partita iva, piva",
        personal=False,
    ),
    _type(
        "Identity.CustomerId",
        "The customer's number in a system.",
        "customer id, customer no, customer number, customer nr, customer code, cust id, cust no, "
        "client id, client number, shopper id, kunnr, kundennummer, kunden nr, kundennr, kunden id, "
        "kundenid, debitor, debitorennummer, numero client, id client, code client, id cliente, "
        "numero de cliente, codigo cliente, id klienta, numer klienta, nr klienta, klantnummer, klant "
        "id, klantid, codice cliente",
    ),
    _type(
        "Identity.ContactId",
        "The contact's key in a CRM system.",
        "contact id, contactid, contact no, contact number, kontakt id, person id, personid, partner, "
        "business partner, id contact, id contacto, id kontaktu",
    ),
    _type(
        "Identity.AccountId",
        "The key of the account or company a record belongs to.",
        "account id, accountid, account no, account number, parent customer id, parentcustomerid, "
        "company id, organization id, konto id, id compte, id cuenta",
        personal=False,
    ),
    _type(
        "Identity.LoyaltyId",
        "Number of a loyalty card or membership.",
        "loyalty id, loyalty number, loyalty card, card number, card no, member id, member no, member "
        "number, membership id, membership number, rewards id, rewards number, kartennummer, "
        "kundenkarte, kundenkartennummer, mitgliedsnummer, numero de carte, carte de fidelite, numero "
        "de tarjeta, numer karty, karta lojalnosciowa, lidmaatschapsnummer, klantenkaart, numero "
        "tessera, carta fedelta",
    ),
    _type(
        "Identity.NationalId",
        "A number the state gave: social security, tax or identity card number.",
        "ssn, social security number, soc sec id, national id, national insurance number, nino, "
        "passport, passport number, sozialversicherungsnummer, steuer id, ausweisnummer, numero de "
        "securite sociale, nir, dni, nie, pesel, bsn, burgerservicenummer, codice fiscale, "
        "personnummer",
    ),
    _type(
        "Identity.UserId",
        "The user's key in an application or web shop.",
        "user id, userid, user name, username, login, login id, benutzer id, benutzername, utilisateur, "
        "id utilisateur, usuario, uzytkownik, gebruiker id, gebruikersnaam, utente",
    ),
    _type(
        "Identity.DeviceId",
        "A device, cookie or anonymous visitor.",
        "device id, cookie id, anonymous id, visitor id, session id, advertising id, idfa, gaid, "
        "client cookie",
    ),
    _type(
        "Identity.RecordId",
        "A technical key that means nothing outside its table.",
        "id, record id, rec id, row id, unique id, uid, guid, uuid, key, primary key, datensatz id, "
        "satznummer, lfd nr, identifiant, identificador, identyfikator",
    ),
    _type(
        "Calendar.CreatedAt",
        "When the record came to be, or the person joined.",
        "created, created at, created on, create date, creation date, date created, created date, "
        "erdat, registered at, registered on, registration date, joined on, joined at, join date, "
        "signup date, signed up at, subscribed at, subscribed on, customer since, member since, "
        "inserted at, angelegt am, erstellt am, erstelldatum, anlagedatum, registriert am, kunde "
        "seit, date de creation, cree le, date d inscription, fecha de creacion, fecha de alta, data "
        "utworzenia, data rejestracji, aangemaakt op, aanmaakdatum, data di creazione, data "
        "creazione, data iscrizione",
        value=INSTANT,
        personal=False,
    ),
    _type(
        "Calendar.UpdatedAt",
        "When the record last changed.",
        "updated, updated at, updated on, update date, modified, modified at, modified on, modified "
        "date, last modified, last modified at, last modified date, last updated, last update, "
        "changed on, changed at, change date, date modified, aedat, laeda, geandert am, "
        "aenderungsdatum, anderungsdatum, geaendert am, aktualisiert am, date de modification, "
        "modifie le, mis a jour le, fecha de modificacion, actualizado en, data modyfikacji, "
        "zmieniono, gewijzigd op, wijzigingsdatum, data di modifica, data modifica",
        value=INSTANT,
        personal=False,
    ),
    _type(
        "Commerce.Amount",
        "An amount of money.",
        "amount, total, total amount, order total, revenue, price, unit price, net amount, gross "
        "amount, value, netwr, betrag, summe, umsatz, preis, gesamtbetrag, montant, prix, importe, "
        "precio, kwota, cena, wartosc, bedrag, prijs, importo, prezzo, totale",
        value=NUMBER,
        personal=False,
    ),
    _type(
        "Commerce.Currency",
        "Currency, ISO 4217.",
        "currency, currency code, iso currency, waers, wahrung, waehrung, devise, monnaie, moneda, "
        "divisa, waluta, valuta",
        personal=False,
    ),
    _type(
        "Commerce.Quantity",
        "A number of pieces.",
        "quantity, qty, units, count, pieces, menge, anzahl, stuckzahl, quantite, cantidad, ilosc, aantal, "
        "hoeveelheid, quantita",
        value=NUMBER,
        personal=False,
    ),
    _type(
        "Loyalty.Points",
        "Balance of a loyalty programme.",
        "points, loyalty points, points balance, bonus points, reward points, punkte, punktestand, "
        "solde de points, puntos, punkty, punten, punti",
        value=INTEGER,
        personal=False,
    ),
    _type(
        "Prediction.Score",
        "A number a model gave: probability or score.",
        "score, propensity, churn score, churn probability, probability, lead score, prediction",
        value=NUMBER,
        personal=True,
    ),
    _type("Choice", "A code with a label per language.", "", personal=False),
)

SEMANTIC_TYPES: dict[str, SemanticType] = {semantic.name: semantic for semantic in _ALL}
"""Every type that Onefold knows, by name."""
