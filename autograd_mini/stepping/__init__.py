"""Steps: every event of the two passes as a record, and the views that show them.

sweeps.py makes the trace and moments.py says what a picture shows after so many of its steps. Above them are
the views, which take a trace: terminal, page, exercise, slides, film. Behind the exercise, answers.py reads what
is typed, sheet.py judges it and mistakes.py knows what mistakes give. steps.py is a trace with its views, the
object that users hold.
"""
