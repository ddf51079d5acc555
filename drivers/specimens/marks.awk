# SPDX-License-Identifier: Apache-2.0
# Lines that specimens mark with `waste: LABEL` or `source: LABEL`, as a C table.
BEGIN {
    print "static const struct {"
    print "    const char *file, *mark;"
    print "    unsigned line;"
    print "} specimen_marks[] = {"
}
match($0, /(waste|source): [a-z0-9_]+/) {
    n = split(FILENAME, part, "/")
    split(substr($0, RSTART, RLENGTH), word, " ")
    printf "    {\"%s\", \"%s\", %d},\n", part[n], word[2], FNR
}
END { print "};" }
