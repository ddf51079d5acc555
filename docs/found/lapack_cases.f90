! SPDX-License-Identifier: Apache-2.0
! Twelve systems of 300 equations by LAPACK's dgesv. The cases lie along the first index, so that none of them
! is contiguous.
!
!   gfortran -g -O2 lapack_cases.f90 -o lapack_cases -llapack -lblas
!   nocopy run --content=full -o lapack.prof -- ./lapack_cases
program lapack_cases
  implicit none
  integer, parameter :: n = 300, cases = 12
  double precision, allocatable :: a(:, :, :), lu(:, :), x(:)
  double precision :: total
  integer, allocatable :: piv(:)
  integer :: c, i, info

  allocate (a(cases, n, n), lu(n, n), x(n), piv(n))
  call random_number(a)
  total = 0
  do c = 1, cases
    do i = 1, n
      a(c, i, i) = a(c, i, i) + n
    end do
    lu = a(c, :, :)            ! needed: dgesv overwrites it
    x = 1
    call dgesv(n, 1, lu, n, piv, x, n, info)
    call norms(a(c, :, :), n)  ! an explicit-shape argument: the compiler packs the section
    total = total + sum(x)
  end do
  print '(f12.6)', total

contains

  subroutine norms(m, k)
    integer, intent(in) :: k
    double precision, intent(in) :: m(k, k)

    total = total + maxval(sum(abs(m), dim=1))
  end subroutine
end program
