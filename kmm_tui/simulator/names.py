"""What things and people are called on the simulated floor: data only."""

from __future__ import annotations

# The order is the order of size: the first skill has the most agents and the most consumers.
SKILLS = (
    "Billing", "Cancellation", "Claims FR", "Delivery", "Accounts", "Technical support", "Returns [EU]", "Orders",
    "Payments", "Retention", "Réclamations", "Kundenservice DE", "Loyalty & rewards", "Atención ES", "Onboarding",
    "日本語サポート", "Subscriptions", "Complaints", "Assistenza IT", "Warranty", "Business accounts", "Roaming",
    "Store help", "Fraud desk",
)  # fmt: skip
REGIONS = ("UK", "US", "DE", "NL", "SE", "AU", "BR", "PL", "IN")
ASSISTANT = "Assistant 🤖"

# Name and place of the parent in the same tuple; the first is the main group.
SMALL_GROUPS: tuple[tuple[str, int], ...] = (
    ("Main group", -1), ("Service", 0), ("Billing & claims", 1), ("Orders & accounts", 1),
)  # fmt: skip
# The teams are the homes of the skills in turn: the first team's is the first skill.
GROUPS: tuple[tuple[str, int], ...] = (
    ("Main group", -1), ("EMEA", 0), ("Americas", 0), ("Asia Pacific", 0),
    ("Billing Lisbon", 1), ("Retention Dublin", 1), ("Claims Lyon", 1), ("Kraków service", 1),
    ("Service Austin", 2), ("São Paulo", 2), ("Manila service", 3), ("東京", 3),
)  # fmt: skip
CITIES = (
    "Lisbon", "Lyon", "Kraków", "Dublin", "Berlin", "Malmö", "Kaunas", "Sofia", "Athens", "Tallinn", "Leeds", "Zürich",
    "Austin", "São Paulo", "Bogotá", "Toronto", "Lima", "Denver", "Santiago", "Córdoba", "Recife", "Boise", "Tampa",
    "Halifax", "Manila", "東京", "Sydney", "Pune", "Cebu", "Hanoi", "서울", "Perth", "Auckland", "Chennai", "Osaka",
    "Bengaluru", "Cardiff", "Porto", "Brno", "Ghent", "Aarhus", "Turku", "Bergen", "Cádiz", "Split", "Gdańsk", "Łódź",
)  # fmt: skip

FIRST = (
    "Marta", "Chidi", "Ana", "Wei", "Jürgen", "Siobhán", "Priya", "Tomás", "Ingrid", "Kofi", "Zoë", "Mehmet", "Yuki",
    "Claire", "Diego", "Agnieszka", "Omar", "Noor", "Lars", "Beatriz", "Pavel", "Grace", "Hugo", "Ines", "Ravi", "Elif",
    "Sven", "Amara", "Luca", "Thandiwe", "Björn", "Camille", "Dmitri", "Fatima", "George", "Hana", "Ivan", "Jasmine",
    "Kenji", "Leila", "Mateo", "Nadia", "Oskar", "Paloma", "Quentin", "Rosa", "Samuel", "Tereza", "Umar", "Vera",
)  # fmt: skip
LAST = (
    "Kowalczyk", "Okafor", "Sousa", "Zhang", "Müller", "O'Brien", "Sharma", "García", "Lindqvist", "Mensah", "de Vries",
    "Yılmaz", "Tanaka", "Dubois", "Fernández", "Nowak", "Haddad", "van den Berg", "Jensen", "Carvalho", "Novák",
    "Adeyemi", "Moreau", "Silva", "Iyer",
    "Demir", "Nilsson", "Diallo", "Rossi", "Nkosi", "Ødegård", "Lefèvre", "Petrov", "Rahman",
    "Smith", "Kim", "Horvat", "Brown", "Sato", "Farouk", "Costa", "Popescu", "Virtanen", "Ibáñez", "Weber", "Oliveira",
    "Clarke", "Svobodová", "Aziz", "Georgiou",
)  # fmt: skip
NOT_LATIN = ("王小明", "佐藤 美咲", "김민준", "Ολυμπία Παππά")
BOTS = ("Ada", "Max", "Iris", "Otto", "Nova", "Finn", "Juno", "Echo")
