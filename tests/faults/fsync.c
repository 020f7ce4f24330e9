/* A disk that cannot be relied on: while the file named by FAILING_DISK exists, nothing can be forced onto it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int fails(void)
{
    const char *name = getenv("FAILING_DISK");
    return name && access(name, F_OK) == 0;
}

int fsync(int number)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    if (fails()) {
        errno = EIO;
        return -1;
    }
    return real(number);
}

int fdatasync(int number)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    if (fails()) {
        errno = EIO;
        return -1;
    }
    return real(number);
}
