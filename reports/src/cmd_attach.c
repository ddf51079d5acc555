/* SPDX-License-Identifier: Apache-2.0 */
/* attach: the shim into a process that is running already. Where that is not safe nothing is
 * touched, and a line says why. */
#include "begins.h"
#include "command.h"
#include "inject.h"
#include "launch.h"
#include "remote.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct attach {
    struct recording recording;
    const char *output;
    long patience; /* seconds */
    long pid;
};

enum { OPT_WAIT = 'w' };

static const struct argp_option options[] = {
    {"output", 'o', "PROFILE", 0,
     "Name of the profile; %p pid, %e program, %h host, %t start time (" LAUNCH_OUTPUT ")"},
    {"wait", OPT_WAIT, "SECONDS", 0, "How long to look for a safe moment (10)"},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct attach *attach = state->input;
    char *end;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &attach->recording;
        return 0;
    case 'o':
        attach->output = arg;
        return 0;
    case OPT_WAIT:
        attach->patience = strtol(arg, &end, 10);
        if (*end || end == arg || attach->patience < 0 || attach->patience > 3600)
            exit(complain_use("attach", "--wait takes seconds, 0 to 3600, not '%s'", arg));
        return 0;
    case ARGP_KEY_ARG:
        attach->pid = state->arg_num == 0 ? strtol(arg, &end, 10) : -1;
        if (attach->pid <= 0 || *end || attach->pid > 1 << 30)
            exit(complain_use("attach", "which process? its number, and one only, not '%s'", arg));
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&recording_argp}, {0}};
static const struct argp argp = {
    options, parse, "PID",
    "Load the memory profiler into the running process PID. Only allocations from then on are "
    "seen: blocks that were there before are unknown, and their frees are counted as such; "
    "programs that it starts are not followed. Recording goes on until the process ends; "
    "--toggle-signal gives it a signal that stops and starts it. Exit status: 0; 2 bad use; 3 it "
    "cannot be attached to.\vThe process stands still for "
    "some milliseconds. It is left alone, and a line says why, when it is static, sanitized, "
    "recorded already, under seccomp, debugged, of another user, or has another allocator than "
    "libc's. Exit status 0 when it is being recorded, 3 when it is left alone.",
    children};

/* ---- what hinders ---- */

/* A line of /proc/PID/status, after its key; "" when there is none. Owned. */
static char *status_of(pid_t pid, const char *key)
{
    char name[64], line[512], *ret = NULL;
    FILE *f;

    snprintf(name, sizeof name, "/proc/%d/status", (int)pid);
    f = fopen(name, "re");
    while (f && !ret && fgets(line, sizeof line, f))
        if (begins(line, key)) {
            line[strcspn(line, "\n")] = 0;
            ret = format_string("%s", line + strlen(key) + strspn(line + strlen(key), " \t"));
        }
    if (f)
        fclose(f);
    return ret ? ret : format_string("%s", "");
}

static long number_of(pid_t pid, const char *key)
{
    char *text = status_of(pid, key);
    const long ret = strtol(text, NULL, 10);

    free(text);
    return ret;
}

/* A file of Yama's says who may look into whom. */
static bool yama_forbids(void)
{
    FILE *f = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
    const bool ret = f && fgetc(f) > '0';

    if (f)
        fclose(f);
    return ret;
}

static char *permission_obstacle(pid_t pid)
{
    char name[64];

    if (kill(pid, 0) != 0 && errno == ESRCH)
        return format_string("there is no process %d", (int)pid);
    char *state = status_of(pid, "State:");
    const bool ended = state[0] == 'Z' || state[0] == 'X';

    free(state);
    if (ended)
        return format_string("it has ended");
    if (number_of(pid, "TracerPid:") != 0)
        return format_string("process %ld is debugging it; end that first",
                             number_of(pid, "TracerPid:"));
    if (geteuid() != 0 && number_of(pid, "Uid:") != (long)geteuid())
        return format_string("it belongs to another user; run nocopy as that one, or as root");
    snprintf(name, sizeof name, "/proc/%d/mem", (int)pid);
    const int fd = open(name, O_RDWR | O_CLOEXEC);

    if (fd < 0)
        return format_string("the system does not permit to look into it; %s",
                             yama_forbids()
                                 ? "set kernel.yama.ptrace_scope to 0, or run nocopy as root"
                                 : "run nocopy as root, in a container that has CAP_SYS_PTRACE");
    close(fd);
    return NULL;
}

/* What the process itself is. */
static char *process_obstacle(const struct remote *r, const char *shim)
{
    static const char *const others[] = {"libjemalloc", "libtcmalloc", "libmimalloc"};
    static const char *const sanitizers[] = {"libasan", "libtsan", "liblsan", "libhwasan",
                                             "libclang_rt."};
    char *inside = format_string("/proc/%d/root%s", (int)r->pid, shim), *ret = NULL;
    struct stat here, there;

    if (remote_named(r, "libnocopy"))
        ret = format_string("it is recorded already");
    if (!ret && number_of(r->pid, "Seccomp:") != 0)
        ret =
            format_string("it is under seccomp, which may end it for a system call of the shim's");
    for (size_t i = 0; !ret && i < sizeof sanitizers / sizeof *sanitizers; i++)
        if (remote_named(r, sanitizers[i]))
            ret = format_string("a sanitizer has taken over its malloc (%s); build it without "
                                "-fsanitize",
                                sanitizers[i]);
    for (size_t i = 0; !ret && i < sizeof others / sizeof *others; i++)
        if (remote_named(r, others[i]))
            ret = format_string("its allocator is not libc's (%s); start it under nocopy run",
                                others[i]);
    if (!ret && (!remote_named(r, "libc.so") && !remote_named(r, "libc-")))
        ret = format_string("there is no glibc in it");
    if (!ret &&
        (stat(shim, &here) != 0 || stat(inside, &there) != 0 || here.st_ino != there.st_ino))
        ret = format_string("it sees other files (a container, a chroot), and the shim is not "
                            "among them; run nocopy in there");
    free(inside);
    return ret;
}

static char *obstacle(pid_t pid, const char *shim)
{
    char *why = permission_obstacle(pid), link[64], *path;
    struct remote r = {.memory = -1};

    if (why)
        return why;
    snprintf(link, sizeof link, "/proc/%d/exe", (int)pid);
    path = realpath(link, NULL);
    why = launch_obstacle(path ? path : link);
    free(path);
    if (!why && !remote_open(&r, pid))
        why = format_string("its memory cannot be looked into");
    if (!why)
        why = process_obstacle(&r, shim);
    remote_done(&r);
    return why;
}

/* ---- doing it ---- */

/* The NOCOPY_ lines of an environment. Owned. */
static char *option_lines(const struct strings *env)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);

    for (size_t i = 0; i < env->len; i++)
        if (begins(env->at[i], "NOCOPY_"))
            fprintf(to, "%s\n", env->at[i]);
    fclose(to);
    return text;
}

static int attach_to(const struct attach *attach, const char *shim)
{
    struct strings env = {0};
    char *lines, *why;
    int result = 0, status = EXIT_HOLDS;

    launch_prepare(&env, shim, &attach->recording, attach->output);
    lines = option_lines(&env);
    if (inject(&(struct injection){.pid = (pid_t)attach->pid,
                                   .library = shim,
                                   .entry = "nocopy_attach",
                                   .argument = lines,
                                   .patience_ms = (int)attach->patience * 1000},
               &result, &why) < 0)
        status = complain(EXIT_UNREADABLE, "cannot attach to %ld: %s", attach->pid, why);
    else if (result <= 0)
        status =
            complain(EXIT_UNREADABLE,
                     "cannot attach to %ld: the shim is in it and stays asleep: %s", attach->pid,
                     result == -EIO ? "no profile could be made there; see -o" : strerror(-result));
    else
        fprintf(stderr, "nocopy: recording process %ld from now on (%d addresses replaced)\n",
                attach->pid, result);
    free(why);
    free(lines);
    strings_done(&env);
    return status;
}

static int attach_main(int argc, char **argv)
{
    struct attach attach = {.output = LAUNCH_OUTPUT, .patience = 10};
    char *shim = NULL, *why = NULL;
    int status;

    parse_arguments("attach", &argp, EXIT_USE, 0, argc, argv, &attach);
    if (attach.pid == 0)
        return complain_use("attach", "which process? nocopy attach PID");
    if (launch_find_shim(&shim) < 0)
        status = complain(EXIT_UNREADABLE, "cannot find the shim: looked for %s", shim);
    else if ((why = obstacle((pid_t)attach.pid, shim)))
        status = complain(EXIT_UNREADABLE, "cannot attach to %ld: %s", attach.pid, why);
    else
        status = attach_to(&attach, shim);
    free(why);
    free(shim);
    recording_done(&attach.recording);
    return status;
}

COMMAND(attach) = {
    .name = "attach",
    .arguments = "[-o PROFILE] [OPTION...] PID",
    .summary = "record a process that is running already",
    .main = attach_main,
};
