/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOCOPY_DOCTOR_CHECKS_H
#define NOCOPY_DOCTOR_CHECKS_H

#include <stdbool.h>

enum doctor_verdict {
    DOCTOR_WELL,
    DOCTOR_NOTE, /* less is shown or it is slower, but all figures are right */
    DOCTOR_BAD
};

struct doctor {
    void (*tell)(struct doctor *doctor, enum doctor_verdict verdict, const char *what,
                 const char *detail);
    bool color;
    unsigned bad;
};

/* printf to doctor->tell. */
void doctor_say(struct doctor *doctor, enum doctor_verdict verdict, const char *what,
                const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Each looks at one thing and tells what it found. */
void doctor_versions(struct doctor *doctor);
void doctor_shim(struct doctor *doctor); /* the known child, recorded and read back */
void doctor_kernel(struct doctor *doctor);
void doctor_drivers(struct doctor *doctor);
void doctor_helpers(struct doctor *doctor); /* git, databases, environment */

#endif
