"""Who may take part, and who came to take part: criteria answered with reasons, and the way from list to start counted.

Comes in: the delivery part of the terms in force on a day; a candidate's answers; dated steps and exits. Goes out:
assessments (yes, no or unknown with what is missing), advice on the track, what other criteria would have done, the
funnel with intervals, a forecast of intake, warnings. Reasons are words in English and Dutch.
Must never know: a name, a price, an outcome. Unknown is not no.
"""
