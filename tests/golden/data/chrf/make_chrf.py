"""chrF by sacrebleu 2.5.1, the peer that characterFScore is held against: python make_chrf.py > chrf.json"""
import json
from sacrebleu import sentence_chrf

PAIRS = [
    ('红绫缠腕，风火踏浪。\n不屈不悔，笑傲苍茫。', '红绫缠腕，风火踏浪。\n不屈不悔，笑傲苍茫。'),
    ('哪吒降世，意气飞扬。', '红绫缠腕，风火踏浪。'),
    ('恩仇难两忘，何处是家', '恩仇难两忘，何处是家乡？'),
    ('the cat sat on the mat', 'the cat is on the mat'),
    ('a', 'a'), ('ab', 'abc'), ('', 'abc'), ('abc', ''), ('xyz', 'abc'),
    ('aaaaaaaa', 'aaa'), ('😀👍 ok', '😀 ok'), ('  spaced   out ', 'spacedout'),
    ('It has been a long day', 'it had been long days'),
]
print(json.dumps([{'hypothesis': h, 'reference': r, 'score': sentence_chrf(h, [r]).score} for h, r in PAIRS], ensure_ascii=False, indent=1))
