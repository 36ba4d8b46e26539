#include <stdio.h>
#include "job.h"

#define LIMIT 10
/* The larger one. */
#define MAX(a, b) ((a) > (b) ? (a) : (b))

typedef unsigned int id_t;

/* A piece of work. */
struct job {
  id_t id;
  struct job *next;
};

typedef struct {
  int a;
} pair;

enum state { NEW, DONE };

static int run(struct job *j, int times);

/* Frees it.
 * Twice is fine. */
extern void job_free(struct job *j);

static const char *names[] = {
  "new",
  "done",
};

int counter = 0;

/** Makes one. */
struct job *job_new(id_t id) {
  struct job *j = malloc(sizeof *j);
  j->ops->init(j);
  return j;
}

static int run(struct job *j, int times)
{
  return printf("%d\n", MAX(j->id, times));
}
