/* SPDX-License-Identifier: Apache-2.0 */
/* Real programs: output and exit status are the same to the byte with and without us, and each
 * process leaves a profile that lost nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "same.h"

static void same(const char *program, const char *arguments)
{
    struct same s;
    char command[2560];

    snprintf(command, sizeof command, "command -v %s >/dev/null", program);
    if (system(command) != 0)
        skip();
    snprintf(command, sizeof command, "%s %s", program, arguments);
    same_run(&s, NULL, NULL, command);
    same_done(&s);
}

static void sqlite3_says_the_same(void **state)
{
    same("sqlite3", "-batch :memory: \"create table t(a,b); with recursive c(x) as (select 1 union "
                    "all select x+1 from c where x<20000) insert into t select x, 'row '||x from "
                    "c; select count(*), sum(a), max(b) from t; select nonsense;\"");
}

static void python3_says_the_same(void **state)
{
    same("/usr/bin/python3", "-c \"import json,re,threading;d={str(i):[i]*3 for i in "
                             "range(20000)};t=threading.Thread(target=lambda:print(len(json.dumps("
                             "d))));t.start();t.join();print(re.sub('a','b','banana'));1/0\"");
}

static void git_says_the_same(void **state)
{
    same("git", "--version; d=$(mktemp -d); cd $d; git init -q .; echo a >a; git add a; git "
                "-c user.name=n -c user.email=e commit -qm m --date=2000-01-01T00:00:00Z; git log "
                "--stat --format=%s; git nonsense; rm -rf $d");
}

static void gcc_says_the_same(void **state)
{
    same("gcc", "-x c -O2 -S -o - - <<'X'\n#include <stdio.h>\n#include <math.h>\nint main(void) { "
                "printf(\"%f\\n\", sin(1)); int unused = 1 return 0; }\nX");
}

static void perl_says_the_same(void **state)
{
    same("perl", "-e 'my %h; $h{$_} = $_ x 3 for 1..20000; print scalar(keys %h), \"\\n\"; if "
                 "(fork) { wait } else { print \"child\\n\"; exit 3 } print $?>>8, \"\\n\"; die "
                 "\"end\\n\"'");
}

static void bash_says_the_same(void **state)
{
    same("bash", "-c 'for i in 1 2 3; do echo $i | cat; done; (echo sub; exit 4); echo $?; exec "
                 "ls /nonexistent'");
}

static void clang_says_the_same(void **state)
{
    same("clang", "-x c++ -O1 -S -o - - <<'X'\n#include <vector>\n#include <string>\nint f() { "
                  "std::vector<std::string> v(3); return v.size(); }\nX");
}

static void node_says_the_same(void **state)
{
    same("node", "-e 'let a = []; for (let i = 0; i < 1e5; i++) a.push(\"x\" + i); "
                 "console.log(a.length); throw 1' 2>/dev/null");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sqlite3_says_the_same), cmocka_unit_test(python3_says_the_same),
        cmocka_unit_test(git_says_the_same),     cmocka_unit_test(gcc_says_the_same),
        cmocka_unit_test(perl_says_the_same),    cmocka_unit_test(bash_says_the_same),
        cmocka_unit_test(clang_says_the_same),   cmocka_unit_test(node_says_the_same),
    };

    return cmocka_run_group_tests_name("programs", tests, NULL, NULL);
}
