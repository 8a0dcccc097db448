/*
 * What a machine adds by itself to the time of equal steps: two threads that only count, or only read memory, and wait for each other at barriers, as the
 * host machine's cores do. Beside it stands the jitter of `lockstep bench`, which is measured in the same way.
 *
 *   gcc -O2 -pthread -o steps bench/steps.c
 *   ./steps STEPS BARRIERS MICROSECONDS    steps that count for so long
 *   ./steps STEPS BARRIERS MEGABYTES mb    steps that read so much
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <time.h>

enum { THREADS = 2, WARM = 50, AROUND = 101 };

static int steps, barriers;
static long rounds, words;
static const long *memory;
static double *seconds;
static atomic_long arrived;
static volatile long sink;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static void count(long n) {
    unsigned long x = n;
    for (long i = 0; i < n; i++) {
        x = x * 6364136223846793005ul + 1;
    }
    sink += x;
}

static void read_words(const long *from, long n) {
    long sums[8] = {0};
    for (long i = 0; i + 8 <= n; i += 8) {
        for (int k = 0; k < 8; k++) {
            sums[k] ^= from[i + k];
        }
    }
    for (int k = 0; k < 8; k++) {
        sink += sums[k];
    }
}

static void *run(void *number) {
    long core = (long) number, target = 0;
    for (int step = -WARM; step < steps; step++) {
        double start = now();
        for (int barrier = 0; barrier < barriers; barrier++) {
            if (words > 0) {
                long part = words / THREADS / barriers;
                read_words(memory + (core * barriers + barrier) * part, part);
            } else {
                count(rounds / barriers);
            }
            target += THREADS;
            atomic_fetch_add(&arrived, 1);
            while (atomic_load(&arrived) < target) {
            }
        }
        if (core == 0 && step >= 0) {
            seconds[step] = now() - start;
        }
    }
    return NULL;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: steps STEPS BARRIERS MICROSECONDS | steps STEPS BARRIERS MEGABYTES mb\n");
        return 2;
    }
    steps = atoi(argv[1]);
    barriers = atoi(argv[2]);
    double size = atof(argv[3]);
    if (argc > 4) {
        words = (long) (size * 1e6 / sizeof(long));
        long *all = malloc(words * sizeof(long));
        memset(all, 1, words * sizeof(long));
        memory = all;
    } else {
        double best = 1;
        for (int i = 0; i < 20; i++) {
            double start = now();
            count(1000000);
            double took = now() - start;
            best = took < best ? took : best;
        }
        rounds = (long) (size / best);
    }
    seconds = malloc(steps * sizeof(double));
    pthread_t other;
    pthread_create(&other, NULL, run, (void *) 1);
    run((void *) 0);
    pthread_join(other, NULL);

    double *ratios = malloc(steps * sizeof(double)), *sorted = malloc(steps * sizeof(double));
    for (int i = 0; i < steps; i++) {
        int last = steps > AROUND ? steps - AROUND : 0, from = i - AROUND / 2;
        from = from < 0 ? 0 : from > last ? last : from;
        int n = steps - from < AROUND ? steps - from : AROUND;
        double around[AROUND];
        memcpy(around, seconds + from, n * sizeof(double));
        qsort(around, n, sizeof(double), ascending);
        ratios[i] = seconds[i] / around[n / 2];
    }
    memcpy(sorted, seconds, steps * sizeof(double));
    qsort(sorted, steps, sizeof(double), ascending);
    qsort(ratios, steps, sizeof(double), ascending);
    printf("median %.3f ms; 90 of 100 within %.2f, 99 within %.2f, all within %.2f x the median around them\n",
           sorted[steps / 2] * 1e3, ratios[steps * 9 / 10], ratios[steps * 99 / 100], ratios[steps - 1]);
    return 0;
}
