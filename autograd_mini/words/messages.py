"""Every word that pictures, pages and terminals say, in each language: one table.

Formulas and views ask for a message by its key. A test proves that no language lacks one.
"""

from __future__ import annotations

LANGUAGES = ("en", "fr")
NUMBERS = ("decimal point", "between arguments")  # what a decimal sign decides
SIGNS = {"point": "en", "comma": "fr"}  # as in "fr-x-point": French with numbers as in English

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
        "en": "Fill the graph: first the values, then the derivatives. Write 0.333, 3.33e-1 or 1/3; three digits, unless "
        "the number is shorter. You may go on with rounded numbers.",
        "fr": "Complétez le graphe : d’abord les valeurs, puis les dérivées. Écrivez 0,333, 3,33e-1 ou 1/3 ; trois chiffres, "
        "sauf si le nombre est plus court. On peut continuer avec des nombres arrondis.",
    },
    "task of formulas": {
        "en": "Write the formulas: first of the values, then of the derivatives. Use names of what comes before, such as "
        "w*x + b, h*(1 - h) or ∂f/∂h (type df/dh).",
        "fr": "Écrivez les formules : d’abord des valeurs, puis des dérivées. Utilisez les noms de ce qui précède, comme "
        "w*x + b, h*(1 - h) ou ∂f/∂h (tapez df/dh).",
    },
    "hint": {"en": "Hint", "fr": "Indice"},
    "answer": {"en": "Answer", "fr": "Réponse"},
    "operations inside": {"en": "Operations", "fr": "Opérations"},
    "local partials": {"en": "Local partials", "fr": "Dérivées locales"},
    "right": {"en": "right", "fr": "juste"},
    "follows": {
        "en": "right from your {}, which is not right yet",
        "fr": "juste à partir de votre {}, qui ne l’est pas encore",
    },
    "nearly": {
        "en": "very close: keep one more digit on the way",
        "fr": "tout près : gardez un chiffre de plus en route",
    },
    "wrong": {"en": "not right yet", "fr": "pas encore juste"},
    "imprecise": {"en": "nearly: give three digits", "fr": "presque : donnez trois chiffres"},
    "unreadable": {
        "en": "write a number, such as 0.5, 1/2 or e^5",
        "fr": "écrivez un nombre, tel que 0,5, 1/2 ou e^5",
    },
    "unreadable formula": {
        "en": "write a formula of what comes before, such as 2*x or x^2",
        "fr": "écrivez une formule de ce qui précède, telle que 2*x ou x^2",
    },
    "given": {"en": "the answer was shown", "fr": "la réponse a été donnée"},
    "score": {"en": "{} of {} found", "fr": "{} sur {} trouvés"},
    "at once": {"en": "{} at once and without hints", "fr": "dont {} du premier coup et sans indice"},
    "tries": {"en": "wrong tries: {}", "fr": "essais faux : {}"},
    "shown": {"en": "shown: {}", "fr": "réponses données : {}"},
    "comes out": {"en": "This number comes out {}.", "fr": "On trouve ce nombre {}."},
    "or": {"en": "or", "fr": "ou"},
    # what typical mistakes leave out or do otherwise, behind "this number comes out"
    "mistake upstream": {
        "en": "without the gradient that arrives at {u}",
        "fr": "sans le gradient qui arrive en {u}",
    },
    "mistake partial": {
        "en": "if the local partial of {u} is left out",
        "fr": "si l’on oublie la dérivée partielle locale de {u}",
    },
    "mistake inner": {
        "en": "if the derivative of {f} inside {u} is left out",
        "fr": "si l’on oublie la dérivée de {f} à l’intérieur de {u}",
    },
    "mistake swap": {
        "en": "with the partial for the other input of {u}",
        "fr": "avec la dérivée par rapport à l’autre entrée de {u}",
    },
    "mistake value": {
        "en": "if a value stands where a derivative should",
        "fr": "si une valeur est mise à la place d’une dérivée",
    },
    "mistake sign": {"en": "with another sign in {u}", "fr": "avec un autre signe dans {u}"},
    "mistake path": {
        "en": "if the path through {u} is left out",
        "fr": "si l’on oublie le chemin par {u}",
    },
    "mistake only": {
        "en": "if only the path through {u} counts",
        "fr": "si l’on ne compte que le chemin par {u}",
    },
    "mistake twice": {
        "en": "if the path through {u} counts twice",
        "fr": "si l’on compte deux fois le chemin par {u}",
    },
    "mistake paths": {
        "en": "if paths are multiplied or averaged: they add up",
        "fr": "si l’on multiplie les chemins ou en prend la moyenne : ils s’additionnent",
    },
    "mistake added": {
        "en": "if factors are added in {u}: along a path they multiply",
        "fr": "si l’on additionne des facteurs dans {u} : le long d’un chemin, ils se multiplient",
    },
    "mistake skipped": {
        "en": "if a step between {u} and the output is left out",
        "fr": "s’il manque une étape entre {u} et la sortie",
    },
    "mistake gate": {
        "en": "with the gate at {u} the other way: is it open or closed here?",
        "fr": "avec la porte en {u} dans l’autre état : est-elle ouverte ou fermée ici ?",
    },
    "mistake rule": {
        "en": "with another rule for the derivative of {f}",
        "fr": "avec une autre règle pour la dérivée de {f}",
    },
    "mistake activation": {
        "en": "with the value on the other side of {f}: before or after?",
        "fr": "avec la valeur de l’autre côté de {f} : avant ou après ?",
    },
    "mistake index": {
        "en": "with a number of another edge: which one lies on this one?",
        "fr": "avec un nombre d’une autre arête : lequel est sur celle-ci ?",
    },
    "mistake update": {
        "en": "with a new {u}: all derivatives are taken before the step",
        "fr": "avec un {u} déjà mis à jour : toutes les dérivées se prennent avant le pas",
    },
    "mistake seed": {
        "en": "if a value is taken for the derivative: what is the derivative of a number by itself?",
        "fr": "si l’on prend une valeur pour la dérivée : que vaut la dérivée d’un nombre par rapport à lui-même ?",
    },
    "mistake product": {
        "en": "for the whole product: the local partial is one factor of it",
        "fr": "pour le produit entier : la dérivée partielle locale en est un facteur",
    },
    "mistake operation": {"en": "with another operation in {u}", "fr": "avec une autre opération dans {u}"},
    "mistake part": {
        "en": "if a term or a factor of {u} is left out",
        "fr": "si l’on oublie un terme ou un facteur de {u}",
    },
    "mistake order": {
        "en": "in the other order in {u}: what comes first?",
        "fr": "dans l’autre ordre dans {u} : qu’est-ce qui vient d’abord ?",
    },
    "mistake minus": {
        "en": "with + and − exchanged in {u}",
        "fr": "en échangeant + et − dans {u}",
    },
    "mistake exponent": {
        "en": "with the other sign in the exponent in {u}",
        "fr": "avec l’autre signe dans l’exposant dans {u}",
    },
    "mistake log10": {
        "en": "with the logarithm to base 10: here it is the natural one",
        "fr": "avec le logarithme de base 10 : ici c’est le logarithme népérien",
    },
    "mistake degrees": {
        "en": "with angles in degrees: here they are in radians",
        "fr": "avec des angles en degrés : ici ils sont en radians",
    },
    "mistake other": {
        "en": "with another function in place of {f}",
        "fr": "avec une autre fonction à la place de {f}",
    },
    "mistake function": {"en": "without the function {f}", "fr": "sans la fonction {f}"},
    "mistake largest": {
        "en": "with the smallest in place of the largest, or the other way round, in {u}",
        "fr": "avec le plus petit à la place du plus grand, ou l’inverse, dans {u}",
    },
    "mistake sign of value": {"en": "with the other sign for {u}", "fr": "avec l’autre signe pour {u}"},
    "solution": {"en": "Solution", "fr": "Solution"},
    "print": {"en": "Print", "fr": "Imprimer"},
    "again": {"en": "Start again", "fr": "Recommencer"},
    "save": {"en": "Save results", "fr": "Enregistrer les résultats"},
    "name": {"en": "Name", "fr": "Nom"},
    # of lectures: what is wrong in a file
    "line number": {"en": "line {}", "fr": "ligne {}"},
    "no utf-8": {
        "en": "this is no UTF-8; save the file as UTF-8",
        "fr": "ce n’est pas de l’UTF-8 ; enregistrez le fichier en UTF-8",
    },
    "no toml": {"en": "this cannot be read as TOML", "fr": "ce n’est pas du TOML lisible"},
    "key missing": {"en": "the key {} is missing", "fr": "il manque la clé {}"},
    "key unknown": {"en": "no key is called so here; {}", "fr": "aucune clé n’a ce nom ici ; il y a : {}"},
    "given twice": {
        "en": "{} is given twice; each needs a name of its own",
        "fr": "{} est donné deux fois ; chacun a son propre nom",
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
    "number in text needed": {
        "en": 'a number as it is printed is needed, in quotes, such as "0.73" or "0,73", got {}',
        "fr": 'il faut un nombre comme il est imprimé, entre guillemets droits, tel que "0,73" ou "0.73", pas {}',
    },
    "empty text": {
        "en": 'a text that is not empty is needed, or {{fr = "...", en = "..."}}',
        "fr": 'il faut un texte qui ne soit pas vide, ou {{fr = "...", en = "..."}}',
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
        "fr": "aucune question n’est du genre {} ; choisissez parmi : {}",
    },
    "id needed": {
        "en": "an id has letters, digits, - . and _ only, as it becomes part of file names; got {}",
        "fr": "un identifiant n’a que des lettres, des chiffres, - . et _, car il devient une partie de noms de fichiers ; pas {}",
    },
    "printed needed": {
        "en": 'what is printed is text, "0.73", or {{text = "0.83", erratum = "E-1", right = "0.73"}}, got {}',
        "fr": 'ce qui est imprimé est un texte, "0,73", ou {{text = "0,83", erratum = "E-1", right = "0,73"}}, pas {}',
    },
    "program unknown": {
        "en": "no program is called {}; there are: {}",
        "fr": "aucun programme ne s’appelle {} ; il y a : {}",
    },
    "erratum unknown": {
        "en": "no erratum has the id {}; there are: {}",
        "fr": "aucun erratum n’a l’identifiant {} ; il y a : {}",
    },
    "name unknown": {"en": "nothing here is called {}; {}", "fr": "rien ici ne s’appelle {} ; {}"},
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
        "fr": "il faut des entrées qui bougent, aucune n’étant une donnée ; les entrées sont : {}",
    },
    "range needed": {
        "en": "from has to be below to, and step above 0 and no larger than their distance",
        "fr": "from est inférieur à to, et step est positif et au plus leur distance",
    },
    "passed on": {"en": "{}", "fr": "cela ne peut pas être lu. En anglais : {}"},
    # of lectures: what one asks for
    "no lecture": {
        "en": "no document is called {}; there are: {}. A file of your own ends in .toml",
        "fr": "aucun document ne s’appelle {} ; il y a : {}. Un fichier à vous finit par .toml",
    },
    "no example": {"en": "{} has no example {}; it has: {}", "fr": "{} n’a pas d’exemple {} ; il y a : {}"},
    "several examples": {
        "en": "{} is answered by several examples; choose one of: {}",
        "fr": "plusieurs exemples répondent à {} ; choisissez parmi : {}",
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
    "update of": {
        "en": "Update {}: η = {rate}, {of} = {loss}",
        "fr": "Actualisation {} : η = {rate}, {of} = {loss}",
    },
    "update": {"en": "update, η = {rate}", "fr": "actualisation, η = {rate}"},
    "as well": {"en": ", these as well", "fr": ", ceux-ci aussi"},
    "becomes": {"en": "becomes", "fr": "devient"},
    "how to draw a network": {
        "en": "It is a network: --draw f.svg --style network draws its neurons.",
        "fr": "C’est un réseau : --draw f.svg --style network en dessine les neurones.",
    },
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
    "how to read": {
        "en": "Read the question, run the cell below it, change numbers, find out; then open the answer.",
        "fr": "Lisez la question, exécutez la cellule, changez des nombres, cherchez ; ouvrez ensuite la réponse.",
    },
    "no text": {"en": "No text can say this", "fr": "Aucun texte ne peut dire cela"},
    "differs": {"en": "differs", "fr": "diffère"},
    "checks": {
        "en": "{} printed numbers and claims compared, of which {} are known errata; {} are not as they should be",
        "fr": "{} nombres imprimés et affirmations comparés, dont {} errata connus ; {} ne sont pas comme il faut",
    },
    # of lectures: sheets and questions for students
    "student": {"en": "student", "fr": "étudiant"},
    "key": {"en": "Key for the teacher", "fr": "Corrigé pour l’enseignant"},
    "how to answer": {
        "en": "Three digits. Write 0.731 or 0,731 and a hyphen for minus; no fractions, no powers.",
        "fr": "Trois chiffres. Écrivez 0,731 ou 0.731, et un trait d’union pour moins ; ni fractions ni puissances.",
    },
    "lectures": {"en": "Lectures", "fr": "Cours"},
    "nothing asked": {
        "en": "no number of {} can be asked; name an example that is text, or add [example.vary] to one",
        "fr": "aucun nombre de {} ne peut être demandé ; nommez un exemple qui est du texte, ou ajoutez-y [example.vary]",
    },
    # of lectures: results of exercises
    "results missing": {
        "en": "say which files: autograd-mini lecture grade FILE..., or a folder of them",
        "fr": "dites quels fichiers : autograd-mini lecture grade FICHIER..., ou un dossier de fichiers",
    },
    "results too large": {
        "en": "this file has more than {} MB, as no results have",
        "fr": "ce fichier a plus de {} Mo, ce que n’ont aucuns résultats",
    },
    "no json": {"en": "this cannot be read as JSON: {}", "fr": "ce n’est pas du JSON lisible : {}"},
    "no results": {
        "en": "these are no results; save them with the button of an exercise page",
        "fr": "ce ne sont pas des résultats ; enregistrez-les par le bouton d’une page d’exercice",
    },
    "results of another version": {
        "en": "these results are of version {}, and this program reads {}; install the one that made the page",
        "fr": "ces résultats sont de la version {}, et ce programme lit la {} ; installez celui qui a fait la page",
    },
    "results wrong": {
        "en": "something else is needed at {}, got {}; the file was changed, or is not whole",
        "fr": "il faut autre chose à {}, pas {} ; le fichier a été modifié, ou n’est pas entier",
    },
    "score wrong": {
        "en": "{} is {}, and its questions give {}; the file was changed",
        "fr": "{} vaut {}, et ses questions donnent {} ; le fichier a été modifié",
    },
    "unsigned": {
        "en": "Nothing signs these files: whoever saved one can also have written it.",
        "fr": "Rien ne signe ces fichiers : qui en a enregistré un peut aussi l’avoir écrit.",
    },
    "document": {"en": "document", "fr": "document"},
    "found of": {"en": "found", "fr": "trouvés"},
    "first try": {"en": "at once", "fr": "du premier coup"},
    "wrong tries": {"en": "wrong tries", "fr": "essais faux"},
    "answers shown": {"en": "shown", "fr": "donnés"},
    "date": {"en": "date (UTC)", "fr": "date (UTC)"},
    "not found": {"en": "not found", "fr": "pas trouvés"},
    # of lectures: numbers of students
    "nothing varies": {
        "en": "no number of {} varies for students; add [example.vary] to its file",
        "fr": "aucun nombre de {} ne varie selon l’étudiant ; ajoutez [example.vary] à son fichier",
    },
    "no draw left": {
        "en": "{}: {} students have sheets of their own, and no other draw differs; widen the ranges of vary",
        "fr": "{} : {} étudiants ont leur propre feuille, et aucun autre tirage n’en diffère ; élargissez les plages de vary",
    },
    "no draw": {
        "en": "{}: none of {} draws is accepted, most for this: {}; change the ranges of vary",
        "fr": "{} : aucun des {} tirages n’est accepté, le plus souvent pour cela : {} ; changez les plages de vary",
    },
    "plain": {"en": "an input is 0 or ±1", "fr": "une entrée vaut 0 ou ±1"},
    "equal": {"en": "two inputs are equal", "fr": "deux entrées sont égales"},
    "near kink": {"en": "near a kink", "fr": "près d’un point sans dérivée"},
    "near tie": {"en": "near a tie", "fr": "près d’une égalité"},
    "saturated": {"en": "{} is saturated", "fr": "{} est saturée"},
    "outside": {"en": "{} is outside 0.01 to 100", "fr": "{} sort de 0,01 à 100"},
    "no flow": {"en": "no gradient reaches an input", "fr": "aucun gradient n’atteint une entrée"},
    "size": {"en": "an answer is too small or too large", "fr": "une réponse est trop petite ou trop grande"},
    "moved": {"en": "rounding moves an answer", "fr": "un arrondi change une réponse"},
    "student twice": {
        "en": "{}: {} stands there twice; write one student a line",
        "fr": "{} : {} y est deux fois ; écrivez un étudiant par ligne",
    },
    "no student": {
        "en": "{}: there is no name in its first column; write one student a line",
        "fr": "{} : il n’y a pas de nom dans la première colonne ; écrivez un étudiant par ligne",
    },
    "no descent": {
        "en": "{} makes no steps down a gradient; add [[example.descent]] to its file",
        "fr": "{} ne descend aucun gradient ; ajoutez [[example.descent]] à son fichier",
    },
    "no input": {
        "en": "no input of {} is called {}; its inputs are: {}",
        "fr": "aucune entrée de {} ne s’appelle {} ; ses entrées sont : {}",
    },
    # of lectures: help
    "help lecture": {
        "en": "The lectures: documents of a course, their examples, and files of your own (autograd-mini lecture --lang fr"
        " --help: en français).\n\nWithout arguments: the documents. With a document: its examples and questions. With an"
        " example: what it teaches and asks, every number beside what the document prints, claims and errata.\n\n"
        "lecture site writes all examples as pages, lecture grade FILE... tabulates results of exercises; a file of your own"
        " that is called so is ./site or ./grade.",
        "fr": "Les cours : des documents, leurs exemples, et des fichiers à vous.\n\nSans argument : les documents. Avec un"
        " document : ses exemples et ses questions. Avec un exemple : ce qu’il enseigne et demande, chaque nombre à côté de"
        " ce que le document imprime, affirmations et errata.\n\nlecture site écrit tous les exemples en pages, lecture"
        " grade FICHIER... met en tableau des résultats d’exercices ; un fichier à vous qui s’appelle ainsi est ./site ou"
        " ./grade.",
    },
    "help words": {
        "en": "A document by its name or a file of your own, an example of it, and other numbers for its inputs.",
        "fr": "Un document par son nom ou un fichier à vous, un de ses exemples, et d’autres nombres pour ses entrées.",
    },
    "help step": {
        "en": "Step through it, or list the steps.",
        "fr": "Le parcourir pas à pas, ou lister les étapes.",
    },
    "help html": {"en": "Write the page that steps.", "fr": "Écrire la page qui avance pas à pas."},
    "help draw": {
        "en": "Write its picture: .svg, .png, .html, .tex or .dot.",
        "fr": "Écrire son image : .svg, .png, .html, .tex ou .dot.",
    },
    "help exercise": {
        "en": "Write a page on which one finds all numbers oneself.",
        "fr": "Écrire une page où l’on trouve soi-même tous les nombres.",
    },
    "help slides": {
        "en": "Write slides for LaTeX, or a film: .tex or .gif.",
        "fr": "Écrire des diapositives pour LaTeX, ou un film : .tex ou .gif.",
    },
    "help plot": {
        "en": "Plot its descent on the loss: .png, .svg or .pdf.",
        "fr": "Tracer sa descente sur la loss : .png, .svg ou .pdf.",
    },
    "help student": {
        "en": "With this student's own numbers, where the example may vary.",
        "fr": "Avec les nombres de cet étudiant, là où l’exemple peut varier.",
    },
    "help students": {
        "en": "Write a sheet for each name in this CSV file, into the folder -o.",
        "fr": "Écrire une feuille pour chaque nom de ce fichier CSV, dans le dossier -o.",
    },
    "help moodle": {
        "en": "Write questions for Moodle, as XML.",
        "fr": "Écrire des questions pour Moodle, en XML.",
    },
    "help gift": {"en": "Write questions as GIFT.", "fr": "Écrire des questions en GIFT."},
    "help notebook": {
        "en": "Write a document as a notebook: questions, cells to try, answers.",
        "fr": "Écrire un document en notebook : questions, cellules à essayer, réponses.",
    },
    "help style": {
        "en": "Look of the picture: cards, compact or network; else what fits.",
        "fr": "Aspect de l'image : cards, compact ou network ; sinon ce qui convient.",
    },
    "help variants": {
        "en": "How many variants of each question, with other numbers.",
        "fr": "Combien de variantes de chaque question, avec d’autres nombres.",
    },
    "help csv": {"en": "With grade: write the table as CSV.", "fr": "Avec grade : écrire le tableau en CSV."},
    "help output": {
        "en": "Where sheets, or the site, are written.",
        "fr": "Où sont écrites les feuilles, ou le site.",
    },
    "help check": {
        "en": "Compare everything that is printed and claimed with what is computed.",
        "fr": "Comparer tout ce qui est imprimé et affirmé à ce qui est calculé.",
    },
    "help detail": {
        "en": "operations, or definitions; else what suits the example.",
        "fr": "operations, ou definitions ; sinon ce qui convient à l’exemple.",
    },
    "help lang": {
        "en": "Language: en or fr; else that of the document.",
        "fr": "Langue : en ou fr ; sinon celle du document.",
    },
    "help help": {"en": "Show this message and exit.", "fr": "Montrer ce message."},
    "look again": {"en": "Look at the chain once more.", "fr": "Regardez de nouveau la chaîne."},
}


def message(key: str, language: str = "en") -> str:
    """What is said in a language. Raises ValueError for a language there is no table for.

    language: a tag, with -x-point or -x-comma behind it where the decimal sign is not the usual one.

    >>> message("gradients", "fr"), message("gradients", "fr-x-point")
    ('Passe backward (rétropropagation)', 'Passe backward (rétropropagation)')
    >>> message("decimal point", "fr"), message("decimal point", "fr-x-point")
    (',', '.')
    """
    if language in LANGUAGES:
        return MESSAGES[key][language]
    words, _, sign = str(language).partition("-x-")
    if words in LANGUAGES and sign in SIGNS:
        return MESSAGES[key][SIGNS[sign] if key in NUMBERS else words]
    msg = f"no words for the language {language!r:.60}; choose one of: {', '.join(LANGUAGES)}"
    raise ValueError(msg)


def ordinal(count: int, language: str = "en") -> str:
    """The place in a row, counted from 1.

    >>> [ordinal(i) for i in (1, 2, 3, 4, 11, 22)], [ordinal(i, "fr") for i in (1, 2)]
    (['1st', '2nd', '3rd', '4th', '11th', '22nd'], ['1er', '2e'])
    """
    if language.startswith("fr"):
        return "1er" if count == 1 else f"{count}e"
    last = 0 if count % 100 in (11, 12, 13) else count % 10
    return f"{count}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"
