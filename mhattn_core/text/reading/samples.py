"""A small file of each format to begin with."""

import io

import openpyxl
import pandas as pd

ROWS = pd.DataFrame(
    [
        (
            "cat",
            "The kitten sits on the windowsill.",
            "小猫坐在窗台上。",
            "home",
            "The kitten sits on the windowsill .",
            "小猫 坐 在 窗台 上 。",
            "0p0 1-0 2-1 3-2 4p3 5-3 5p4 6-5",
        ),
        ("rain", 'The rain stopped, and the children cried "Out!"', "雨停了，孩子们喊：“出去！”", "home", "", "", ""),
        ("lamp", "Turn off the lamp before you leave.", "离开前请关灯。", "office", "", "", ""),
        ("alone", "This sentence has no second one.", "", "office", "", "", ""),
    ],
    columns=["id", "source", "target", "document", "source_words", "target_words", "alignment"],
)
TREES = """# newdoc id = home
# sent_id = door
# text = She didn't close the door.
1	She	she	PRON	_	_	4	nsubj	_	_
2-3	didn't	_	_	_	_	_	_	_	_
2	did	do	AUX	_	_	4	aux	_	_
3	n't	not	PART	_	_	4	advmod	_	_
4	close	close	VERB	_	_	0	root	_	_
5	the	the	DET	_	_	6	det	_	_
6	door	door	NOUN	_	_	4	obj	_	SpaceAfter=No
7	.	.	PUNCT	_	_	4	punct	_	_

# sent_id = dog
# text = 小狗追着球。
1	小狗	小狗	NOUN	_	_	2	nsubj	_	SpaceAfter=No
2	追	追	VERB	_	_	0	root	_	SpaceAfter=No
3	着	着	AUX	_	_	2	aux	_	SpaceAfter=No
4	球	球	NOUN	_	_	2	obj	_	SpaceAfter=No
5	。	。	PUNCT	_	_	2	punct	_	SpaceAfter=No

"""


def samples() -> dict[str, bytes]:
    """By file name, the same pairs in each format; .txt leaves out all but the sentences, .conllu holds trees
    instead.
    """
    parquet = io.BytesIO()
    ROWS.to_parquet(parquet, index=False)
    lines = [f"{source} ||| {target}" for source, target in zip(ROWS["source"], ROWS["target"], strict=True)]
    return {
        "pairs.csv": ROWS.to_csv(index=False).encode("utf-8-sig"),  # the mark tells Excel that it is UTF-8
        "pairs.tsv": ROWS.to_csv(index=False, sep="\t").encode(),
        "pairs.jsonl": ROWS.to_json(orient="records", lines=True, force_ascii=False).encode(),
        "pairs.xlsx": _workbook(),
        "pairs.parquet": parquet.getvalue(),
        "pairs.txt": ("\n".join(lines) + "\n").encode(),
        "trees.conllu": TREES.encode(),
    }


def _workbook() -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in [list(ROWS.columns), *ROWS.itertuples(index=False)]:
        sheet.append(list(row))
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()
