/* A machine that cannot be relied on. While the file named by FAILING_DISK exists, nothing can be forced onto a disk;
   CLOCK_SKEW says by how many seconds its clock is fast. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
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

static long skew(void)
{
    const char *seconds = getenv("CLOCK_SKEW");
    return seconds ? atol(seconds) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *moment)
{
    int result = (int)syscall(SYS_clock_gettime, clock, moment);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        moment->tv_sec += skew();
    return result;
}

int gettimeofday(struct timeval *restrict moment, void *restrict zone)
{
    struct timespec fine;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &fine))
        return -1;
    moment->tv_sec = fine.tv_sec;
    moment->tv_usec = fine.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *moment)
{
    struct timespec fine;
    clock_gettime(CLOCK_REALTIME, &fine);
    if (moment)
        *moment = fine.tv_sec;
    return fine.tv_sec;
}
