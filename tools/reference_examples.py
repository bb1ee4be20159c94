"""The hand-written examples of the reference pages; a test parses each by the model it is about."""

from __future__ import annotations

from collections.abc import Mapping

DEFINITIONS: Mapping[str, str] = {
    "workspace": """\
kind: workspace
name: nordlicht
language: en
""",
    "source": """\
kind: source
name: crm_contacts
owner: crm-team
system: CRM
entity: contact
expected_refresh: P1D
connector: {kind: csv, path: "data/crm-*.csv", delimiter: ";"}
primary_key: contact_id
updated_at: modified_on
default_region: DE
columns:
  - {name: contact_id, type: text, semantic_type: Identity.ContactId}
  - {name: email, type: text, semantic_type: Contact.Email}
  - {name: born, source_name: Geburtsdatum, type: date, format: "%d.%m.%Y", semantic_type: Person.BirthDate}
  - name: preferred_channel
    type: text
    choices:
      "102589547": {en: E-mail, de: E-Mail}
      "102589548": {en: Telephone, de: Telefon}
row_filter: {not: {field: email, ends_with: "@example.com"}}
cleaning:
  - {kind: trim, columns: [email]}
deletes: {column: is_deleted, values: [J]}
""",
    "quality": """\
kind: quality
name: quality
limits:
  - {check: completeness.present, table: crm_contacts, field: phone, yellow: 0.4, red: 0.8}
  - {check: identifiers, off: true}
acceptance:
  - {table: crm_contacts, minimum_grade: 70, green: [keys.unique]}
checks:
  email: {more_test_addresses: [nobody@shop.example]}
""",
    "identity": """\
kind: identity
name: people
map: [crm_contacts, loyalty_members]
join:
  full_name: [first_name, last_name]
deduplication:
  crm_contacts:
    winner: most_recent
    rules:
      - {name: same_mail_and_name, when: [email, full_name]}
rules:
  - name: email_and_similar_name
    when:
      - email
      - {attribute: full_name, compare: jaro_winkler, precision: 85}
    except:
      - {attribute: birth_date, is: different}
never:
  pairs:
    - left: {table: crm_contacts, id: C-17}
      right: {table: loyalty_members, id: L-4}
      reason: Father and son, they said so.
guards: {max_records: 50, trusted: [contact_id]}
""",
    "profile": """\
kind: profile
name: person
attributes:
  email: most_recent
  points: {from: [loyalty_members.points], policy: maximum}
  display_name: {combine: [first_name, last_name]}
groups:
  address:
    attributes: [street, postcode, city]
    policy: most_recent
exclude: [salutation]
""",
}

CONNECTORS: Mapping[str, str] = {
    "csv": 'connector: {kind: csv, path: "data/orders-*.csv.gz", delimiter: ";", encoding: cp1252}',
    "delta": "connector: {kind: delta, path: /mnt/lake/customers}",
    "excel": 'connector: {kind: excel, path: data/members.xlsx, sheet: "2026", header_row: 3}',
    "json": "connector: {kind: json, path: data/web.jsonl}",
    "parquet": "connector:\n  kind: parquet\n  path: s3://bucket/orders/**.parquet\n"
    '  storage: {region: eu-central-1, access_key: "${S3_KEY}", secret_key: "${S3_SECRET}"}',
    "sql": 'connector: {kind: sql, url: "postgresql://reader:${CRM_PASSWORD}@db.example.com/crm", table: contact}',
}

# The settings, the columns before, and which columns to show afterwards.
CLEANING: Mapping[str, tuple[dict[str, object], dict[str, str], tuple[str, ...]]] = {
    "casing": ({"columns": ["name"], "to": "title"}, {"name": "ANNA VON O'BRIEN-SMITH"}, ("name",)),
    "date_format": (
        {"columns": ["born"], "formats": ["%d.%m.%Y", "%Y%m%d"]},
        {"born": "24.12.1999"},
        ("born",),
    ),
    "join": (
        {"columns": ["first", "last"], "into": "name"},
        {"first": "Anna", "last": "Klein"},
        ("name",),
    ),
    "phone": ({"columns": ["phone"], "region": "DE"}, {"phone": "0176 / 56 09 51 40"}, ("phone",)),
    "replace": ({"columns": ["city"], "find": "St.", "put": "Sankt"}, {"city": "St. Gallen"}, ("city",)),
    "split": (
        {"column": "name", "separator": ",", "into": ["last", "first"]},
        {"name": "Klein, Anna"},
        ("last", "first"),
    ),
    "trim": ({"columns": ["city"]}, {"city": "  Bad   Homburg "}, ("city",)),
    "typo_domains": ({"columns": ["email"]}, {"email": "anna@gmai.com"}, ("email",)),
    "unaccent": ({"columns": ["name"]}, {"name": "José Ñandú"}, ("name",)),
    "value_map": (
        {"columns": ["country"], "values": {"DEU": "DE", "Germany": "DE"}},
        {"country": "germany"},
        ("country",),
    ),
}

# The settings, and values to normalize; the region is DE.
NORMALIZERS: Mapping[str, tuple[dict[str, object], tuple[str, ...]]] = {
    "address": ({}, ("Hauptstraße 5", "haupt str. 5")),
    "alias": ({"pairs": [["Bill", "William"]]}, ("Bill", "William", "Anna")),
    "bypass": ({"values": ["Unknown"]}, ("Unknown", "Anna")),
    "date": ({}, ("1988-04-12", "12.04.1988")),
    "email": ({}, ("Anna.Mueller+shop@googlemail.com", "anna@gmai.com")),
    "lower_case": ({}, ("ANNA Müller",)),
    "name": ({}, ("Dr. Bob Klein", "Klein, Robert")),
    "numerals": ({}, ("Ⅷ", "٤٢")),
    "organization": ({}, ("Müller GmbH & Co. KG", "ACME Ltd.")),
    "phone": ({}, ("0176 / 56 09 51 40", "+49 176 56095140")),
    "postcode": ({}, ("D-10115", "SW1A 1AA")),
    "symbols": ({}, ("O'Brien-Smith",)),
    "unicode_to_ascii": ({}, ("Юлия", "José")),
    "whitespace": ({}, ("Bad Homburg",)),
}

# The settings, and pairs of normalized values.
COMPARISONS: Mapping[str, tuple[dict[str, object], tuple[tuple[str, str], ...]]] = {
    "date": ({"days": 2}, (("1988-04-12", "1988-04-14"), ("1988-04-12", "1988-04-15"))),
    "distance": ({"km": 1}, (("52.52,13.405", "52.5186,13.4081"), ("52.52,13.405", "48.137,11.575"))),
    "edit_distance": ({}, (("robert2020@hotmail.com", "robrt2020@hotmail.cm"), ("anna", "hanna"))),
    "exact": ({}, (("10115", "10115"), ("10115", "10117"))),
    "jaro_winkler": ({}, (("martha", "marhta"), ("anna klein", "klein anna"))),
    "number": ({"tolerance": 5}, (("100", "104"), ("100", "107.5"))),
    "phonetic": ({}, (("meyer", "maier"), ("meyer", "mueller"))),
    "token_set": ({"measure": "overlap"}, (("acme", "acme trading"), ("acme trading", "trading post"))),
    "words": ({}, (("anna mueller", "mueller anna"), ("anna mueller", "anna maria mueller"))),
}
