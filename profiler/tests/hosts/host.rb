# SPDX-License-Identifier: Apache-2.0
# Ruby: garbage, threads, fibers on stacks of their own, exceptions, a fork, a C extension.
require 'stringio'
require 'zlib'

numbers = (1..50_000).map { |i| "row #{i}" }
puts numbers.sum(&:size), numbers.select { |s| s =~ /7$/ }.size
puts [1, 2, 3, 4].map { |n| Thread.new { (1..20_000).map { |i| (i * n).to_s }.join.size } }.map(&:value).inspect
fibers = (0...200).map { |n| Fiber.new { 50.times { |i| Fiber.yield 'x' * (n + i) }; :over } }
puts 51.times.sum { fibers.sum { |f| v = f.resume; v == :over ? 1 : v.size } }
puts Zlib::Inflate.inflate(Zlib::Deflate.deflate(numbers.join)).size
GC.start
begin
  def deep(n) = deep(n + 1)
  deep(0)
rescue SystemStackError => e
  puts e.class
end
$stdout.flush
pid = fork { puts 'child'; exit!(4) }
Process.wait(pid)
puts $?.exitstatus, catch(:out) { throw :out, 'thrown' }
at_exit { puts 'at exit' }
raise 'end'
