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
    # of lectures: what is wrong in a file
    "line number": {"en": "line {}", "fr": "ligne {}"},
    "no utf-8": {
        "en": "this is no UTF-8; save the file as UTF-8",
        "fr": "ce n’est pas de l’UTF-8 ; enregistrez le fichier en UTF-8",
    },
    "no toml": {"en": "this cannot be read as TOML", "fr": "ce n’est pas du TOML lisible"},
    "key missing": {"en": "the key {} is missing", "fr": "il manque la clé {}"},
    "key unknown": {"en": "no key is called so here; {}", "fr": "aucune clé n’a ce nom ici ; il y a : {}"},
    "given twice": {
        "en": "{} is given twice; each needs a name of its own",
        "fr": "{} est donné deux fois ; chacun a son propre nom",
    },
    "text needed": {
        "en": "a text in quotes is needed, got {}",
        "fr": "il faut un texte entre guillemets droits, pas {}",
    },
    "said needed": {
        "en": 'a text is needed, or {{fr = "...", en = "..."}}, got {}',
        "fr": 'il faut un texte, ou {{fr = "...", en = "..."}}, pas {}',
    },
    "number needed": {"en": "a number is needed, got {}", "fr": "il faut un nombre, pas {}"},
    "count needed": {
        "en": "a whole number from 1 to 1000 is needed, got {}",
        "fr": "il faut un entier de 1 à 1000, pas {}",
    },
    "flag needed": {"en": "true or false is needed, got {}", "fr": "il faut true ou false, pas {}"},
    "names needed": {
        "en": 'a list of names is needed, as in ["x", "y*"], got {}',
        "fr": 'il faut une liste de noms, comme ["x", "y*"], pas {}',
    },
    "texts needed": {
        "en": 'names are needed, as in {{h1 = "h[1]"}}, got {}',
        "fr": 'il faut des noms, comme {{h1 = "h[1]"}}, pas {}',
    },
    "table needed": {"en": "a table of keys is needed, got {}", "fr": "il faut une table de clés, pas {}"},
    "tables needed": {
        "en": "tables in double brackets are needed, [[...]], got {}",
        "fr": "il faut des tables entre doubles crochets, [[...]], pas {}",
    },
    "numbers needed": {
        "en": "numbers by name are needed, as in {{u = 2, x = [1, 2]}}, got {}",
        "fr": "il faut des nombres par nom, comme {{u = 2, x = [1, 2]}}, pas {}",
    },
    "gradients needed": {
        "en": 'names by result are needed, as in {{L = {{w = "w"}}}}, got {}',
        "fr": 'il faut des noms par résultat, comme {{L = {{w = "w"}}}}, pas {}',
    },
    "language needed": {
        "en": 'the language is "en" or "fr", got {}',
        "fr": 'la langue est "en" ou "fr", pas {}',
    },
    "decimal needed": {
        "en": 'the decimal sign is "." or ",", got {}',
        "fr": 'le signe décimal est "." ou ",", pas {}',
    },
    "detail needed": {
        "en": 'the detail is "operations" or "definitions", got {}',
        "fr": 'le détail est "operations" ou "definitions", pas {}',
    },
    "kind needed": {
        "en": "no question is of the kind {}; choose one of: {}",
        "fr": "aucune question n’est du genre {} ; choisissez parmi : {}",
    },
    "id needed": {
        "en": "an id has letters, digits, - . and _ only, as it becomes part of file names; got {}",
        "fr": "un identifiant n’a que des lettres, des chiffres, - . et _, car il devient une partie de noms de fichiers ; pas {}",
    },
    "printed needed": {
        "en": 'what is printed is text, "0.73", or {{text = "0.83", erratum = "E-1", right = "0.73"}}, got {}',
        "fr": 'ce qui est imprimé est un texte, "0,73", ou {{text = "0,83", erratum = "E-1", right = "0,73"}}, pas {}',
    },
    "program unknown": {
        "en": "no program is called {}; there are: {}",
        "fr": "aucun programme ne s’appelle {} ; il y a : {}",
    },
    "erratum unknown": {
        "en": "no erratum has the id {}; there are: {}",
        "fr": "aucun erratum n’a l’identifiant {} ; il y a : {}",
    },
    "name unknown": {"en": "nothing here is called {}; {}", "fr": "rien ici ne s’appelle {} ; {}"},
    "question unanswered": {
        "en": "a question needs examples, an answer, or a reason why there is none",
        "fr": "une question a des exemples, une réponse (answer), ou la raison pour laquelle il n’y en a pas (reason)",
    },
    "one for each step": {
        "en": "{} needs a list with one number for each of the {} steps",
        "fr": "{} a besoin d’une liste, un nombre pour chacun des {} pas",
    },
    "nothing moves": {
        "en": "inputs that move are needed, none of them data; the inputs are: {}",
        "fr": "il faut des entrées qui bougent, aucune n’étant une donnée ; les entrées sont : {}",
    },
    "range needed": {
        "en": "from has to be below to, and step above 0 and no larger than their distance",
        "fr": "from est inférieur à to, et step est positif et au plus leur distance",
    },
    "passed on": {"en": "{}", "fr": "{}"},
    # of lectures: what one asks for
    "no lecture": {
        "en": "no document is called {}; there are: {}. A file of your own ends in .toml",
        "fr": "aucun document ne s’appelle {} ; il y a : {}. Un fichier à vous finit par .toml",
    },
    "no example": {"en": "{} has no example {}; it has: {}", "fr": "{} n’a pas d’exemple {} ; il y a : {}"},
    "several examples": {
        "en": "{} is answered by several examples; choose one of: {}",
        "fr": "plusieurs exemples répondent à {} ; choisissez parmi : {}",
    },
    "example missing": {
        "en": "say which example of {}; without options its examples are listed",
        "fr": "dites quel exemple de {} ; sans option, ses exemples sont listés",
    },
    "too many words": {
        "en": "cannot use {}; write a document, an example, and numbers as NAME=NUMBER",
        "fr": "que faire de {} ? écrivez un document, un exemple, et des nombres NOM=NOMBRE",
    },
    # of lectures: as text
    "how to go on": {
        "en": "autograd-mini lecture DOCUMENT EXAMPLE shows one; with --step, --html f.html, --draw f.svg or --exercise ex.html"
        " in another way.",
        "fr": "autograd-mini lecture DOCUMENT EXEMPLE en montre un ; avec --step, --html f.html, --draw f.svg ou"
        " --exercise ex.html, d’une autre façon.",
    },
    "examples": {"en": "Examples", "fr": "Exemples"},
    "questions": {"en": "Questions", "fr": "Questions"},
    "question": {"en": "Question", "fr": "Question"},
    "colon": {"en": ": ", "fr": " : "},
    "name of": {"en": "name", "fr": "nom"},
    "definition": {"en": "definition", "fr": "définition"},
    "printed": {"en": "printed", "fr": "imprimé"},
    "computed": {"en": "computed", "fr": "calculé"},
    "verdict": {"en": "verdict", "fr": "verdict"},
    "example": {"en": "example", "fr": "exemple"},
    "claims": {"en": "What the document claims, computed", "fr": "Ce que le document affirme, calculé"},
    "true": {"en": "true", "fr": "vrai"},
    "false": {"en": "not true", "fr": "pas vrai"},
    "errata": {"en": "Errata", "fr": "Errata"},
    "quoted": {"en": "(printed: {})", "fr": "(imprimé : {})"},
    "no text": {"en": "No text can say this", "fr": "Aucun texte ne peut dire cela"},
    "differs": {"en": "differs", "fr": "diffère"},
    "checks": {
        "en": "{} printed numbers and claims compared, of which {} are known errata; {} are not as they should be",
        "fr": "{} nombres imprimés et affirmations comparés, dont {} errata connus ; {} ne sont pas comme il faut",
    },
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
