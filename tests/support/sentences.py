"""German sentences of 5 to 25 words, written for the tests and the benchmark of decoding; in none of the data sets."""

SENTENCES = (
    "Der Hund schläft unter dem Tisch.",
    "Kannst du mir bitte das Salz geben?",
    "Ich habe gestern einen langen Brief geschrieben.",
    "Warum hast du mich nicht früher angerufen?",
    "Meine Schwester wohnt seit zwei Jahren in einer kleinen Stadt.",
    "Das Buch, das du mir geliehen hast, gefällt mir sehr gut.",
    "Wir fahren im Sommer mit dem Zug nach Italien.",
    "Er wollte nicht glauben, dass sie schon nach Hause gegangen war.",
    "Wenn es morgen regnet, bleiben wir zu Hause und spielen Karten.",
    "Die Kinder haben den ganzen Nachmittag im Garten gespielt.",
    "Niemand wusste, wer das Fenster zerbrochen hatte.",
    "Ich weiß nicht, was ich heute Abend kochen soll, aber ich habe großen Hunger.",
    "Der alte Mann, der jeden Morgen im Park spazieren geht, war früher Lehrer.",
    "Sie hat mir gesagt, dass sie nächste Woche keine Zeit hat.",
    "Trotz des schlechten Wetters sind wir auf den Berg gestiegen.",
    "Mein Fahrrad ist kaputt, deshalb muss ich heute zu Fuß zur Arbeit gehen.",
    "Obwohl er sehr müde war, las er das Buch bis zum Ende und ging erst spät ins Bett.",
    "Wer zu spät kommt, bekommt keinen Kuchen mehr.",
    "Als ich klein war, wollte ich Ärztin werden, aber heute arbeite ich in einer Bäckerei und bin sehr zufrieden.",
    "Wenn das Wetter morgen schön ist, fahren wir mit den Kindern an den See und schwimmen dort den ganzen Tag.",
)
