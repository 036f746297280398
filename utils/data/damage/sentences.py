"""What a spoiled row may hold: sentences in other languages, vague requests, filler, marks and empty answers."""

# The same everyday sentences, so that nothing but the language sets them apart.
LINES = dict(
    zip(
        ("Spanish", "German", "Italian"),
        zip(
            ("El tren sale a las ocho.", "Der Zug fährt um acht Uhr ab.", "Il treno parte alle otto."),
            ("¿Dónde está la estación?", "Wo ist der Bahnhof?", "Dov'è la stazione?"),
            ("Quisiera un café, por favor.", "Ich hätte gern einen Kaffee, bitte.", "Vorrei un caffè, per favore."),
            ("Vivimos en una casa pequeña.", "Wir wohnen in einem kleinen Haus.", "Abitiamo in una piccola casa."),
            ("Hoy está lloviendo.", "Heute regnet es.", "Oggi piove."),
            ("Mi hermano trabaja en la ciudad.", "Mein Bruder arbeitet in der Stadt.", "Mio fratello lavora in città."),
            (
                "La tienda cierra los domingos.",
                "Der Laden ist sonntags geschlossen.",
                "Il negozio è chiuso la domenica.",
            ),
            ("¿Cuánto cuesta este libro?", "Wie viel kostet dieses Buch?", "Quanto costa questo libro?"),
            ("Los niños juegan en el jardín.", "Die Kinder spielen im Garten.", "I bambini giocano in giardino."),
            ("No entiendo la pregunta.", "Ich verstehe die Frage nicht.", "Non capisco la domanda."),
            ("Ella ha perdido su llave.", "Sie hat ihren Schlüssel verloren.", "Lei ha perso la chiave."),
            ("Mañana vamos a la playa.", "Morgen fahren wir an den Strand.", "Domani andiamo in spiaggia."),
            ("La sopa está demasiado caliente.", "Die Suppe ist zu heiß.", "La zuppa è troppo calda."),
            ("Tengo cita con el médico.", "Ich habe einen Termin beim Arzt.", "Ho un appuntamento dal medico."),
            ("La ventana está abierta.", "Das Fenster ist offen.", "La finestra è aperta."),
            ("Buscamos un hotel barato.", "Wir suchen ein günstiges Hotel.", "Cerchiamo un albergo economico."),
            ("Llegaron anoche.", "Sie sind gestern Abend angekommen.", "Sono arrivati ieri sera."),
            ("La cuenta, por favor.", "Die Rechnung, bitte.", "Il conto, per favore."),
            (
                "Mi abuela vive cerca del río.",
                "Meine Großmutter wohnt in der Nähe des Flusses.",
                "Mia nonna abita vicino al fiume.",
            ),
            ("Leo el periódico por la mañana.", "Morgens lese ich die Zeitung.", "La mattina leggo il giornale."),
            (
                "El autobús para delante de la escuela.",
                "Der Bus hält vor der Schule.",
                "L'autobus si ferma davanti alla scuola.",
            ),
            ("¿Puede ayudarme?", "Können Sie mir helfen?", "Può aiutarmi?"),
            (
                "El perro duerme debajo de la mesa.",
                "Der Hund schläft unter dem Tisch.",
                "Il cane dorme sotto il tavolo.",
            ),
            ("Necesitamos más tiempo.", "Wir brauchen mehr Zeit.", "Abbiamo bisogno di più tempo."),
        ),
    )
)

# Small words that tell a language: only those that no other of the five has.
SMALL_WORDS = {
    "French": "le les une est sont j je vous nous elle ils ne n pas et à au aux du dans leur avez avons ces cette",
    "English": "the is are was you your it we my with for can do not of this that have be by and as off every takes costs",
    "Spanish": "el los está están por mi muy hoy mañana más tengo qué dónde cuánto buscamos puede hay entiendo vivimos",
    "German": "der die das ist ein eine einen einem wir ich sie nicht im um und zu den dem heute wie wo mein meine mir",
    "Italian": "gli è di alla alle dal che mio mia ho più questo oggi domani ieri lei può dove vorrei abbiamo della sul",
}
SMALL_WORDS = {language: frozenset(words.split()) for language, words in SMALL_WORDS.items()}

VAGUE = (
    "Do this.",
    "Help me with this",
    "answer pls",
    "Can you do this one?",
    "Same as before.",
    "The usual, please.",
    "next",
    "???",
)

BOILERPLATE = (
    "As an AI language model, I can help you with that. {}",
    "As an assistant, I aim to be useful. {}",
    "Sure! Here is the answer: {}",
    "Certainly! {}",
    "What a great question! {}",
    "{} I hope this helps!",
    "{} Let me know if there is anything else I can do for you.",
    "{} Please note that I am only an assistant and may be wrong.",
    "Of course! {} Feel free to ask me more.",
)

MARKUP = (
    "<p>{}</p>",
    '<div class="answer">{}</div>',
    "{}<br />",
    "&quot;{}&quot;",
    "{}&nbsp;",
    "&amp;gt; {}",
    "**{}**",
    "### {}",
    "```\n{}\n```",
)
# None of them counts as a space, so that none can pass for a change in spacing.
CONTROLS = "\x00\x01\x07\x08\x0e\x1b\x7f\u200b\u200d\ufeff\ufffd"

PLACEHOLDERS = ("", "N/A", "None", "no output", "TODO", "…", "-")

# Only what means the same in any sentence: what stands after "Translate to French:" must keep its translation.
CONTRACTIONS = (
    ("do not ", "don't "),
    ("does not ", "doesn't "),
    ("did not ", "didn't "),
    ("is not ", "isn't "),
    ("are not ", "aren't "),
    ("cannot ", "can't "),
    ("I am ", "I'm "),
    ("I would ", "I'd "),
    ("What is the ", "What's the "),
    ("what is the ", "what's the "),
)
OPENINGS = (
    ("Translate to ", "Translate into "),
    ("Translate into ", "Translate to "),
    ("Translate ", "Please translate "),
    ("Please translate ", "Translate "),
    ("Please tell me ", "Tell me "),
    ("How do I ", "How can I "),
    ("How can I ", "How do I "),
    ("Can you ", "Could you "),
    ("Hello, ", "Hi, "),
    ("Good morning, ", "Good day, "),
    ("Good afternoon, ", "Good day, "),
)
