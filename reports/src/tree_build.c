/* SPDX-License-Identifier: Apache-2.0 */
#include "tree_build.h"
#include "command.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOG_LINES = 40 };

/* Says that the build beside it is complete. */
#define MARKER ".nocopy-built"

static uint64_t hash_text(uint64_t h, const char *text)
{
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return (h ^ 0xff) * 1099511628211u;
}
#define HASH_START 14695981039346656037u

char *tree_cache(const struct git_repository *git)
{
    const uint64_t repository = hash_text(HASH_START, git->common);
    char *trees = cache_folder("trees");
    char *folder = format_string("%s/%016" PRIx64, trees, repository);
    int r;

    free(trees);
    r = make_folders(folder);
    if (r < 0) {
        complain(0, "cannot make the folder '%s' to build in: %s; set XDG_CACHE_HOME to another",
                 folder, strerror(-r));
        free(folder);
        return NULL;
    }
    return folder;
}

/* Whether the tree is there, built; its age is then renewed. */
static bool is_built(const char *folder)
{
    char *file = format_string("%s/" MARKER, folder);
    const bool built = utimensat(AT_FDCWD, file, NULL, 0) == 0;

    free(file);
    return built;
}

/* One attempt at a lock: alone, or, when the tree is built, together with others that read it. */
static bool try_lock(int fd, const char *folder)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    return flock(fd, LOCK_SH | LOCK_NB) == 0 && is_built(folder);
}

/* Take the lock of a tree. `wait`: until it is free, or shared and the tree built. Returns a
 * descriptor or -1. Whoever removes a lock's file does so while holding it, so one that was removed
 * while we waited is not it any more. */
static int take_lock(const char *folder, bool wait)
{
    char *file = format_string("%s.lock", folder);
    int fd;

    for (;;) {
        struct stat here, there;

        fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (fd < 0)
            break;
        if (!(wait ? try_lock(fd, folder) : flock(fd, LOCK_EX | LOCK_NB) == 0)) {
            if (!wait || process_interrupted()) {
                close(fd);
                fd = -1;
                break;
            }
            usleep(100000); /* rather than sleep in flock: an interrupt is then seen at once */
        } else if (fstat(fd, &here) == 0 && stat(file, &there) == 0 && here.st_ino == there.st_ino)
            break;
        close(fd);
    }
    free(file);
    return fd;
}

static void drop_lock(const char *folder, int fd, bool remove_it)
{
    if (fd < 0)
        return;
    if (remove_it) {
        char *file = format_string("%s.lock", folder);

        unlink(file);
        free(file);
    }
    close(fd);
}

/* A scratch worktree is locked by the run that uses it, through this file beside it. */
static bool in_use(const char *folder)
{
    const int fd = take_lock(folder, false);

    drop_lock(folder, fd, true);
    return fd < 0;
}

/* The shell command that builds `plan->driver` at the top of a tree. Null, with a message, when
 * none is given and none is known. */
static char *build_command(const char *folder, const struct build_plan *plan, const char *name)
{
    const char *slash = strchr(plan->driver, '/');
    char *meson = format_string("%s/meson.build", folder);
    const bool has_meson = access(meson, F_OK) == 0;

    free(meson);
    if (plan->command)
        return format_string("%s", plan->command);
    if (!has_meson || !slash || slash == plan->driver) {
        complain(0,
                 has_meson ? "'%s' is no path below a build folder, such as build/drivers/NAME; "
                             "write one, or say how to build with --build CMD%.0s"
                           : "%.0sthere is no meson.build in %s: say how to build it with --build "
                             "CMD",
                 plan->driver, name);
        return NULL;
    }
    /* build/drivers/x: folder "build", target "drivers/x". Set up anew or again, as it is. */
    return format_string("test -f '%.*s/build.ninja' || meson setup '%.*s' && ninja -C '%.*s' '%s'",
                         (int)(slash - plan->driver), plan->driver, (int)(slash - plan->driver),
                         plan->driver, (int)(slash - plan->driver), plan->driver, slash + 1);
}

static void show_log(int fd)
{
    char *line = NULL;
    size_t room = 0;
    long total = 0, at = 0;
    FILE *in = fdopen(dup(fd), "r");

    if (!in)
        return;
    rewind(in);
    while (getline(&line, &room, in) >= 0)
        total++;
    rewind(in);
    while (getline(&line, &room, in) >= 0)
        if (at++ >= total - LOG_LINES)
            fprintf(stderr, "    %s", line);
    free(line);
    fclose(in);
}

int tree_build_in(const struct git_repository *git, const char *folder, const char *name,
                  const struct build_plan *plan)
{
    char *command = build_command(folder, plan, name);
    struct strings argv;
    char *log_name = temporary_name("build");
    int log, r = 0;
    struct process_end end;

    if (!command) {
        free(log_name);
        return EXIT_UNREADABLE;
    }
    argv = strings_of("sh", "-c", command, NULL);
    log = mkostemp(log_name, O_CLOEXEC);
    if (log >= 0)
        unlink(log_name); /* gone with us, whatever happens */
    end = process_run(&(struct process_plan){.argv = argv.at,
                                             .env = git->env.at,
                                             .dir = folder,
                                             .out = log > 0 ? log : 0,
                                             .err = log > 0 ? log : 0,
                                             .progress = log > 0 ? "building" : NULL,
                                             .own_group = true});
    if (process_interrupted())
        r = 128 + process_interrupted();
    else if (end.status != 0) {
        complain(0, "%s does not build: '%s' exited with %d%s", name, command, end.status,
                 log > 0 ? "; its last lines:" : "");
        if (log > 0)
            show_log(log);
        r = EXIT_UNREADABLE;
    }
    if (log >= 0)
        close(log);
    strings_done(&argv);
    free(log_name);
    free(command);
    return r;
}

static int make_marker(const char *folder)
{
    char *file = format_string("%s/" MARKER, folder);
    const int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

    free(file);
    if (fd < 0)
        return -errno;
    close(fd);
    return 0;
}

static int build_anew(const struct git_repository *git, const struct git_commit *commit,
                      const char *name, const struct build_plan *plan, const char *folder)
{
    int r;

    git_worktree_remove(git, folder); /* what a killed run left */
    complain(0, "building %s: %s", name, commit->subject);
    r = git_worktree_add(git, folder, commit->id) < 0 ? EXIT_UNREADABLE : 0;
    if (process_interrupted())
        r = 128 + process_interrupted();
    if (r == 0)
        r = tree_build_in(git, folder, name, plan);
    git_worktree_detach(git, folder);
    if (r == 0 && make_marker(folder) < 0)
        r = complain(EXIT_UNREADABLE, "cannot write to '%s': %s", folder, strerror(errno));
    if (r)
        remove_tree(folder);
    return r;
}

int tree_build(const struct git_repository *git, const struct git_commit *commit, const char *name,
               const struct build_plan *plan, struct built_tree *ret)
{
    char *cache = tree_cache(git), *folder;
    uint64_t how = hash_text(HASH_START, plan->command ? plan->command : "");
    int lock, r = 0;

    if (!cache)
        return EXIT_UNREADABLE;
    if (!plan->command) /* only the driver's own targets are built */
        how = hash_text(how, plan->driver);
    git_worktree_sweep(git, cache, in_use);
    folder = format_string("%s/%.16s-%016" PRIx64, cache, commit->tree, how);
    free(cache);
    lock = take_lock(folder, true);
    if (process_interrupted())
        r = 128 + process_interrupted();
    else if (lock < 0)
        r = complain(EXIT_UNREADABLE, "cannot write to '%s': %s", folder, strerror(errno));
    else if (!is_built(folder))
        r = build_anew(git, commit, name, plan, folder);
    if (r) {
        drop_lock(folder, lock, true);
        free(folder);
        return r;
    }
    /* From now on the tree is only read: others may share it, nobody may evict it. */
    flock(lock, LOCK_SH);
    *ret = (struct built_tree){folder, lock};
    return 0;
}

void tree_release(struct built_tree *tree)
{
    drop_lock(tree->folder, tree->folder ? tree->lock : -1, false);
    free(tree->folder);
    *tree = (struct built_tree){0};
}

int tree_scratch(const struct git_repository *git, struct built_tree *ret)
{
    char *cache = tree_cache(git);
    struct built_tree tree = {.lock = -1};

    if (!cache)
        return EXIT_UNREADABLE;
    git_worktree_sweep(git, cache, in_use);
    tree.folder = format_string("%s/scratch-XXXXXX", cache);
    free(cache);
    if (mkdtemp(tree.folder) && (tree.lock = take_lock(tree.folder, false)) >= 0) {
        rmdir(tree.folder); /* git makes it; the lock holds the name */
        *ret = tree;
        return 0;
    }
    complain(0, "cannot make the folder '%s': %s", tree.folder, strerror(errno));
    free(tree.folder);
    return EXIT_UNREADABLE;
}

void tree_scratch_done(const struct git_repository *git, struct built_tree *tree)
{
    git_worktree_remove(git, tree->folder);
    drop_lock(tree->folder, tree->lock, true);
    free(tree->folder);
    *tree = (struct built_tree){0};
}

struct cached {
    char *folder;
    int64_t used;
};

static int newest_first(const void *a, const void *b)
{
    const struct cached *x = a, *y = b;

    return x->used > y->used ? -1 : x->used < y->used;
}

void tree_evict(const struct git_repository *git, unsigned keep)
{
    char *cache = tree_cache(git);
    DIR *dir = cache ? opendir(cache) : NULL;
    struct cached all[256];
    size_t n = 0;

    for (struct dirent *e; dir && n < 256 && (e = readdir(dir));) {
        char *marker = format_string("%s/%s/" MARKER, cache, e->d_name);
        struct stat st;

        if (e->d_name[0] != '.' && stat(marker, &st) == 0)
            all[n++] = (struct cached){format_string("%s/%s", cache, e->d_name), st.st_mtime};
        free(marker);
    }
    if (dir)
        closedir(dir);
    qsort(all, n, sizeof *all, newest_first);
    for (size_t i = 0; i < n; i++) {
        const int lock = i >= keep ? take_lock(all[i].folder, false) : -1;

        if (lock >= 0)
            remove_tree(all[i].folder);
        drop_lock(all[i].folder, lock, true);
        free(all[i].folder);
    }
    free(cache);
}
