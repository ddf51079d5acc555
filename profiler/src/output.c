/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include <fcntl.h>
#include <nocopy/profile_format.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "real.h"
#include "sys.h"

/* Text being built; what does not fit is cut off. */
struct text {
    char *at;
    size_t len, size;
};

static void put(struct text *t, const char *s, size_t len)
{
    if (len > t->size - 1 - t->len)
        len = t->size - 1 - t->len;
    memcpy(t->at + t->len, s, len);
    t->len += len;
    t->at[t->len] = '\0';
}

static void put_string(struct text *t, const char *s) { put(t, s, strlen(s)); }

static void put_number(struct text *t, uint64_t n)
{
    char digits[20];
    size_t i = sizeof digits;

    do
        digits[--i] = (char)('0' + n % 10);
    while ((n /= 10) != 0);
    put(t, digits + i, sizeof digits - i);
}

/* Reads a whole small file of /proc; its length, 0 on any failure. */
static size_t slurp(const char *path, char *ret, size_t size)
{
    const int fd = (int)sys_open(path, O_RDONLY | O_CLOEXEC, 0);
    size_t len = 0;
    long n = 0;

    if (fd < 0)
        return 0;
    while (len < size && (n = sys_read(fd, ret + len, size - len)) > 0)
        len += (size_t)n;
    sys_close(fd);
    return n < 0 ? 0 : len;
}

static void exe_path(char *ret, size_t size)
{
    const long n = sys_call3(SYS_readlink, (long)"/proc/self/exe", (long)ret, (long)size - 1);

    ret[n > 0 ? n : 0] = '\0';
}

static void put_exe(struct text *t)
{
    char exe[1024];

    exe_path(exe, sizeof exe);
    const char *slash = strrchr(exe, '/');

    put_string(t, slash == NULL ? "program" : slash + 1);
}

static const char *rank(void)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK",    "PMI_RANK",
                                        "MV2_COMM_WORLD_RANK",  "SLURM_PROCID", NULL};

    for (size_t i = 0; names[i] != NULL; i++) {
        const char *value = options_variable(names[i]);

        if (value != NULL && *value != '\0' && strchr(value, '/') == NULL)
            return value;
    }
    return "0";
}

static void put_host(struct text *t)
{
    struct utsname names;

    if (sys_call3(SYS_uname, (long)&names, 0, 0) == 0)
        put_string(t, names.nodename);
}

/* The template with its %-letters replaced. Returns whether it held %p. */
static bool expand(struct text *t, const char *template)
{
    bool has_pid = false;
    struct timespec now;

    for (const char *p = template; *p != '\0'; p++) {
        if (*p != '%' || p[1] == '\0') {
            put(t, p, 1);
            continue;
        }
        switch (*++p) {
        case 'p':
            put_number(t, (uint64_t)sys_getpid());
            has_pid = true;
            break;
        case 'e':
            put_exe(t);
            break;
        case 'h':
            put_host(t);
            break;
        case 't':
            clock_gettime(CLOCK_REALTIME, &now);
            put_number(t, (uint64_t)now.tv_sec);
            break;
        case 'r':
            put_string(t, rank());
            break;
        case '%':
            put(t, "%", 1);
            break;
        default: /* no such letter: as it stands */
            put(t, p - 1, 2);
        }
    }
    return has_pid;
}

/* The head of a profile at `path`, if there is one. */
static bool read_header(const char *path, struct nc_header *ret)
{
    struct stat st;

    if (sys_call6(SYS_newfstatat, AT_FDCWD, (long)path, (long)&st, 0, 0, 0) < 0 ||
        !S_ISREG(st.st_mode) || (size_t)st.st_size < sizeof *ret)
        return false;
    return slurp(path, (char *)ret, sizeof *ret) == sizeof *ret &&
           memcmp(ret->magic, NC_MAGIC, sizeof ret->magic) == 0;
}

static int parent_of(int pid)
{
    char path[32], stat[512];
    struct text t = {path, 0, sizeof path};
    size_t n;
    int ret = 0;

    put_string(&t, "/proc/");
    put_number(&t, (uint64_t)pid);
    put_string(&t, "/stat");
    n = slurp(path, stat, sizeof stat - 1);
    stat[n] = '\0';
    const char *p = strrchr(stat, ')'); /* the name before it may hold anything */

    if (p == NULL || strlen(p) < 5)
        return 0;
    for (p += 4; *p >= '0' && *p <= '9'; p++)
        ret = ret * 10 + (*p - '0');
    return ret;
}

/* Whether the profile at `path` is one that an ancestor of ours (or we, before an exec) is still
 * writing. For processes that did not learn it from NOCOPY_RUN: system() and popen() pass the
 * environment on by a way that no hook sees. */
static bool is_ancestors(const char *path)
{
    struct nc_header h;

    if (!read_header(path, &h) || (h.flags & NC_COMPLETE) != 0)
        return false;
    for (int pid = sys_getpid(), i = 0; pid > 1 && i < 64; pid = parent_of(pid), i++)
        if (pid == h.pid)
            return true;
    return false;
}

/* Move away what this process, before an exec, left under the name it is to use now. */
static void move_aside(char *path, size_t size)
{
    struct nc_header h;
    struct text t = {path, strlen(path), size};
    const size_t len = t.len;

    if (!read_header(path, &h) || h.pid != sys_getpid())
        return;
    char from[OUTPUT_PATH];

    memcpy(from, path, len + 1);
    for (unsigned n = 1; n < 1000; n++) {
        struct stat st;

        t.len = len;
        put(&t, ".", 1);
        put_number(&t, n);
        if (sys_call6(SYS_newfstatat, AT_FDCWD, (long)path, (long)&st, 0, 0, 0) == -ENOENT) {
            sys_call6(SYS_renameat, AT_FDCWD, (long)from, AT_FDCWD, (long)path, 0, 0);
            break;
        }
    }
    path[len] = '\0';
}

int output_path(char *ret, size_t size, const struct options *options, bool forked)
{
    struct text t = {ret, 0, size};
    const bool has_pid = expand(&t, options->output);
    const bool later = forked || options->run != NULL || is_ancestors(ret);

    if (!has_pid && later) {
        put(&t, ".", 1);
        put_number(&t, (uint64_t)sys_getpid());
    }
    if (t.len + 1 >= size)
        return -ENAMETOOLONG;
    if (later || has_pid)
        move_aside(ret, size);
    return 0;
}

/* ---- facts ---- */

static void fact(struct text *t, const char *key, const char *value, size_t len)
{
    if (strlen(key) + len + 4 > t->size - t->len)
        return;
    put(t, key, strlen(key) + 1);
    put(t, value, len);
    put(t, "", 1);
}

static void fact_string(struct text *t, const char *key, const char *value)
{
    fact(t, key, value, strlen(value));
}

/* argc, argv0, argv1 ...: in `line` each argument is closed by a NUL. */
static void put_arguments(struct text *t, char *line, size_t size)
{
    const size_t len = slurp("/proc/self/cmdline", line, size);
    char key[32];
    unsigned n = 0;

    for (const char *a = line; a < line + len; n++) {
        const char *end = memchr(a, '\0', (size_t)(line + len - a));
        struct text k = {key, 0, sizeof key};

        if (end == NULL)
            end = line + len;
        put_string(&k, "argv");
        put_number(&k, n);
        fact(t, key, a, (size_t)(end - a));
        a = end + 1;
    }
    struct text k = {key, 0, sizeof key};

    put_number(&k, n);
    fact_string(t, "argc", key);
}

static void put_options(struct text *t)
{
    char key[64];

    for (char *const *e = options_list(); e != NULL && *e != NULL; e++) {
        const char *equals = strchr(*e, '=');
        struct text k = {key, 0, sizeof key};

        if (strncmp(*e, "NOCOPY_", 7) != 0 || equals == NULL ||
            (size_t)(equals - *e) > sizeof key - 16)
            continue;
        put_string(&k, "option:");
        put(&k, *e + 7, (size_t)(equals - *e) - 7);
        fact_string(t, key, equals + 1);
    }
}

size_t output_facts(char *ret, size_t size, const struct options *options)
{
    struct text t = {ret, 0, size};
    char line[8192];
    struct utsname names;

    exe_path(line, sizeof line);
    fact_string(&t, "exe", line);
    if (sys_call3(SYS_getcwd, (long)line, sizeof line, 0) > 0)
        fact_string(&t, "cwd", line);
    if (sys_call3(SYS_uname, (long)&names, 0, 0) == 0)
        fact_string(&t, "host", names.nodename);
    fact_string(&t, "shim", NOCOPY_SHIM_VERSION);
    if (options_variable("NOCOPY_COMMIT") != NULL)
        fact_string(&t, "commit", options_variable("NOCOPY_COMMIT"));
    if (options->problem != NULL)
        fact_string(&t, "option-error", options->problem);
    if (real_attachable)
        fact_string(&t, "attached", "yes");
    put_options(&t);
    put_arguments(&t, line, sizeof line);
    return t.len;
}
