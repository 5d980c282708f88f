"""Every word that pictures, pages and terminals say, in each language: one table.

Formulas and views ask for a message by its key. A test proves that no language lacks one.
"""

from __future__ import annotations

LANGUAGES = ("en", "fr")

MESSAGES: dict[str, dict[str, str]] = {
    # in formulas
    "if": {"en": "if", "fr": "si"},
    "else": {"en": "else", "fr": "sinon"},
    "otherwise": {"en": "otherwise", "fr": "sinon"},
    "via": {"en": "via {}: ", "fr": "via {} : "},
    "not chosen": {"en": "{} was not chosen", "fr": "{} n’a pas été choisi"},
    "given by": {"en": "given by {}", "fr": "donné par {}"},
    "nothing flows": {"en": "nothing flows through {}", "fr": "rien ne passe par {}"},
    # places of an operand that an operation takes more than once: see `ordinal`
    "term": {"en": "term", "fr": "terme"},
    "factor": {"en": "factor", "fr": "facteur"},
    "argument": {"en": "argument", "fr": "argument"},
    "numerator": {"en": "numerator", "fr": "numérateur"},
    "denominator": {"en": "denominator", "fr": "dénominateur"},
    "base": {"en": "base", "fr": "base"},
    "exponent": {"en": "exponent", "fr": "exposant"},
    # in numbers
    "decimal point": {"en": ".", "fr": ","},
    "between arguments": {"en": ", ", "fr": " ; "},
    # headings of the steps
    "values": {"en": "Forward pass", "fr": "Passe forward"},
    "gradients": {"en": "Backward pass", "fr": "Passe backward (rétropropagation)"},
    "tangents": {"en": "Forward mode", "fr": "Mode forward"},
    # what a step is
    "variable": {"en": "a variable gets its number", "fr": "une variable reçoit sa valeur"},
    "variable unknown": {"en": "a variable without a number", "fr": "une variable sans valeur"},
    "data given": {
        "en": "data: nobody differentiates by it",
        "fr": "une donnée : on ne dérive pas par rapport à elle",
    },
    "data unknown": {"en": "data without a number", "fr": "une donnée sans valeur"},
    "operation unknown": {"en": "an operation as a formula", "fr": "une opération, en formule"},
    "operation": {"en": "an operation is evaluated", "fr": "une opération est évaluée"},
    "seed": {"en": "we start from {}", "fr": "on part de {}"},
    "product of gradients": {
        "en": "chain rule: local partial derivative · gradient already known",
        "fr": "règle de dérivation en chaîne : dérivée partielle locale · gradient déjà connu",
    },
    "product of tangents": {
        "en": "chain rule: local partial derivative · tangent already known",
        "fr": "règle de dérivation en chaîne : dérivée partielle locale · tangente déjà connue",
    },
    "use of gradients": {
        "en": "chain rule: one of {} uses; added when all have come",
        "fr": "règle de dérivation en chaîne : une des {} utilisations ; somme quand toutes sont arrivées",
    },
    "use of tangents": {
        "en": "chain rule: one of {} ways from the variable; added when all have come",
        "fr": "règle de dérivation en chaîne : un des {} chemins ; somme quand tous sont arrivés",
    },
    "addition of gradients": {
        "en": "used {} times: gradients add up",
        "fr": "utilisé {} fois : addition des gradients",
    },
    "addition of tangents": {
        "en": "reached in {} ways: tangents add up",
        "fr": "atteint par {} chemins : addition des tangentes",
    },
    "line": {"en": "a line is evaluated", "fr": "une ligne est évaluée"},
    "line of arrays": {
        "en": "a line is evaluated, all entries at once",
        "fr": "une ligne est évaluée, toutes les entrées à la fois",
    },
    "line unknown": {"en": "a line as a formula", "fr": "une ligne, en formule"},
    "line of the result": {
        "en": "the line of the result is differentiated",
        "fr": "on dérive la ligne du résultat",
    },
    "line of gradients": {
        "en": "chain rule: derivative of the line · gradient already known",
        "fr": "règle de dérivation en chaîne : dérivée de la ligne · gradient déjà connu",
    },
    "lines of gradients": {
        "en": "chain rule: used in {} places, the products add up",
        "fr": "règle de dérivation en chaîne : utilisé à {} endroits, les produits s’additionnent",
    },
    "gradients of arrays": {
        "en": "chain rule for arrays: the gradient already known goes back through the line",
        "fr": "règle de dérivation en chaîne, pour des tableaux : le gradient déjà connu remonte la ligne",
    },
    "jacobians": {
        "en": "chain rule: the Jacobian already known · that of the line",
        "fr": "règle de dérivation en chaîne : jacobienne déjà connue · celle de la ligne",
    },
    "kink in": {
        "en": "no derivative in {} here: a convention gives one",
        "fr": "pas de dérivée en {} à ce point : une convention en donne une",
    },
    "held fixed": {
        "en": "In a local partial derivative the operation’s other inputs are held fixed.",
        "fr": "Dans une dérivée partielle locale, les autres entrées de l’opération sont fixées.",
    },
    "held fixed in lines": {
        "en": "In the derivative of a line its other inputs are held fixed.",
        "fr": "Dans la dérivée d’une ligne, ses autres entrées sont fixées.",
    },
    "rows and columns": {
        "en": "A Jacobian has a row for every entry of the result and a column for every entry of the input.",
        "fr": "Une jacobienne a une ligne par entrée du résultat et une colonne par entrée de la variable.",
    },
    "negative": {
        "en": "⊖: what flows along this arrow is negative.",
        "fr": "⊖ : ce qui passe par cette flèche est négatif.",
    },
    # what a reader would not expect of a step
    "tie": {
        "en": "tie: by convention the first input takes the whole gradient",
        "fr": "égalité : par convention, la première entrée reçoit tout le gradient",
    },
    "kink": {
        "en": "no derivative here: by convention the local partial is {}",
        "fr": "pas de dérivée en ce point : par convention, la dérivée locale vaut {}",
    },
    "shift": {
        "en": "{} only shifts: no gradient passes",
        "fr": "{} ne fait que décaler : aucun gradient ne passe",
    },
    "constant": {"en": "constant", "fr": "constante"},
    # on a page with a picture
    "graph": {"en": "Computation graph of {}", "fr": "Graphe de calcul de {}"},
    "input": {"en": "input", "fr": "entrée"},
    "data": {"en": "data", "fr": "donnée"},
    "inputs": {"en": "inputs", "fr": "entrées"},
    "inputs of": {"en": "inputs of {}", "fr": "entrées de {}"},
    "parameters": {"en": "parameters", "fr": "paramètres"},
    "layer": {"en": "layer", "fr": "couche"},
    "neuron": {"en": "neuron", "fr": "neurone"},
    "outdated": {"en": "outdated", "fr": "périmé"},
    "call forward": {
        "en": "Some numbers are outdated, as others have changed since: call {}.forward()",
        "fr": "Des nombres sont périmés, car d’autres ont changé depuis : appelez {}.forward()",
    },
    "larger": {"en": "Zoom in", "fr": "Agrandir"},
    "smaller": {"en": "Zoom out", "fr": "Réduire"},
    "open definition": {"en": "Open {}", "fr": "Ouvrir {}"},
    "close definition": {"en": "Close {}", "fr": "Fermer {}"},
    "whole": {"en": "Whole graph", "fr": "Graphe entier"},
    "flows": {"en": "Gradients", "fr": "Gradients"},
    # in a terminal
    "node": {"en": "node", "fr": "nœud"},
    "formula": {"en": "formula", "fr": "formule"},
    "value": {"en": "value", "fr": "valeur"},
    "gradient": {"en": "gradient", "fr": "gradient"},
    "tangent": {"en": "tangent", "fr": "tangente"},
    "more rows": {"en": "… {} more", "fr": "… encore {}"},
    "keys": {
        "en": "Enter next · b back · g start · G end · q quit",
        "fr": "Entrée suite · b retour · g début · G fin · q quitter",
    },
    "open line": {"en": "o operations", "fr": "o opérations"},
    "close line": {"en": "o close", "fr": "o fermer"},
    # on the page that steps
    "steps": {"en": "Step by step", "fr": "Pas à pas"},
    "empty": {"en": "nothing is known yet", "fr": "rien n’est encore connu"},
    "step": {"en": "Step", "fr": "Étape"},
    "all steps": {"en": "All steps", "fr": "Toutes les étapes"},
    "first": {"en": "Start (Home)", "fr": "Début (touche Début)"},
    "previous": {"en": "Previous step (←)", "fr": "Étape précédente (←)"},
    "play": {"en": "Play (space)", "fr": "Lecture (espace)"},
    "pause": {"en": "Pause (space)", "fr": "Pause (espace)"},
    "next": {"en": "Next step (→)", "fr": "Étape suivante (→)"},
    "last": {"en": "Last step (End)", "fr": "Dernière étape (Fin)"},
    "into": {"en": "Operations of this line (o)", "fr": "Opérations de cette ligne (o)"},
    "inside": {"en": "{}: its operations", "fr": "{} : ses opérations"},
    "close": {"en": "Close", "fr": "Fermer"},
    "speed": {"en": "Speed", "fr": "Vitesse"},
    "run again": {
        "en": "To see the steps here, trust this notebook or run the cell again.",
        "fr": "Pour voir les étapes ici, approuvez ce notebook ou exécutez de nouveau la cellule.",
    },
    # where its numbers can be changed
    "still": {
        "en": "The numbers of this page cannot be changed: it would need a formula for {}.",
        "fr": "Les nombres de cette page ne peuvent pas changer : il faudrait une formule pour {}.",
    },
    "drag": {"en": "Drag, or ↑ ↓ with Shift or Alt", "fr": "Glisser, ou ↑ ↓ avec Maj ou Alt"},
    "reset": {"en": "First numbers again", "fr": "Revenir aux premiers nombres"},
    "try it": {"en": "Try it", "fr": "À vous d’essayer"},
    "nudge": {"en": "Nudge", "fr": "Petit déplacement"},
    "nudged by": {"en": "Move {} by h = {}", "fr": "Déplacer {} de h = {}"},
    "paths": {"en": "Paths", "fr": "Chemins"},
    "more paths": {"en": "{} more paths", "fr": "encore {} chemins"},
    "alone": {
        "en": "Products of two numbers for {}: path by path {}, in forward mode {}.",
        "fr": "Produits de deux nombres pour {} : chemin par chemin {}, en mode forward {}.",
    },
    "forward and reverse": {
        "en": "For all {} variables: in forward mode {}, in reverse mode {}.",
        "fr": "Pour les {} variables : en mode forward {}, en mode reverse {}.",
    },
    "descent": {"en": "Descent", "fr": "Descente"},
    "rate": {"en": "Rate", "fr": "Pas"},
    "descend": {"en": "One step down", "fr": "Descendre d’un pas"},
    # signs of a formula as one says them
    "aloud": {
        "en": "= equals, + plus, − minus, × times, · times, ( bracket, ) end bracket, | bar, ∂ partial, / over, "
        "^ to the power, √ root of, ≥ at least, ≤ at most, ⊙ times by entries, ᵀ transposed, ‖ norm bar, … and so on",
        "fr": "= égale, + plus, − moins, × fois, · fois, ( parenthèse, ) fin de parenthèse, | barre, ∂ d rond, "
        "/ sur, ^ puissance, √ racine de, ≥ au moins, ≤ au plus, ⊙ fois terme à terme, ᵀ transposée, ‖ barre de norme, … et ainsi de suite",
    },
    # on the page of exercises
    "exercise": {"en": "Exercise", "fr": "Exercice"},
    "task": {
        "en": "Fill the graph: first the values, then the gradients. Write 0.33, 3.3e-1 or 1/3; "
        "two significant digits are enough.",
        "fr": "Complétez le graphe : d’abord les valeurs, puis les gradients. Écrivez 0,33, 3,3e-1 ou 1/3 ; "
        "deux chiffres significatifs suffisent.",
    },
    "hint": {"en": "Hint", "fr": "Indice"},
    "answer": {"en": "Answer", "fr": "Réponse"},
    "right": {"en": "right", "fr": "juste"},
    "wrong": {"en": "not right yet", "fr": "pas encore juste"},
    "imprecise": {"en": "nearly: give two digits", "fr": "presque : donnez deux chiffres"},
    "unreadable": {"en": "write a number, such as 0.5 or 1/2", "fr": "écrivez un nombre, tel que 0,5 ou 1/2"},
    "given": {"en": "the answer was shown", "fr": "la réponse a été donnée"},
    "score": {"en": "{} of {} found", "fr": "{} sur {} trouvés"},
    "without hints": {"en": "{} without hints", "fr": "dont {} sans indice"},
    "solution": {"en": "Solution", "fr": "Solution"},
    "print": {"en": "Print", "fr": "Imprimer"},
    "again": {"en": "Start again", "fr": "Recommencer"},
    "name": {"en": "Name", "fr": "Nom"},
}


def message(key: str, language: str = "en") -> str:
    """What is said in a language. Raises ValueError for a language there is no table for.

    >>> message("gradients", "fr")
    'Passe backward (rétropropagation)'
    """
    if language not in LANGUAGES:
        msg = f"no words for the language {language!r:.60}; choose one of: {', '.join(LANGUAGES)}"
        raise ValueError(msg)
    return MESSAGES[key][language]


def ordinal(count: int, language: str = "en") -> str:
    """The place in a row, counted from 1.

    >>> [ordinal(i) for i in (1, 2, 3, 4, 11, 22)], [ordinal(i, "fr") for i in (1, 2)]
    (['1st', '2nd', '3rd', '4th', '11th', '22nd'], ['1er', '2e'])
    """
    if language == "fr":
        return "1er" if count == 1 else f"{count}e"
    last = 0 if count % 100 in (11, 12, 13) else count % 10
    return f"{count}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"
