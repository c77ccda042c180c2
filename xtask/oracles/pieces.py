"""A small SentencePiece vocabulary and what SentencePiece makes of texts with it, as JSON.

pieces.py > crates/openweights/fixtures/pieces.json

Trains a BPE model in the settings of Llama (byte fallback, no normalisation, digits apart, spaces
kept) on the words below. The same version gives the same bytes again, so the fixture is checked by
running this once more.
"""

import io
import json
import sys

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

WORDS = """
Ephor is a laboratory for experiments with several agents. A world has seats, rules and an end; an
agent sees what its seat sees and answers in words. A study plays the same world in many wordings,
compares the plays and says what can be told and what cannot. Every number has an interval. Every
answer is in the record, and the record can be played again. Yes or No? Accept or Refuse? The agents
answer Yes, the agents answer No, and the others accept or refuse what was offered to them.
  An offer stands on the table.  Do you take it?    Reply with Yes or No.
    Another offer: 10 points, 12 points, 2026 points. Nobody sees what the others take.
Der Prüfer hört zu, während drei Spieler über den großen Äpfeln streiten. Für wen ist das schön?
Die Größe der Stichprobe ergibt sich von selbst; übrig bleibt, was niemand erklären möchte.
fn main() { let answer = read(&text)?; println!("{answer}"); }
    if answer == "Yes" { return Ok(()); }
これは実験です。エージェントは答えます。これは答えです。
"""
CONTROLS = ["<|im_start|>", "<|im_end|>"]
USER_DEFINED = ["[offer]", "[offer]s", "~~", "==>"]
TEXTS = [
    "",
    " ",
    "  ",
    "     ",
    " " * 33,
    "\n",
    "\n\n\n",
    " \n \n",
    "\t\ttabs\tand\r\nlines",
    "\0zero\x07bell\x7f",
    "Y",
    "Yes",
    " Yes",
    "Yes ",
    "  Yes  ",
    "Yes or No?",
    "yes OR no",
    "Hello, world!",
    "The agents answer Yes, and the others refuse.",
    "unseenwordsofmanyletterswithoutspaces",
    "a  b   c    d     e      f",
    "trailing   ",
    "   leading",
    "one line\nanother line\n\n  and an indented one",
    "    if answer == \"Yes\" { return Ok(()); }\n",
    "1234567890 10 100 1,000.50 2026-11-21",
    "aaaaaaaaaaaaaaaaaaaaaaaaa",
    "abababababababababab",
    "eseseseseseses sesesese",
    "nonononono nnnnoooo",
    "!!!???...,,,;;;:::",
    "(((([[[[{{{{<<<<>>>>}}}}]]]]))))",
    "Der Prüfer hört zu.",
    "Größe, Äpfel, schön, Öl, Übung, ß",
    "übermäßig großzügige Gäste",
    "A\u0308 is not Ä",
    "naïve café, señor, Łódź, Żółw",
    "Привет, мир",
    "Ελληνικά",
    "שלום עולם",
    "مرحبا بالعالم",
    "これは実験です。",
    "エージェントは答えます。",
    "東京都の天気は晴れです",
    "これ は  答え",
    "🙂",
    "Fine 🙂 and 🙂🙂",
    "👩‍👩‍👧‍👦 🇩🇪 👍🏽",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
    "\ufeffmark\u200bwidth\u00a0space\u3000wide",
    "\U0010ffff\ufffd",
    "▁",
    "a▁b ▁ c",
    "<s>",
    "</s> <unk> <pad>",
    "<0x0A>",
    "<0x41><0x42> <0xE2><0x96><0x81>",
    "<|im_start|>user\nHello<|im_end|>",
    "<|im_st <|im_end|",
    "[offer]",
    "[offer] [offer]s",
    "an [offer]stands [[offer]s]",
    "~~~",
    "~~Yes~~ ==> No==>",
    " ~~",
    "  [offer]  ",
    "===>",
    "fn main() { let x = 1; }",
    "The record can be played again. " * 62 + "Two thousand now",
]


def train():
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(WORDS.strip("\n").split("\n")),
        model_writer=model,
        model_type="bpe",
        vocab_size=480,
        character_coverage=0.985,
        byte_fallback=True,
        split_digits=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        allow_whitespace_only_pieces=True,
        control_symbols=CONTROLS,
        user_defined_symbols=USER_DEFINED,
        num_threads=1,
        minloglevel=2,
    )
    return model.getvalue()


def kind(model, i):
    """GGUF's number of a token's type."""
    if model.is_unknown(i):
        return 2
    if model.is_control(i):
        return 3
    if model.id_to_piece(i) in USER_DEFINED:
        return 4
    return 6 if model.is_byte(i) else 1


def without_prefix(trained):
    changed = sentencepiece_model_pb2.ModelProto.FromString(trained)
    changed.normalizer_spec.add_dummy_prefix = False
    return changed.SerializeToString()


trained = train()
model = sentencepiece.SentencePieceProcessor(model_proto=trained)
inner = sentencepiece.SentencePieceProcessor(model_proto=without_prefix(trained))
ids = range(model.get_piece_size())
fixture = {
    "note": "made by xtask/oracles/pieces.py. ids: with the space before the text; inner: without it; "
    "returns: whether decoding ids gives the text again",
    "tokens": [model.id_to_piece(i) for i in ids],
    "scores": [model.get_score(i) for i in ids],
    "types": [kind(model, i) for i in ids],
    "bos": model.bos_id(),
    "eos": model.eos_id(),
    "unknown": model.unk_id(),
    "items": [
        {
            "text": text,
            "ids": model.encode(text),
            "inner": inner.encode(text),
            "returns": model.decode(model.encode(text)) == text,
        }
        for text in TEXTS
    ],
}
lines = [f" {json.dumps(k)}: {json.dumps(v)}" for k, v in fixture.items() if k != "items"]
items = ",\n".join(f"  {json.dumps(item)}" for item in fixture["items"])
sys.stdout.write("{\n" + ",\n".join(lines) + ',\n "items": [\n' + items + "\n ]\n}\n")
