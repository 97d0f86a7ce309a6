"""Sentences with names and numbers, to try models with, in the languages that most models read."""

from rtt.errors import ModelError

_SAMPLES = {
    "en": (
        "Good morning, everyone, and welcome to Berlin.",
        "My name is Anna Schmidt, and this is Peter Novak.",
        "In 1998 we had 25 people; today there are 12,750 of us.",
        "The train to Hamburg leaves at 17:45 from platform 9.",
        "That costs 3.5 million euros, or 14% more than in 2019.",
        "Please call Maria on 030 901820 before Friday.",
        "We do not know yet what we are going to do about it.",
        "How many of you have been to Madrid or Toronto?",
    ),
    "de": (
        "Guten Morgen und herzlich willkommen in Berlin.",
        "Ich heiße Anna Schmidt, und das ist Peter Novak.",
        "1998 waren wir 25 Leute, heute sind wir 12.750.",
        "Der Zug nach Hamburg fährt um 17:45 Uhr von Gleis 9.",
        "Wir wissen noch nicht, was wir damit machen werden.",
    ),
    "fr": (
        "Bonjour à tous et bienvenue à Berlin.",
        "Je m'appelle Anna Schmidt, et voici Peter Novak.",
        "En 1998, nous étions 25 ; aujourd'hui, nous sommes 12 750.",
        "Le train pour Hamburg part à 17:45 du quai 9.",
        "Nous ne savons pas encore ce que nous allons en faire.",
    ),
    "es": (
        "Buenos días a todos y bienvenidos a Berlin.",
        "Me llamo Anna Schmidt y este es Peter Novak.",
        "En 1998 éramos 25 personas; hoy somos 12.750.",
        "El tren a Hamburg sale a las 17:45 del andén 9.",
        "Todavía no sabemos qué vamos a hacer con eso.",
    ),
}


def samples(language: str) -> tuple[str, ...]:
    """Return sentences in a language. Raises ModelError where there are none."""
    if language not in _SAMPLES:
        raise ModelError(f"there are no sample sentences in {language}: give some with --text, one a line")
    return _SAMPLES[language]
