! SPDX-License-Identifier: Apache-2.0
! fortran_section: one component of every candle is handed on as an array section. The callee takes
! an array of explicit shape, so that the compiler packs the section into a temporary, once a row.
! Clean: the callee takes an assumed shape, which has a stride.
module fortran_section
   use iso_c_binding
   implicit none
   private
   public :: spec_fortran_section_rows, spec_fortran_section_clean_rows
   integer, parameter :: close_at = 4 ! open, high, low, close, volume
contains

   subroutine mean_explicit(x, len, period, out)
      integer(c_size_t), intent(in) :: len, period
      real(c_double), intent(in) :: x(len)
      real(c_double), intent(out) :: out(len)
      call mean_assumed(x, period, out)
   end subroutine

   subroutine mean_assumed(x, period, out)
      use ieee_arithmetic
      integer(c_size_t), intent(in) :: period
      real(c_double), intent(in) :: x(:)
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

   subroutine spec_fortran_section_rows(candles, len, period, combos, out) bind(c)
      integer(c_size_t), value :: len, combos
      real(c_double), intent(in) :: candles(5, len)
      integer(c_size_t), intent(in) :: period(combos)
      real(c_double), intent(out) :: out(len, combos)
      integer(c_size_t) :: c
      do c = 1, combos
         call mean_explicit(candles(close_at, :), len, period(c), out(:, c)) ! waste: section
      end do
   end subroutine

   subroutine spec_fortran_section_clean_rows(candles, len, period, combos, out) bind(c)
      integer(c_size_t), value :: len, combos
      real(c_double), intent(in) :: candles(5, len)
      integer(c_size_t), intent(in) :: period(combos)
      real(c_double), intent(out) :: out(len, combos)
      integer(c_size_t) :: c
      do c = 1, combos
         call mean_assumed(candles(close_at, :), period(c), out(:, c))
      end do
   end subroutine
end module
