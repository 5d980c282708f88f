/* The native core: how a Value is stored, and what is done most with it, for plain numbers.

   The class Value is that of value.py, with this file and without it. Here are its fields (Node), its operators and
   functions where every operand is a plain Value or a number (Quick), and the walks over a graph. A Quick stands
   before the Python function that says what it does, and leaves to it whatever is special: a level above, a mode, a
   subclass, a NumPy scalar, an error. What a primitive computes is not written here: kernels.h is printed from the
   table of primitives by compiler/c.py. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <structmember.h>

#if defined(__GNUC__)
#define INLINED static inline __attribute__((always_inline)) /* with the kernel that it is given in its place */
#else
#define INLINED static inline
#endif

/* ---- Functions of floats that C lacks, as Floats in arithmetic.py ---- */

static inline double maximum(double x, double y) { return x >= y || x != x ? x : y; }
static inline double minimum(double x, double y) { return x <= y || x != x ? x : y; }

static inline double modulo(double x, double y)
{
    if (y == 0.0) return NAN;
    double rest = fmod(x, y);
    if (rest == 0.0) return copysign(0.0, y);
    return (y < 0.0) != (rest < 0.0) ? rest + y : rest;
}

static inline double floor_divide(double x, double y)
{
    if (y == 0.0) return x / y;
    double rest = fmod(x, y), quotient = (x - rest) / y;
    if (rest != 0.0 && (y < 0.0) != (rest < 0.0)) quotient -= 1.0;
    if (quotient == 0.0) return copysign(0.0, x / y);
    double whole = floor(quotient);
    return quotient - whole > 0.5 ? whole + 1.0 : whole;
}

static double sum(const double *x, Py_ssize_t from, Py_ssize_t to)
{
    double z = 0.0;
    while (from < to) z += x[from++];
    return z;
}

static double dot(const double *x, Py_ssize_t from, Py_ssize_t to, Py_ssize_t other, Py_ssize_t end)
{
    double z = 0.0;
    while (from < to && other < end) z += x[from++] * x[other++];
    return z;
}

static double largest(const double *x, Py_ssize_t from, Py_ssize_t to)
{
    double z = x[from];
    while (++from < to) z = maximum(z, x[from]);
    return z;
}

static double smallest(const double *x, Py_ssize_t from, Py_ssize_t to)
{
    double z = x[from];
    while (++from < to) z = minimum(z, x[from]);
    return z;
}

static void first(double *d, const double *x, Py_ssize_t n, double z)
{
    Py_ssize_t i = 0;
    memset(d, 0, (size_t)n * sizeof *d);
    while (i < n && x[i] != z && x[i] == x[i]) i++;
    if (i < n) d[i] = 1.0;
}

/* One primitive: its value, and its partials into d. One of the functions is there, by the number of inputs. */
typedef struct {
    const char *name;
    int arity; /* -1: any number, but not none */
    double (*one)(double, double *);
    double (*two)(double, double, double *);
    double (*three)(double, double, double, double *);
    double (*many)(const double *, Py_ssize_t, double *);
    PyObject *rule, *partials;
    int choice;
} Kernel;

#include "kernels.h"

/* ---- The node ---- */

enum { NOTHING, REAL, OBJECT };       /* what a box holds */
enum { LEAF, ONE, TWO, MANY, LOOSE }; /* how inputs are kept; LOOSE: two objects, as Python has set them */
#define MARKS ((1ull << MARK_BITS) - 1)
#define MARK_BITS 47                  /* 32 would wrap one day, and a walk would miss nodes in silence */

typedef union { double real; PyObject *object; } Box;

typedef struct Node {
    PyObject_HEAD
    Box primal, adjoint;
    PyObject *label; /* NULL: "" */
    PyObject *rule;  /* NULL: that of the kernel, or None */
    uint64_t mark : MARK_BITS; /* the last walk that met this node */
    uint64_t kernel : 7, shape : 3, primal_is : 2, adjoint_is : 2;
    uint64_t is_lazy : 1;    /* inputs, but no partials yet */
    uint64_t is_tracked : 1; /* the collector knows this node: it may be part of a cycle */
    uint64_t is_reached : 1; /* in a sweep that minds choices: something comes through */
    union {
        struct { struct Node *parents[2]; double partials[2]; } two; /* of a power the second partial is its exponent */
        struct { PyObject *parents, *loose; double *partials; } many;
    } in;
} Node;

static PyTypeObject *node_type, *quick_type, *number_type;
static PyTypeObject *value_type, *constant_type; /* those of value.py, once they are there */
static PyObject *no_inputs, *no_name, *floats;
static PyObject *modes, *leaves_left; /* the context variables of recording.py and budget.py */
static PyObject *make_power;
static PyObject *s_forward, *s_partials, *s_choice, *s_is_on, *s_watcher, *s_trace, *s_below, *s_arity;
static PyObject *kernel_numbers; /* from the function of a value to the number of its kernel */
static long active;              /* how many modes are on anywhere */

#define IS_NODE(o) PyObject_TypeCheck((PyObject *)(o), node_type)
#define IS_PLAIN(o) (Py_IS_TYPE((PyObject *)(o), value_type) || Py_IS_TYPE((PyObject *)(o), constant_type))

static inline void track(Node *v)
{
    v->is_tracked = 1;
    if (!PyObject_GC_IsTracked((PyObject *)v)) PyObject_GC_Track(v);
}

static inline int is_tracked(Node *v) { return v->is_tracked || !IS_PLAIN(v); }

/* ---- Birth and death: nodes are used again, and no destructor calls another ---- */

#define MOST_FREE 32768 /* 3.4 MB: the next step of a training finds its memory where the last has left it */

static Node *free_nodes, *dying;
static int free_count, is_burying;

static inline Node *fresh(PyTypeObject *type)
{
    Node *v = free_nodes;
    if (v) {
        free_nodes = (Node *)v->adjoint.object;
        free_count--;
        (void)PyObject_Init((PyObject *)v, type);
    } else if (!(v = PyObject_GC_New(Node, type)))
        return NULL;
    v->label = v->rule = NULL;
    v->mark = 0;
    v->kernel = NO_KERNEL;
    v->shape = LEAF;
    v->primal_is = v->adjoint_is = NOTHING;
    v->is_lazy = v->is_tracked = 0;
    return v;
}

static PyObject *node_alloc(PyTypeObject *type, Py_ssize_t n)
{
    return type == value_type || type == constant_type ? (PyObject *)fresh(type) : PyType_GenericAlloc(type, n);
}

static void drop_inputs(Node *v)
{
    int shape = v->shape;
    Node *left = v->in.two.parents[0], *right = v->in.two.parents[1];
    PyObject *parents = v->in.many.parents, *loose = v->in.many.loose;
    v->shape = LEAF;
    v->is_lazy = 0;
    if (shape == MANY) PyMem_Free(v->in.many.partials);
    if (shape == ONE || shape == TWO) Py_DECREF(left);
    if (shape == TWO) Py_DECREF(right);
    if (shape == MANY || shape == LOOSE) Py_DECREF(parents);
    if (shape == LOOSE) Py_DECREF(loose);
}

static void empty_primal(Node *v)
{
    PyObject *old = v->primal_is == OBJECT ? v->primal.object : NULL;
    v->primal_is = NOTHING;
    Py_XDECREF(old);
}

static void empty_adjoint(Node *v)
{
    PyObject *old = v->adjoint_is == OBJECT ? v->adjoint.object : NULL;
    v->adjoint_is = NOTHING;
    Py_XDECREF(old);
}

static int node_clear(PyObject *self)
{
    Node *v = (Node *)self;
    drop_inputs(v);
    empty_primal(v);
    empty_adjoint(v);
    Py_CLEAR(v->label);
    Py_CLEAR(v->rule);
    return 0;
}

static int node_traverse(PyObject *self, visitproc visit, void *arg)
{
    Node *v = (Node *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(v->label);
    Py_VISIT(v->rule);
    if (v->primal_is == OBJECT) Py_VISIT(v->primal.object);
    if (v->adjoint_is == OBJECT) Py_VISIT(v->adjoint.object);
    if (v->shape == ONE || v->shape == TWO) Py_VISIT(v->in.two.parents[0]);
    if (v->shape == TWO) Py_VISIT(v->in.two.parents[1]);
    if (v->shape == MANY || v->shape == LOOSE) Py_VISIT(v->in.many.parents);
    if (v->shape == LOOSE) Py_VISIT(v->in.many.loose);
    return 0;
}

static void node_dealloc(PyObject *self)
{
    Node *v = (Node *)self;
    PyObject_GC_UnTrack(self); /* a node that has changed its class may be tracked unawares */
    empty_adjoint(v);
    v->adjoint.object = (PyObject *)dying; /* the dead wait in a list: a chain of a million nodes is no recursion */
    dying = v;
    if (is_burying) return;
    is_burying = 1;
    while ((v = dying)) {
        dying = (Node *)v->adjoint.object;
        PyTypeObject *type = Py_TYPE(v);
        (void)node_clear((PyObject *)v);
        if (IS_PLAIN(v) && free_count < MOST_FREE) {
            v->adjoint.object = (PyObject *)free_nodes;
            free_nodes = v;
            free_count++;
        } else
            type->tp_free((PyObject *)v);
        Py_DECREF(type);
    }
    is_burying = 0;
}

/* ---- The six fields, as Python sees them ---- */

static PyObject *unboxed(Box box, int holds)
{
    return holds == REAL ? PyFloat_FromDouble(box.real) : Py_NewRef(holds == OBJECT ? box.object : Py_None);
}

static int boxed(Box *box, PyObject *o) /* what the box holds then */
{
    if (PyFloat_CheckExact(o)) {
        box->real = PyFloat_AS_DOUBLE(o);
        return REAL;
    }
    if (o == Py_None) return NOTHING;
    box->object = Py_NewRef(o);
    return OBJECT;
}

static int is_deleted(PyObject *o)
{
    if (!o) PyErr_SetString(PyExc_AttributeError, "a field of a Value cannot be deleted; set it to None");
    return !o;
}

static PyObject *get_primal(Node *v, void *c) { (void)c; return unboxed(v->primal, v->primal_is); }
static PyObject *get_adjoint(Node *v, void *c) { (void)c; return unboxed(v->adjoint, v->adjoint_is); }

static int set_primal(Node *v, PyObject *o, void *c)
{
    (void)c;
    if (is_deleted(o)) return -1;
    PyObject *old = v->primal_is == OBJECT ? v->primal.object : NULL;
    if ((v->primal_is = (unsigned)boxed(&v->primal, o) & 3) == OBJECT) track(v);
    Py_XDECREF(old);
    return 0;
}

static int set_adjoint(Node *v, PyObject *o, void *c)
{
    (void)c;
    if (is_deleted(o)) return -1;
    PyObject *old = v->adjoint_is == OBJECT ? v->adjoint.object : NULL;
    if ((v->adjoint_is = (unsigned)boxed(&v->adjoint, o) & 3) == OBJECT) track(v);
    Py_XDECREF(old);
    return 0;
}

static PyObject *get_label(Node *v, void *c) { (void)c; return Py_NewRef(v->label ? v->label : no_name); }

static int set_label(Node *v, PyObject *o, void *c)
{
    (void)c;
    if (is_deleted(o)) return -1;
    PyObject *old = v->label;
    v->label = o == no_name ? NULL : Py_NewRef(o);
    if (!PyUnicode_CheckExact(o)) track(v);
    Py_XDECREF(old);
    return 0;
}

static PyObject *rule_of(Node *v) { return v->rule ? v->rule : v->kernel ? kernels[v->kernel].rule : Py_None; }
static PyObject *get_rule(Node *v, void *c) { (void)c; return Py_NewRef(rule_of(v)); }

static int set_rule(Node *v, PyObject *o, void *c)
{
    (void)c;
    if (is_deleted(o)) return -1;
    PyObject *old = v->rule;
    v->kernel = NO_KERNEL;
    v->rule = o == Py_None ? NULL : Py_NewRef(o);
    if (v->rule) track(v); /* it may be a function that knows this node */
    Py_XDECREF(old);
    return 0;
}

static Py_ssize_t count_of(Node *v) { return v->shape <= TWO ? v->shape : PyTuple_GET_SIZE(v->in.many.parents); }
static Node *parent_of(Node *v, Py_ssize_t i)
{
    return v->shape <= TWO ? v->in.two.parents[i] : (Node *)PyTuple_GET_ITEM(v->in.many.parents, i);
}
static double *partials_of(Node *v) { return v->shape <= TWO ? v->in.two.partials : v->in.many.partials; }

static PyObject *get_parents(Node *v, void *c)
{
    (void)c;
    switch (v->shape) {
    case LEAF: return Py_NewRef(no_inputs);
    case ONE: return PyTuple_Pack(1, v->in.two.parents[0]);
    case TWO: return PyTuple_Pack(2, v->in.two.parents[0], v->in.two.parents[1]);
    default: return Py_NewRef(v->in.many.parents);
    }
}

static PyObject *get_partials(Node *v, void *c)
{
    (void)c;
    if (v->shape == LOOSE) return Py_NewRef(v->in.many.loose);
    if (v->shape == LEAF || v->is_lazy) return Py_NewRef(no_inputs);
    Py_ssize_t n = count_of(v);
    PyObject *tuple = PyTuple_New(n);
    for (Py_ssize_t i = 0; tuple && i < n; i++) {
        PyObject *partial = PyFloat_FromDouble(partials_of(v)[i]);
        if (partial)
            PyTuple_SET_ITEM(tuple, i, partial);
        else
            Py_CLEAR(tuple);
    }
    return tuple;
}

static int fits(int kernel, Py_ssize_t n) /* whether it computes with n inputs */
{
    int arity = kernel == K_power ? 1 : kernels[kernel].arity;
    return n && (arity < 0 || n == arity);
}

/* Keep inputs and partials as numbers where they are floats, else as the objects they are. */
static int store(Node *v, PyObject *parents, PyObject *partials)
{
    Node old = *v; /* what it refers to is dropped at the end */
    Py_ssize_t n = 0, known = 0;
    int shape = LOOSE;
    if (PyTuple_CheckExact(parents) && PyTuple_CheckExact(partials)) {
        n = PyTuple_GET_SIZE(parents);
        known = PyTuple_GET_SIZE(partials);
        shape = known && known != n ? LOOSE : n > 2 ? MANY : (int)n;
        for (Py_ssize_t i = 0; i < n; i++)
            if (!IS_NODE(PyTuple_GET_ITEM(parents, i))) shape = LOOSE;
        for (Py_ssize_t i = 0; i < known; i++)
            if (!PyFloat_CheckExact(PyTuple_GET_ITEM(partials, i))) shape = LOOSE;
    }
    if (v->kernel && shape != LOOSE && !fits(v->kernel, n)) { /* not what made it: its rule is a word of Python now */
        if (!v->rule) v->rule = Py_NewRef(kernels[v->kernel].rule);
        v->kernel = NO_KERNEL;
        track(v);
    }
    double *numbers = NULL;
    if (shape == MANY && known && !(numbers = PyMem_New(double, (size_t)n))) {
        PyErr_NoMemory();
        return -1;
    }
    if (shape >= MANY) {
        v->in.many.parents = Py_NewRef(parents);
        v->in.many.loose = shape == LOOSE ? Py_NewRef(partials) : NULL;
        v->in.many.partials = numbers;
    } else
        for (Py_ssize_t i = 0; i < n; i++) v->in.two.parents[i] = (Node *)Py_NewRef(PyTuple_GET_ITEM(parents, i));
    v->shape = (unsigned)shape & 7;
    v->is_lazy = shape != LOOSE && n && !known;
    if (shape != LOOSE)
        for (Py_ssize_t i = 0; i < known; i++) partials_of(v)[i] = PyFloat_AS_DOUBLE(PyTuple_GET_ITEM(partials, i));
    if (shape != LEAF) track(v);
    drop_inputs(&old);
    return 0;
}

static int set_parents(Node *v, PyObject *o, void *c)
{
    if (is_deleted(o)) return -1;
    PyObject *partials = get_partials(v, c);
    int failed = !partials || store(v, o, partials);
    Py_XDECREF(partials);
    return failed ? -1 : 0;
}

static int set_partials(Node *v, PyObject *o, void *c)
{
    if (is_deleted(o)) return -1;
    PyObject *parents = get_parents(v, c);
    int failed = !parents || store(v, parents, o);
    Py_XDECREF(parents);
    return failed ? -1 : 0;
}

#define FIELD(NAME) {#NAME, (getter)get_##NAME, (setter)set_##NAME, NULL, NULL}
static PyGetSetDef fields[] = {FIELD(primal), FIELD(adjoint),  FIELD(label), FIELD(rule),
                               FIELD(parents), FIELD(partials), {0}};

static PyType_Slot node_slots[] = {{Py_tp_doc, "What a Value holds, see value.py."},
                                   {Py_tp_getset, fields},
                                   {Py_tp_alloc, node_alloc},
                                   {Py_tp_dealloc, node_dealloc},
                                   {Py_tp_traverse, node_traverse},
                                   {Py_tp_clear, node_clear},
                                   {0, NULL}};
static PyType_Spec node_spec = {"autograd_mini.engine._core.Node", sizeof(Node), 0,
                                Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, node_slots};

/* ---- Modes ---- */

enum { RECORDS, FORGETS, ASKS }; /* what an operation does here: make a node, or a leaf, or what Python says */

static int attribute_is(PyObject *o, PyObject *name, PyObject *expected)
{
    PyObject *found = PyObject_GetAttr(o, name);
    Py_XDECREF(found);
    return found == expected;
}

static int what_modes_say(void) /* as recording.finish; where it is not plain, Python decides */
{
    PyObject *here = NULL;
    int forgets = 0;
    if (PyContextVar_Get(modes, NULL, &here) < 0) goto ask;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(here); i++) {
        PyObject *mode = PyTuple_GET_ITEM(here, i);
        if (attribute_is(mode, s_is_on, Py_False)) continue;
        PyObject *below = PyObject_GetAttr(mode, s_below);
        int is_plain = below && attribute_is(mode, s_watcher, Py_None) && attribute_is(mode, s_trace, Py_None);
        forgets |= below && PyObject_IsTrue(below) == 1;
        Py_XDECREF(below);
        if (!is_plain) goto ask;
    }
    Py_DECREF(here);
    return forgets ? FORGETS : RECORDS;
ask:
    Py_XDECREF(here);
    PyErr_Clear(); /* Python will meet the same, and say it */
    return ASKS;
}

/* ---- An operation: NULL without an exception says that it is special, and left to Python ---- */

static inline int is_float(PyObject *o, double *x) /* of a plain number of Python; not of a bool */
{
    if (PyFloat_CheckExact(o)) {
        *x = PyFloat_AS_DOUBLE(o);
        return 1;
    }
    if (!PyLong_CheckExact(o)) return 0;
    *x = PyLong_AsDouble(o);
    if (*x != -1.0 || !PyErr_Occurred()) return 1;
    PyErr_Clear(); /* an int too large: Python has the message */
    return 0;
}

static inline Node *leaf(PyTypeObject *type, double x)
{
    Node *v = fresh(type);
    if (v) {
        v->primal_is = REAL;
        v->primal.real = x;
    }
    return v;
}

static inline Node *operand(PyObject *o) /* a new reference to a Value, or to the Constant of a number */
{
    double x;
    if (IS_PLAIN(o)) return ((Node *)o)->primal_is == OBJECT ? NULL : (Node *)Py_NewRef(o);
    return is_float(o, &x) ? leaf(constant_type, x) : NULL;
}

static inline Node *made(int kernel, PyObject *rule, int shape) /* rule: NULL if it is that of the kernel */
{
    Node *v = fresh(value_type);
    if (v) {
        v->kernel = (unsigned)kernel & 127;
        v->rule = Py_XNewRef(rule);
        v->shape = (unsigned)shape & 7;
    }
    return v;
}

/* f(x, partials) of one plain Value. */
INLINED PyObject *unary(double (*f)(double, double *), int kernel, PyObject *rule, PyObject *o)
{
    if (!IS_PLAIN(o) || ((Node *)o)->primal_is == OBJECT) return NULL;
    Node *x = (Node *)o, *v;
    int says = active ? what_modes_say() : RECORDS;
    if (says != RECORDS) {
        double unused[2];
        return says == FORGETS && x->primal_is ? (PyObject *)leaf(value_type, f(x->primal.real, unused)) : NULL;
    }
    if (!(v = made(kernel, rule, ONE))) return NULL;
    v->in.two.parents[0] = (Node *)Py_NewRef(o);
    if (x->primal_is) {
        v->primal_is = REAL;
        v->primal.real = f(x->primal.real, v->in.two.partials);
    } else
        v->is_lazy = 1;
    if (x->is_tracked) track(v);
    return (PyObject *)v;
}

/* f(x, y, partials) of two plain Values, or of one and a number. */
INLINED PyObject *binary(double (*f)(double, double, double *), int kernel, PyObject *rule, PyObject *l, PyObject *r)
{
    if (!IS_PLAIN(l) && !IS_PLAIN(r)) return NULL;
    int says = active ? what_modes_say() : RECORDS;
    if (says == ASKS) return NULL;
    Node *x = operand(l), *y = x ? operand(r) : NULL, *v = NULL;
    if (!y) goto end;
    int is_known = x->primal_is && y->primal_is;
    if (says == FORGETS) {
        double unused[2];
        if (is_known) v = leaf(value_type, f(x->primal.real, y->primal.real, unused));
        goto end;
    }
    if (!(v = made(kernel, rule, TWO))) goto end;
    v->in.two.parents[0] = x;
    v->in.two.parents[1] = y;
    if (is_known) {
        v->primal_is = REAL;
        v->primal.real = f(x->primal.real, y->primal.real, v->in.two.partials);
    } else
        v->is_lazy = 1;
    if (x->is_tracked || y->is_tracked) track(v);
    return (PyObject *)v;
end:
    Py_XDECREF(x);
    Py_XDECREF(y);
    return (PyObject *)v;
}

static PyObject *result_of(PyObject *rule, PyObject *name, PyObject **arguments, Py_ssize_t n)
{
    PyObject *function = PyObject_GetAttr(rule, name);
    PyObject *result = function ? PyObject_Vectorcall(function, arguments, (size_t)n, NULL) : NULL;
    Py_XDECREF(function);
    return result;
}

/* The number and the partials of a node whose rule is a Python function of these inputs. */
static int computed(Node *v, PyObject *rule, PyObject *parents)
{
    Py_ssize_t n = PyTuple_GET_SIZE(parents);
    PyObject **xs = PyMem_New(PyObject *, (size_t)n + 2), *partials = NULL;
    int failed = -1;
    if (!xs) {
        PyErr_NoMemory();
        return -1;
    }
    memset(xs, 0, (size_t)(n + 2) * sizeof *xs);
    for (Py_ssize_t i = 0; i < n; i++) {
        Node *x = (Node *)PyTuple_GET_ITEM(parents, i);
        if (!(xs[i + 2] = unboxed(x->primal, x->primal_is))) goto end;
    }
    xs[1] = floats; /* forward(floats, *xs), then partials(floats, z, *xs) */
    PyObject *z = result_of(rule, s_forward, xs + 1, n + 1);
    if (!z) goto end;
    xs[0] = floats;
    xs[1] = z;
    if ((partials = result_of(rule, s_partials, xs, n + 2)))
        failed = store(v, parents, partials) || set_primal(v, z, NULL) ? -1 : 0;
    Py_DECREF(z);
end:
    for (Py_ssize_t i = 2; i < n + 2; i++) Py_XDECREF(xs[i]);
    PyMem_Free(xs);
    Py_XDECREF(partials);
    return failed;
}

static double by_kernel(int kernel, const double *x, Py_ssize_t n, double *d)
{
    const Kernel *k = &kernels[kernel];
    switch (k->arity) {
    case 1: return k->one(x[0], d);
    case 2: return k->two(x[0], x[1], d);
    case 3: return k->three(x[0], x[1], x[2], d);
    default: return k->many(x, n, d);
    }
}

#define MOST_ON_STACK 64

/* What a rule makes of any number of Values, given as a tuple, all with numbers or not; kernel: its own, or none. */
static PyObject *n_ary(int kernel, PyObject *rule, PyObject *parents)
{
    Py_ssize_t n = PyTuple_GET_SIZE(parents);
    int is_known = 1, is_tracked_too = 0, says = active ? what_modes_say() : RECORDS;
    if (says == ASKS || (says == FORGETS && !kernel)) return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        Node *x = (Node *)PyTuple_GET_ITEM(parents, i);
        if (!IS_NODE(x)) return NULL;
        if (x->primal_is == OBJECT) kernel = NO_KERNEL;
        if (x->primal_is == NOTHING) is_known = 0;
        is_tracked_too |= is_tracked(x);
    }
    if (kernel && !fits(kernel, n)) kernel = NO_KERNEL;
    if (says == FORGETS && !(kernel && is_known)) return NULL;
    double small[2 * MOST_ON_STACK], *x = small, *d = NULL;
    Node *v = NULL;
    if (!kernel) {
        if (!(v = made(NO_KERNEL, rule, LEAF))) return NULL;
        track(v);
        if (is_known ? computed(v, rule, parents) : store(v, parents, no_inputs)) Py_CLEAR(v);
        return (PyObject *)v;
    }
    if (n > MOST_ON_STACK && !(x = PyMem_New(double, (size_t)n))) goto no_memory;
    if (is_known && n > 2 && says == RECORDS && !(d = PyMem_New(double, (size_t)n))) goto no_memory;
    for (Py_ssize_t i = 0; is_known && i < n; i++) x[i] = ((Node *)PyTuple_GET_ITEM(parents, i))->primal.real;
    if (says == FORGETS) {
        double *unused = n > MOST_ON_STACK ? PyMem_New(double, (size_t)n) : small + MOST_ON_STACK;
        if (!unused) goto no_memory;
        v = leaf(value_type, by_kernel(kernel, x, n, unused));
        if (n > MOST_ON_STACK) PyMem_Free(unused);
    } else if ((v = made(kernel, rule == kernels[kernel].rule ? NULL : rule, n > 2 ? MANY : (int)n))) {
        for (Py_ssize_t i = 0; i < n && n <= 2; i++)
            v->in.two.parents[i] = (Node *)Py_NewRef(PyTuple_GET_ITEM(parents, i));
        if (n > 2) {
            v->in.many.parents = Py_NewRef(parents);
            v->in.many.loose = NULL;
            v->in.many.partials = d;
            d = NULL;
        }
        if (is_known) {
            v->primal.real = by_kernel(kernel, x, n, partials_of(v));
            v->primal_is = REAL;
        } else
            v->is_lazy = 1;
        if (is_tracked_too) track(v);
    }
    PyMem_Free(d);
    if (x != small) PyMem_Free(x);
    return (PyObject *)v;
no_memory:
    if (x != small) PyMem_Free(x);
    PyMem_Free(d);
    return PyErr_NoMemory();
}

/* These Values and numbers as Values, in one tuple; NULL without an exception if that is not all they are. */
static PyObject *operands(PyObject *const *xs, Py_ssize_t n, PyObject *const *ys, Py_ssize_t m)
{
    int has_value = 0;
    PyObject *all = n + m ? PyTuple_New(n + m) : NULL;
    for (Py_ssize_t i = 0; all && i < n + m; i++) {
        PyObject *x = i < n ? xs[i] : ys[i - n];
        Node *v = operand(x);
        has_value |= IS_PLAIN(x);
        if (v)
            PyTuple_SET_ITEM(all, i, (PyObject *)v);
        else
            Py_CLEAR(all);
    }
    if (!has_value) Py_CLEAR(all);
    return all;
}

static int is_list(PyObject *o) { return PyList_CheckExact(o) || PyTuple_CheckExact(o); }

/* ---- The operators ---- */

/* The method of the Value on the left, or the reflected one of that on the right: what is special stands there.
   A subclass on the left has been asked already. */
static PyObject *in_python(const char *name, const char *reflected, PyObject *l, PyObject *r)
{
    int is_left = IS_PLAIN(l);
    PyObject *method = PyUnicode_InternFromString(is_left ? name : reflected);
    PyObject *z = method ? PyObject_CallMethodOneArg(is_left ? l : r, method, is_left ? r : l) : NULL;
    Py_XDECREF(method);
    return z;
}

#define OPERATOR(NAME, METHOD)                                                                        \
    static PyObject *do_##NAME(PyObject *l, PyObject *r)                                               \
    {                                                                                                  \
        PyObject *z = binary(c_##NAME, K_##NAME, NULL, l, r);                                          \
        return z || PyErr_Occurred() ? z : in_python("__" METHOD "__", "__r" METHOD "__", l, r);       \
    }
OPERATOR(sub, "sub")
OPERATOR(mul, "mul")
OPERATOR(div, "truediv")
OPERATOR(mod, "mod")
OPERATOR(floor_divide, "floordiv")

static PyObject *do_add(PyObject *l, PyObject *r)
{
    /* The built-in sum() starts from the int 0, which is no part of anybody's formula. */
    if (PyLong_CheckExact(l) && IS_NODE(r) && PyObject_Not(l)) return Py_NewRef(r);
    PyObject *z = binary(c_add, K_add, NULL, l, r);
    return z || PyErr_Occurred() ? z : in_python("__add__", "__radd__", l, r);
}

static PyObject *do_neg(PyObject *x)
{
    PyObject *z = unary(c_neg, K_neg, NULL, x);
    return z || PyErr_Occurred() ? z : PyObject_CallMethod(x, "__neg__", NULL);
}

static PyObject *do_abs(PyObject *x)
{
    PyObject *z = unary(c_abs, K_abs, NULL, x);
    return z || PyErr_Occurred() ? z : PyObject_CallMethod(x, "__abs__", NULL);
}

static struct { double n; PyObject *rule; } powers[64]; /* the rules of the last exponents */

static PyObject *power_rule(double n)
{
    uint64_t bits;
    memcpy(&bits, &n, sizeof bits);
    unsigned i = (unsigned)((bits * 0x9E3779B97F4A7C15ull) >> 58);
    if (powers[i].rule && !memcmp(&powers[i].n, &n, sizeof n)) return Py_NewRef(powers[i].rule);
    PyObject *exponent = PyFloat_FromDouble(n);
    PyObject *rule = exponent ? PyObject_CallOneArg(make_power, exponent) : NULL;
    Py_XDECREF(exponent);
    if (rule) {
        powers[i].n = n;
        Py_XSETREF(powers[i].rule, Py_NewRef(rule));
    }
    return rule;
}

static PyObject *do_pow(PyObject *l, PyObject *r, PyObject *modulus)
{
    double n;
    if (modulus != Py_None) {
        if (!IS_PLAIN(l)) Py_RETURN_NOTIMPLEMENTED;
        return PyObject_CallMethod(l, "__pow__", "OO", r, modulus); /* which knows no modulus */
    }
    if (IS_NODE(r)) {
        PyObject *z = binary(c_pow, K_pow, NULL, l, r);
        return z || PyErr_Occurred() ? z : in_python("__pow__", "__rpow__", l, r);
    }
    if (active || !IS_PLAIN(l) || !is_float(r, &n) || n == 0.0 || ((Node *)l)->primal_is == OBJECT)
        return in_python("__pow__", "__rpow__", l, r);
    PyObject *rule = power_rule(n);
    Node *x = (Node *)l, *v = rule ? made(K_power, rule, ONE) : NULL;
    Py_XDECREF(rule);
    if (!v) return NULL;
    v->in.two.parents[0] = (Node *)Py_NewRef(l);
    v->in.two.partials[1] = n;
    if (x->primal_is) {
        v->primal_is = REAL;
        v->primal.real = c_power(x->primal.real, n, v->in.two.partials);
    } else
        v->is_lazy = 1;
    if (x->is_tracked) track(v);
    return (PyObject *)v;
}

/* ---- Walks: a node is met where its mark is that of this walk. No Python runs meanwhile ---- */

typedef struct { Node **at; size_t count, room; } Stack;

static inline int push(Stack *stack, Node *v)
{
    if (stack->count == stack->room) {
        size_t room = stack->room ? 2 * stack->room : 256;
        Node **at = PyMem_Realloc(stack->at, room * sizeof *at);
        if (!at) {
            PyErr_NoMemory();
            return -1;
        }
        stack->at = at;
        stack->room = room;
    }
    stack->at[stack->count++] = v;
    return 0;
}

static uint64_t walks;

/* As graph.toposort. 0: done, 1: something here is no Value, which is left to Python, -1: an exception.
   is_swept: also 1 where something is no float that a sweep needs. */
static inline int walk(Node *const *roots, Py_ssize_t count, Stack *order, int is_swept)
{
    Stack stack = {0};
    uint64_t now = ++walks & MARKS;
    int outcome = -1;
    for (Py_ssize_t i = count; i-- > 0;)
        if (push(&stack, roots[i])) goto end;
    while (stack.count) {
        Node *v = stack.at[--stack.count];
        if (!v) { /* the node below has all its inputs in the order */
            if (push(order, stack.at[--stack.count])) goto end;
            continue;
        }
        if (v->mark == now) continue;
        v->mark = now & MARKS;
        int is_special = v->shape == LOOSE && !PyTuple_Check(v->in.many.parents);
        if (is_swept) is_special |= v->shape == LOOSE || v->is_lazy || v->adjoint_is == OBJECT;
        if (is_special) {
            outcome = 1;
            goto end;
        }
        Py_ssize_t n = count_of(v);
        if (!n) {
            if (push(order, v)) goto end;
            continue;
        }
        if (push(&stack, v) || push(&stack, NULL)) goto end;
        while (n-- > 0) {
            Node *parent = parent_of(v, n);
            if (v->shape == LOOSE && !IS_NODE(parent)) {
                outcome = 1;
                goto end;
            }
            if (parent->mark != now && push(&stack, parent)) goto end;
        }
    }
    outcome = 0;
end:
    PyMem_Free(stack.at);
    return outcome;
}

/* ---- Sweeps ---- */

static int is_choice(Node *v) /* -1: Python has to say it */
{
    if (!v->rule) return kernels[v->kernel].choice;
    if (!Py_IS_TYPE(v->rule, Py_TYPE(kernels[K_add].rule))) return -1;
    PyObject *choice = PyObject_GetAttr(v->rule, s_choice);
    int is = choice == Py_True ? 1 : choice == Py_False ? 0 : -1;
    if (!choice) PyErr_Clear();
    Py_XDECREF(choice);
    return is;
}

typedef struct { double real; unsigned is : 2, is_leaf : 1; } Before; /* an adjoint, and of what */

/* All gradients 0 but that of the root; before: what they were, if it is to be kept. */
static void start(const Stack *order, double seed, Before *before)
{
    for (size_t i = 0; i < order->count; i++) {
        Node *v = order->at[i];
        if (before) before[i] = (Before){v->adjoint_is ? v->adjoint.real : 0.0, v->adjoint_is & 3, v->shape == LEAF};
        v->adjoint_is = REAL;
        v->adjoint.real = 0.0;
        v->is_reached = 0;
    }
    order->at[order->count - 1]->adjoint.real = seed;
    order->at[order->count - 1]->is_reached = 1;
}

static void sweep(const Stack *order)
{
    for (size_t i = order->count; i-- > 0;) {
        Node *v = order->at[i];
        double gradient = v->adjoint.real;
        if (v->shape <= TWO) {
            if (v->shape >= ONE) v->in.two.parents[0]->adjoint.real += v->in.two.partials[0] * gradient;
            if (v->shape == TWO) v->in.two.parents[1]->adjoint.real += v->in.two.partials[1] * gradient;
        } else {
            PyObject *parents = v->in.many.parents;
            for (Py_ssize_t j = 0; j < PyTuple_GET_SIZE(parents); j++)
                ((Node *)PyTuple_GET_ITEM(parents, j))->adjoint.real += v->in.many.partials[j] * gradient;
        }
    }
}

/* An input that was not chosen is no input: no 0 times inf reaches it. 1: left to Python. */
static int sweep_choices(const Stack *order)
{
    for (size_t i = order->count; i-- > 0;) {
        Node *v = order->at[i];
        if (!v->is_reached || v->shape == LEAF || rule_of(v) == Py_None) continue;
        int chooses = is_choice(v);
        if (chooses < 0) return 1;
        for (Py_ssize_t j = 0; j < count_of(v); j++) {
            double partial = partials_of(v)[j];
            if (partial == 0.0 && chooses) continue;
            Node *parent = parent_of(v, j);
            parent->adjoint.real += partial * v->adjoint.real;
            parent->is_reached = 1;
        }
    }
    return 0;
}

/* As Value.backward. 0: done, 1: left to Python, nothing has changed, -1: an exception. */
static int backward(Node *root, double seed)
{
    Stack order = {0};
    Before *before = NULL;
    int outcome = walk(&root, 1, &order, 1), has_nan = 0;
    if (outcome) goto end;
    if (!(before = PyMem_New(Before, order.count))) {
        PyErr_NoMemory();
        outcome = -1;
        goto end;
    }
    start(&order, seed, before);
    sweep(&order);
    for (size_t i = 0; i < order.count; i++) has_nan |= before[i].is_leaf && isnan(order.at[i]->adjoint.real);
    if (has_nan) {
        start(&order, seed, NULL);
        outcome = sweep_choices(&order);
    }
    for (size_t i = 0; i < order.count; i++) {
        if (outcome) {
            order.at[i]->adjoint_is = before[i].is & 3;
            order.at[i]->adjoint.real = before[i].real;
        } else if (before[i].is_leaf && before[i].real != 0.0)
            order.at[i]->adjoint.real += before[i].real; /* added whole: then two calls give twice to the last bit */
    }
end:
    PyMem_Free(before);
    PyMem_Free(order.at);
    return outcome;
}

/* The numbers of nodes in topological order, computed again. 0: done, 1: left to Python, nothing has changed. */
static int compute_again(PyObject *order, PyObject *bindings)
{
    Py_ssize_t n = PyList_GET_SIZE(order), most = 1, position = 0;
    PyObject *key, *number;
    while (PyDict_Next(bindings, &position, &key, &number))
        if (!IS_NODE(key) || !PyFloat_CheckExact(number)) return 1;
    for (Py_ssize_t i = 0; i < n; i++) {
        Node *v = (Node *)PyList_GET_ITEM(order, i);
        if (!IS_NODE(v) || v->shape == LOOSE || v->primal_is == OBJECT || v->adjoint_is == OBJECT) return 1;
        if (v->shape != LEAF && !v->kernel) return 1;
        if (v->shape == LEAF && rule_of(v) != Py_None) return 1;
        if (!v->primal_is && v->shape == LEAF && !Py_IS_TYPE((PyObject *)v, value_type)) return 1;
        if (v->shape == MANY && v->is_lazy && !v->in.many.partials)
            if (!(v->in.many.partials = PyMem_New(double, (size_t)count_of(v)))) {
                PyErr_NoMemory();
                return -1;
            }
        if (count_of(v) > most) most = count_of(v);
    }
    double *x = PyMem_New(double, (size_t)most);
    if (!x) {
        PyErr_NoMemory();
        return -1;
    }
    for (position = 0; PyDict_Next(bindings, &position, &key, &number);) {
        ((Node *)key)->primal.real = PyFloat_AS_DOUBLE(number);
        ((Node *)key)->primal_is = REAL;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        Node *v = (Node *)PyList_GET_ITEM(order, i);
        if (v->shape == LEAF) continue;
        for (Py_ssize_t j = 0; j < count_of(v); j++) x[j] = parent_of(v, j)->primal.real;
        v->primal.real = v->kernel == K_power ? c_power(x[0], v->in.two.partials[1], v->in.two.partials)
                                              : by_kernel(v->kernel, x, count_of(v), partials_of(v));
        v->primal_is = REAL;
        v->adjoint_is = NOTHING;
        v->is_lazy = 0;
    }
    PyMem_Free(x);
    return 0;
}

/* ---- Quick: a function in C before the Python function that says what it does ---- */

typedef struct {
    PyObject_HEAD
    vectorcallfunc call;
    PyObject *python;
    PyObject *rule; /* of an operation */
    PyObject *weak; /* references, as to any function */
    int kernel, arity;
} Quick;

#define ARGUMENTS PyObject *self, PyObject *const *args, size_t flags, PyObject *names
#define COUNT PyVectorcall_NARGS(flags)
#define SLOWLY PyObject_Vectorcall(((Quick *)self)->python, args, flags, names)
#define OR_SLOWLY(z) ((z) || PyErr_Occurred() ? (z) : SLOWLY)

static PyObject *own_rule(Quick *q) { return q->rule == kernels[q->kernel].rule ? NULL : q->rule; }

static PyObject *quick_one(ARGUMENTS)
{
    Quick *q = (Quick *)self;
    PyObject *z = COUNT == 1 && !names ? unary(kernels[q->kernel].one, q->kernel, own_rule(q), args[0]) : NULL;
    return OR_SLOWLY(z);
}

static PyObject *quick_two(ARGUMENTS)
{
    Quick *q = (Quick *)self;
    PyObject *z = COUNT == 2 && !names ? binary(kernels[q->kernel].two, q->kernel, own_rule(q), args[0], args[1]) : NULL;
    return OR_SLOWLY(z);
}

static PyObject *quick_many(ARGUMENTS)
{
    Quick *q = (Quick *)self;
    Py_ssize_t n = COUNT;
    PyObject *z = NULL, *parents = NULL;
    if (!names && (q->arity < 0 || n == q->arity)) parents = operands(args, n, NULL, 0);
    if (parents) z = n_ary(q->kernel, q->rule, parents);
    Py_XDECREF(parents);
    return OR_SLOWLY(z);
}

static int kernel_of(PyObject *rule) /* of a rule that has the value and the partials of the table; -1: an exception */
{
    PyObject *forward = PyObject_GetAttr(rule, s_forward), *partials = NULL;
    PyObject *found = forward ? PyDict_GetItemWithError(kernel_numbers, forward) : NULL;
    int kernel = found ? (int)PyLong_AsLong(found) : PyErr_Occurred() ? -1 : NO_KERNEL;
    Py_XDECREF(forward);
    if (kernel > 0 && !(partials = PyObject_GetAttr(rule, s_partials))) return -1;
    if (kernel > 0 && partials != kernels[kernel].partials) kernel = NO_KERNEL;
    Py_XDECREF(partials);
    return kernel;
}

static PyObject *quick_apply(ARGUMENTS) /* apply(rule, parents) */
{
    PyObject *z = NULL;
    if (COUNT == 2 && !names && is_list(args[1])) {
        int kernel = kernel_of(args[0]);
        PyObject *parents = kernel < 0 ? NULL : PySequence_Tuple(args[1]);
        if (parents) z = n_ary(kernel, args[0], parents);
        Py_XDECREF(parents);
    }
    return OR_SLOWLY(z);
}

static PyObject *quick_call(ARGUMENTS) /* call(rule, arguments) */
{
    PyObject *z = NULL;
    if (COUNT == 2 && !names && is_list(args[1])) {
        int kernel = kernel_of(args[0]);
        Py_ssize_t n = PySequence_Fast_GET_SIZE(args[1]);
        PyObject *parents = kernel < 0 ? NULL : operands(PySequence_Fast_ITEMS(args[1]), n, NULL, 0);
        if (parents) z = n_ary(kernel, args[0], parents);
        Py_XDECREF(parents);
    }
    return OR_SLOWLY(z);
}

static PyObject *quick_sum(ARGUMENTS) /* sum(xs) */
{
    PyObject *z = NULL;
    if (COUNT == 1 && !names && is_list(args[0])) {
        PyObject *xs = operands(PySequence_Fast_ITEMS(args[0]), PySequence_Fast_GET_SIZE(args[0]), NULL, 0);
        if (xs) z = n_ary(K_sum, kernels[K_sum].rule, xs);
        Py_XDECREF(xs);
    }
    return OR_SLOWLY(z);
}

static PyObject *quick_dot(ARGUMENTS) /* dot(xs, ys) */
{
    PyObject *z = NULL;
    if (COUNT == 2 && !names && is_list(args[0]) && is_list(args[1])) {
        Py_ssize_t n = PySequence_Fast_GET_SIZE(args[0]);
        PyObject *both = NULL;
        if (n == PySequence_Fast_GET_SIZE(args[1]))
            both = operands(PySequence_Fast_ITEMS(args[0]), n, PySequence_Fast_ITEMS(args[1]), n);
        if (both) z = n_ary(K_dot, kernels[K_dot].rule, both);
        Py_XDECREF(both);
    }
    return OR_SLOWLY(z);
}

static PyObject *quick_lift(ARGUMENTS)
{
    double x;
    PyObject *z = NULL;
    if (COUNT == 1 && !names) {
        if (IS_NODE(args[0])) return Py_NewRef(args[0]);
        if (is_float(args[0], &x)) z = (PyObject *)leaf(constant_type, x);
    }
    return OR_SLOWLY(z);
}

static PyObject *quick_toposort(ARGUMENTS)
{
    Stack order = {0};
    PyObject *list = NULL;
    Py_ssize_t n = COUNT;
    int outcome = names ? 1 : 0;
    for (Py_ssize_t i = 0; i < n; i++) outcome |= !IS_NODE(args[i]);
    if (!outcome && walk((Node *const *)args, n, &order, 0) == 0) {
        int was_on = PyGC_Disable(); /* no finalizer may free what is in the order */
        if ((list = PyList_New((Py_ssize_t)order.count)))
            for (size_t i = 0; i < order.count; i++)
                PyList_SET_ITEM(list, (Py_ssize_t)i, Py_NewRef((PyObject *)order.at[i]));
        if (was_on) (void)PyGC_Enable();
    }
    PyMem_Free(order.at);
    return OR_SLOWLY(list);
}

static PyObject *quick_inputs(ARGUMENTS) /* what can be given a number: variables, and constants with a label */
{
    if (COUNT != 1 || names || !PyList_CheckExact(args[0])) return SLOWLY;
    PyObject *found = PyList_New(0);
    for (Py_ssize_t i = 0; found && i < PyList_GET_SIZE(args[0]); i++) {
        Node *v = (Node *)PyList_GET_ITEM(args[0], i);
        if (!IS_PLAIN(v) || v->shape == LOOSE || (v->label && !PyUnicode_CheckExact(v->label))) {
            Py_DECREF(found);
            return SLOWLY;
        }
        int is_input = v->shape == LEAF && (v->label || Py_IS_TYPE((PyObject *)v, value_type));
        if (is_input && PyList_Append(found, (PyObject *)v)) Py_CLEAR(found);
    }
    return found;
}

static PyObject *quick_backward(ARGUMENTS)
{
    double seed = 1.0;
    Py_ssize_t n = COUNT;
    if (n < 1 || n > 2 || names || active || !IS_NODE(args[0]) || ((Node *)args[0])->primal_is != REAL) return SLOWLY;
    if (n == 2 && !is_float(args[1], &seed)) return SLOWLY;
    int outcome = backward((Node *)args[0], seed);
    return outcome < 0 ? NULL : outcome ? SLOWLY : Py_NewRef(Py_None);
}

static PyObject *quick_compute_again(ARGUMENTS)
{
    if (COUNT != 2 || names || active || !PyList_CheckExact(args[0]) || !PyDict_CheckExact(args[1])) return SLOWLY;
    int outcome = compute_again(args[0], args[1]);
    return outcome < 0 ? NULL : outcome ? SLOWLY : Py_NewRef(Py_None);
}

static const struct { const char *name; vectorcallfunc call; } quick_functions[] = {
    {"apply", quick_apply},       {"lift", quick_lift},         {"toposort", quick_toposort},
    {"inputs", quick_inputs},     {"backward", quick_backward}, {"_compute_again", quick_compute_again},
    {"call", quick_call},         {"sum", quick_sum},           {"dot", quick_dot},
};

static int quick_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((Quick *)self)->python);
    Py_VISIT(((Quick *)self)->rule);
    return 0;
}

static int quick_clear(PyObject *self)
{
    Py_CLEAR(((Quick *)self)->python);
    Py_CLEAR(((Quick *)self)->rule);
    return 0;
}

static void quick_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (((Quick *)self)->weak) PyObject_ClearWeakRefs(self);
    (void)quick_clear(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyObject *quick_bound(PyObject *self, PyObject *o, PyObject *type)
{
    (void)type;
    return o && o != Py_None ? PyMethod_New(self, o) : Py_NewRef(self);
}

static PyObject *quick_getattr(PyObject *self, PyObject *name) /* its own, else that of the Python function */
{
    int is_module = !PyUnicode_CompareWithASCIIString(name, "__module__"); /* not that of the class, which has one */
    PyObject *found = is_module ? NULL : PyObject_GenericGetAttr(self, name);
    if (found || (!is_module && !PyErr_ExceptionMatches(PyExc_AttributeError))) return found;
    PyErr_Clear();
    return PyObject_GetAttr(((Quick *)self)->python, name);
}

static int quick_setattr(PyObject *self, PyObject *name, PyObject *x)
{
    return PyObject_SetAttr(((Quick *)self)->python, name, x);
}

static PyObject *quick_repr(PyObject *self) { return PyObject_Repr(((Quick *)self)->python); }
static PyObject *of_python(PyObject *self, void *name) { return PyObject_GetAttrString(((Quick *)self)->python, name); }
static PyObject *quick_reduce(PyObject *self, PyObject *none) { (void)none; return of_python(self, "__qualname__"); }

static PyMemberDef quick_members[] = {{"__wrapped__", T_OBJECT, offsetof(Quick, python), READONLY, NULL},
                                      {"__weaklistoffset__", T_PYSSIZET, offsetof(Quick, weak), READONLY, NULL},
                                      {"__vectorcalloffset__", T_PYSSIZET, offsetof(Quick, call), READONLY, NULL},
                                      {0}};
static PyGetSetDef quick_fields[] = {{"__doc__", of_python, NULL, NULL, "__doc__"}, {0}}; /* pydoc looks here */
static PyMethodDef quick_methods[] = {{"__reduce__", quick_reduce, METH_NOARGS, NULL}, {0}};
static PyType_Slot quick_slots[] = {{Py_tp_call, PyVectorcall_Call}, {Py_tp_descr_get, quick_bound},
                                    {Py_tp_getattro, quick_getattr}, {Py_tp_setattro, quick_setattr},
                                    {Py_tp_repr, quick_repr},
                                    {Py_tp_members, quick_members},  {Py_tp_getset, quick_fields},
                                    {Py_tp_methods, quick_methods},  {Py_tp_dealloc, quick_dealloc},
                                    {Py_tp_traverse, quick_traverse}, {Py_tp_clear, quick_clear},
                                    {0, NULL}};
static PyType_Spec quick_spec = {"autograd_mini.engine._core.Quick", sizeof(Quick), 0,
                                 Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL |
                                     Py_TPFLAGS_METHOD_DESCRIPTOR,
                                 quick_slots};

static PyObject *new_quick(vectorcallfunc call, PyObject *python, PyObject *rule, int kernel, int arity)
{
    Quick *q = PyObject_GC_New(Quick, quick_type);
    if (!q) return NULL;
    q->call = call;
    q->python = Py_NewRef(python);
    q->rule = Py_XNewRef(rule);
    q->weak = NULL;
    q->kernel = kernel;
    q->arity = arity;
    PyObject_GC_Track(q);
    return (PyObject *)q;
}

static PyObject *core_quick(PyObject *module, PyObject *python) /* the function in C that has the name of this one */
{
    (void)module;
    PyObject *name = PyObject_GetAttrString(python, "__name__"), *found = NULL;
    size_t count = sizeof quick_functions / sizeof *quick_functions;
    for (size_t i = 0; name && !found && i < count; i++)
        if (PyUnicode_CompareWithASCIIString(name, quick_functions[i].name) == 0)
            if (!(found = new_quick(quick_functions[i].call, python, NULL, NO_KERNEL, 0))) break;
    if (name && !found && !PyErr_Occurred()) PyErr_Format(PyExc_ValueError, "no quick function is called %R", name);
    Py_XDECREF(name);
    return found;
}

static PyObject *core_operation(PyObject *module, PyObject *const *args, Py_ssize_t n) /* of a rule, and the function */
{
    (void)module;
    if (n != 2) return PyErr_Format(PyExc_TypeError, "a rule and its function are needed, got %zd arguments", n);
    int kernel = kernel_of(args[0]), arity = -1;
    PyObject *given = kernel < 0 ? NULL : PyObject_GetAttr(args[0], s_arity);
    if (given && given != Py_None) arity = (int)PyLong_AsLong(given);
    Py_XDECREF(given);
    if (!given || PyErr_Occurred()) return NULL;
    vectorcallfunc call = kernel && arity == 1 ? quick_one : kernel && arity == 2 ? quick_two : quick_many;
    return new_quick(call, args[1], args[0], kernel, arity);
}

/* ---- .data and .grad: a property of Python that is not asked where a float lies in the box ---- */

typedef struct {
    PyObject_HEAD
    PyObject *python;
    int is_gradient;
} Number;

static PyObject *number_get(PyObject *self, PyObject *o, PyObject *type)
{
    Number *field = (Number *)self;
    if (!o || o == Py_None) return Py_NewRef(field->python);
    Node *v = (Node *)o;
    if (!active && IS_NODE(o) && v->primal_is == REAL) {
        if (!field->is_gradient) return PyFloat_FromDouble(v->primal.real);
        if (v->adjoint_is != OBJECT) return PyFloat_FromDouble(v->adjoint_is ? v->adjoint.real : 0.0);
    }
    return Py_TYPE(field->python)->tp_descr_get(field->python, o, type);
}

static int number_set(PyObject *self, PyObject *o, PyObject *x)
{
    Number *field = (Number *)self;
    Node *v = (Node *)o;
    if (!active && x && PyFloat_CheckExact(x) && IS_NODE(o)) {
        if (!field->is_gradient && v->primal_is != OBJECT) {
            v->primal.real = PyFloat_AS_DOUBLE(x);
            v->primal_is = REAL;
            return 0;
        }
        if (field->is_gradient && v->adjoint_is != OBJECT) {
            v->adjoint.real = PyFloat_AS_DOUBLE(x);
            v->adjoint_is = REAL;
            return 0;
        }
    }
    return Py_TYPE(field->python)->tp_descr_set(field->python, o, x);
}

static int number_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((Number *)self)->python);
    return 0;
}

static int number_clear(PyObject *self)
{
    Py_CLEAR(((Number *)self)->python);
    return 0;
}

static void number_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    (void)number_clear(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyObject *property_getattr(PyObject *self, PyObject *name)
{
    PyObject *found = PyObject_GenericGetAttr(self, name);
    if (found || !PyErr_ExceptionMatches(PyExc_AttributeError)) return found;
    PyErr_Clear();
    return PyObject_GetAttr(((Number *)self)->python, name);
}

static PyType_Slot number_slots[] = {{Py_tp_descr_get, number_get}, {Py_tp_descr_set, number_set},
                                     {Py_tp_getattro, property_getattr}, {Py_tp_dealloc, number_dealloc},
                                     {Py_tp_traverse, number_traverse}, {Py_tp_clear, number_clear}, {0, NULL}};
static PyType_Spec number_spec = {"autograd_mini.engine._core.Number", sizeof(Number), 0,
                                  Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, number_slots};

static PyObject *core_number(PyObject *module, PyObject *const *args, Py_ssize_t n) /* a property, and if of .grad */
{
    (void)module;
    if (n != 2) return PyErr_Format(PyExc_TypeError, "a property and a truth are needed, got %zd arguments", n);
    Number *field = PyObject_GC_New(Number, number_type);
    if (!field) return NULL;
    field->python = Py_NewRef(args[0]);
    field->is_gradient = args[1] == Py_True;
    PyObject_GC_Track(field);
    return (PyObject *)field;
}

/* ---- Value(data, label), where both are plain ---- */

static PyObject *new_value(PyObject *self, PyObject *const *args, size_t flags, PyObject *names)
{
    PyTypeObject *type = (PyTypeObject *)self;
    Py_ssize_t n = COUNT, named = names ? PyTuple_GET_SIZE(names) : 0;
    PyObject *label = n == 2 ? args[1] : no_name, *bound = NULL, *v = NULL;
    double x = 0.0;
    int is_plain = n <= 2 && (!named || (named == 1 && n < 2));
    if (is_plain && named) {
        is_plain = PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, 0), "label") == 0;
        label = args[n];
    }
    int has_data = n > 0 && args[0] != Py_None;
    is_plain = is_plain && PyUnicode_CheckExact(label) && (!has_data || is_float(args[0], &x));
    if (is_plain) {
        if (PyContextVar_Get(leaves_left, NULL, &bound) < 0) return NULL;
        is_plain = bound == Py_None;
        Py_XDECREF(bound);
    }
    if (is_plain) {
        Node *plain = fresh(type);
        if (!plain) return NULL;
        plain->label = PyUnicode_GET_LENGTH(label) ? Py_NewRef(label) : NULL;
        plain->primal_is = has_data ? REAL : NOTHING;
        plain->primal.real = x;
        return (PyObject *)plain;
    }
    PyObject **all = PyMem_New(PyObject *, (size_t)(n + named) + 1), *init = NULL, *none = NULL;
    if (!all) return PyErr_NoMemory();
    if ((v = type->tp_alloc(type, 0)) && (init = PyObject_GetAttrString(self, "__init__"))) {
        all[0] = v;
        for (Py_ssize_t i = 0; i < n + named; i++) all[i + 1] = args[i];
        none = PyObject_Vectorcall(init, all, (size_t)n + 1, names);
    }
    PyMem_Free(all);
    Py_XDECREF(init);
    if (!none) Py_CLEAR(v);
    Py_XDECREF(none);
    return v;
}

/* ---- What Python gives and takes ---- */

static PyObject *core_store_as(PyObject *module, PyObject *const *args, Py_ssize_t n) /* Value and Constant are there */
{
    (void)module;
    if (n != 4) return PyErr_Format(PyExc_TypeError, "two classes and two variables are needed, got %zd", n);
    value_type = (PyTypeObject *)Py_NewRef(args[0]);
    constant_type = (PyTypeObject *)Py_NewRef(args[1]);
    modes = Py_NewRef(args[2]);
    leaves_left = Py_NewRef(args[3]);
    for (int i = 0; i < 2; i++) {
        PyTypeObject *type = i ? constant_type : value_type;
        type->tp_alloc = node_alloc;
        type->tp_dealloc = node_dealloc;
        type->tp_traverse = node_traverse;
        type->tp_clear = node_clear;
        type->tp_vectorcall = new_value;
    }
    Py_RETURN_NONE;
}

static PyObject *core_know(PyObject *module, PyObject *const *args, Py_ssize_t n) /* the table, floats, and power */
{
    (void)module;
    if (n != 3) return PyErr_Format(PyExc_TypeError, "a table, floats and power are needed, got %zd", n);
    floats = Py_NewRef(args[1]);
    make_power = Py_NewRef(args[2]);
    for (int k = 1; k < KERNELS; k++) {
        PyObject *rule = PyDict_GetItemString(args[0], kernels[k].name);
        if (!rule) continue; /* of a power, which is no entry of the table */
        PyObject *forward = PyObject_GetAttr(rule, s_forward), *number = PyLong_FromLong(k);
        kernels[k].partials = PyObject_GetAttr(rule, s_partials);
        int failed = !forward || !kernels[k].partials || !number || PyDict_SetItem(kernel_numbers, forward, number);
        Py_XDECREF(forward);
        Py_XDECREF(number);
        if (failed) return NULL;
        kernels[k].rule = Py_NewRef(rule);
        kernels[k].choice = attribute_is(rule, s_choice, Py_True);
    }
    Py_RETURN_NONE;
}

static PyObject *core_operate(PyObject *module, PyObject *none) /* the operators of Value are in its class */
{
    (void)module;
    (void)none;
    for (int i = 0; i < 2; i++) {
        PyTypeObject *type = i ? constant_type : value_type;
        PyNumberMethods *operators = type->tp_as_number;
        operators->nb_add = do_add;
        operators->nb_subtract = do_sub;
        operators->nb_multiply = do_mul;
        operators->nb_true_divide = do_div;
        operators->nb_remainder = do_mod;
        operators->nb_floor_divide = do_floor_divide;
        operators->nb_power = do_pow;
        operators->nb_negative = do_neg;
        operators->nb_absolute = do_abs;
        PyType_Modified(type);
    }
    Py_RETURN_NONE;
}

static PyObject *core_set_active(PyObject *module, PyObject *count)
{
    (void)module;
    active = PyLong_AsLong(count);
    return active == -1 && PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static PyMethodDef functions[] = {
    {"quick", core_quick, METH_O, NULL},
    {"operation", (PyCFunction)(void (*)(void))core_operation, METH_FASTCALL, NULL},
    {"number", (PyCFunction)(void (*)(void))core_number, METH_FASTCALL, NULL},
    {"store_as", (PyCFunction)(void (*)(void))core_store_as, METH_FASTCALL, NULL},
    {"know", (PyCFunction)(void (*)(void))core_know, METH_FASTCALL, NULL},
    {"operate", core_operate, METH_NOARGS, NULL},
    {"set_active", core_set_active, METH_O, NULL},
    {0},
};

static int core_exec(PyObject *module)
{
    if (PyInterpreterState_Get() != PyInterpreterState_Main() || node_type) {
        PyErr_SetString(PyExc_ImportError, "the native core works once in a process, in its main interpreter");
        return -1;
    }
    const struct { PyObject **at; const char *text; } names[] = {
        {&no_name, ""},          {&s_forward, "forward"}, {&s_partials, "partials"}, {&s_choice, "choice"},
        {&s_is_on, "is_on"},     {&s_watcher, "watcher"}, {&s_trace, "trace"},       {&s_below, "below"},
        {&s_arity, "arity"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!(*names[i].at = PyUnicode_InternFromString(names[i].text))) return -1;
    if (!(no_inputs = PyTuple_New(0)) || !(kernel_numbers = PyDict_New())) return -1;
    if (!(node_type = (PyTypeObject *)PyType_FromSpec(&node_spec))) return -1;
    if (!(quick_type = (PyTypeObject *)PyType_FromSpec(&quick_spec))) return -1;
    if (!(number_type = (PyTypeObject *)PyType_FromSpec(&number_spec))) return -1;
    return PyModule_AddObjectRef(module, "Node", (PyObject *)node_type) ||
           PyModule_AddStringConstant(module, "TABLE", TABLE);
}

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, core_exec}, {0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "autograd_mini.engine._core", NULL, 0, functions,
                                    module_slots, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__core(void) { return PyModuleDef_Init(&module); }
