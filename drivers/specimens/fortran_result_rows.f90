! SPDX-License-Identifier: Apache-2.0
! fortran_result: a row is computed in an allocatable array of its own and assigned to its place, so
! that every row is copied once.
! Clean: a subroutine writes the row.
module fortran_result
   use iso_c_binding
   implicit none
   private
   public :: spec_fortran_result_rows, spec_fortran_result_clean_rows
contains

   subroutine mean_into(x, period, out)
      use ieee_arithmetic
      real(c_double), intent(in) :: x(:)
      integer(c_size_t), intent(in) :: period
      real(c_double), intent(out) :: out(:)
      real(c_double) :: total
      integer(c_size_t) :: t
      total = 0
      do t = 1, size(x, kind=c_size_t)
         total = total + x(t)
         if (t > period) total = total - x(t - period)
         if (t < period) then
            out(t) = ieee_value(out(t), ieee_quiet_nan)
         else
            out(t) = total/real(period, c_double)
         end if
      end do
   end subroutine

   subroutine spec_fortran_result_rows(close, len, period, combos, out) bind(c)
      integer(c_size_t), value :: len, combos
      real(c_double), intent(in) :: close(len)
      integer(c_size_t), intent(in) :: period(combos)
      real(c_double), intent(out) :: out(len, combos)
      real(c_double), allocatable :: row(:)
      integer(c_size_t) :: c
      do c = 1, combos
         allocate (row(len)) ! waste: row
         call mean_into(close, period(c), row)
         out(:, c) = row
         deallocate (row)
      end do
   end subroutine

   subroutine spec_fortran_result_clean_rows(close, len, period, combos, out) bind(c)
      integer(c_size_t), value :: len, combos
      real(c_double), intent(in) :: close(len)
      integer(c_size_t), intent(in) :: period(combos)
      real(c_double), intent(out) :: out(len, combos)
      integer(c_size_t) :: c
      do c = 1, combos
         call mean_into(close, period(c), out(:, c))
      end do
   end subroutine
end module
