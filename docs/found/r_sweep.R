# SPDX-License-Identifier: Apache-2.0
# A sweep as R users write it: rbind row by row, and into a matrix that was made before.
#
#   nocopy run --content=full -o r.prof -- R --vanilla --slave -f r_sweep.R
set.seed(7)
close <- 100 + cumsum(rnorm(20000))
mean_of <- function(x, p) as.numeric(stats::filter(x, rep(1 / p, p), sides = 1))

grown <- NULL
for (p in 2:41) grown <- rbind(grown, mean_of(close, p))

made <- matrix(0, 40, length(close))
for (p in 2:41) made[p - 1, ] <- mean_of(close, p)
stopifnot(isTRUE(all.equal(grown, made)))
cat(sum(made, na.rm = TRUE), "\n")
