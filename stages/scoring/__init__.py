"""From replies to scores: typed parsing, scores per answer kind, chance levels, and the report with intervals.

No judge model: questions are closed, so a reply is parsed by rule and what cannot be parsed is counted apart.
"""
