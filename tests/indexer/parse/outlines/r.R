library(stats)

limit <- 10

#' Makes a job.
#' @param id a number
make_job <- function(id) {
  inner <- function(n) n * 2
  list(id = stats::median(inner(id)))
}

run = function(job) job$start(1)
