"""How large everything in a picture is, in points, known before any number is."""

# Sizes of type; where there are several, a later one is for what would be too long in the one before
NAME, CAPTION, NUMBER = 15, 11, (14, 12, 9.5, 8)
SIGN = (14, 11)  # of an operation
DERIVATIVE, PARTIAL_NUMBER = 9.5, (12, 10)  # the two lines of a label on an arrow

# A labelled card, from top to bottom: the name; the value; the gradient; GAP between all of them
PAD, HEAD, GAP, FIELD = 9, 18, 5, 22
FIELD_WIDTH = 86  # -1.234e-100 as a long number
CAPTION_WIDTH = (46, 110)  # at least, at most
ARRAY_CELL, ARRAY_NUMBER = (56, 14), (10, 8.5, 7)  # every entry of an array
LABEL_WIDTH, LABEL_HEIGHT = 90, 30  # on an arrow
LABEL_ROOM = LABEL_WIDTH - LABEL_HEIGHT / 2  # of its two lines

# A compact card: a column for the sign or the name, then the value over the gradient; the formula above
COLUMN, CIRCLE, CELL, LINE = 24, 21, 58, 17
COMPACT_ARRAY_CELL, COMPACT_ARRAY_NUMBER = (48, 11), (8.5, 7, 6)
COMPACT_NUMBER, COMPACT_NAME, COMPACT_SIGN = (12, 10, 8), (12, 10, 8), (12, 8.5, 7)
FORMULA, FORMULA_HEIGHT, FORMULA_WIDTH = 10, 13, 130  # its type, its room, the most it may take
FACTOR, FACTOR_WIDTH, FACTOR_HEIGHT = (10, 8.5, 7), 36, 13  # what stands on an arrow

# A network: rows of a neuron's table, its columns, the cells of a batch, and the small cards of a large network
ROW, ROW_NUMBER, ROW_NAME, ROW_SIGN = 13, (8.5, 7.5, 6.5), (9, 7.5, 6.5), (8.5, 7.5, 6.5)
NAME_COLUMN, SIGN_COLUMN, NUMBER_COLUMN = (36, 27), 26, 43  # of parameters, and of results with a badge
BATCH_CELL = (46, 33)
DENSE, DENSE_NUMBER = (50, 26), (9.5, 8, 7)

# A network of circles: a neuron, the boxes and the badge inside of it, the room between what stands in a column
NEURON, NEURON_CELL, NEURON_SIGN, NEURON_NUMBER = 66, 50, 36, (10, 9, 8)
NEURON_GAP, WEIGHT_GAP, HEADING_WIDTH, RESULT_WIDTH = 14, 4, 165, 220

MARGIN = 16  # around the picture
NOTE = 20  # in height, for the note that numbers are outdated
