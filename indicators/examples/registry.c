/* SPDX-License-Identifier: Apache-2.0 */
/* Walk the registry: what there is, or one indicator by name in full. */
#include <nocopy/indicators.h>
#include <stdio.h>

static void describe(const struct ind_indicator *ind)
{
    double params[IND_MAX_PARAMS];

    ind_defaults(ind, params);
    printf("%s: %s (%s)\n%s\n", ind->name, ind->title, ind->family, ind->note);
    for (size_t i = 0; i < ind_n_inputs(ind); i++)
        printf("  input  %s, by default %s\n", ind->inputs[i].name, ind->inputs[i].column);
    for (size_t i = 0; i < ind_n_params(ind); i++) {
        const struct ind_param *p = &ind->params[i];
        printf("  param  %s = %g, %g to %g %s", p->name, p->def, p->min, p->max, p->unit);
        for (size_t k = 0; p->choices && p->choices[k]; k++)
            printf("%s%s", k ? ", " : ": ", p->choices[k]);
        putchar('\n');
    }
    for (size_t o = 0; o < ind_n_outputs(ind); o++)
        printf("  output %s, from bar %zu on\n", ind->outputs[o], ind_warmup(ind, params, o));
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        for (size_t i = 0; i < ind_count(); i++)
            printf("%-20s %s\n", ind_at(i)->name, ind_at(i)->title);
        return 0;
    }
    const struct ind_indicator *ind = ind_find(argv[1]);
    if (!ind) {
        fprintf(stderr, "there is no indicator '%s'; call without a name for the list\n", argv[1]);
        return 2;
    }
    describe(ind);
    return 0;
}
