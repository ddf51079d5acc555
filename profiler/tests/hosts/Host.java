// SPDX-License-Identifier: Apache-2.0

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;

/** Java with its compiler on: garbage, threads, memory outside the heap, exceptions out of compiled code. */
public class Host {
    static int nullPointers;

    static int length(String s) {
        try {
            return s.length();
        } catch (NullPointerException e) { // a SIGSEGV in compiled code
            nullPointers++;
            return 0;
        }
    }

    static long work(int seed) {
        Map<Integer, String> map = new HashMap<>();
        long sum = 0;
        for (int i = 0; i < 200_000; i++) {
            map.put(i % 1000, "value " + (i * 31 + seed));
            sum += map.get(i % 1000).hashCode() + length(i % 5000 == 0 ? null : "x");
        }
        return sum;
    }

    public static void main(String[] args) throws Exception {
        long[] sums = new long[4];
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < sums.length; t++) {
            final int me = t;
            threads.add(new Thread(() -> sums[me] = work(me)));
        }
        for (Thread t : threads) t.start();
        for (Thread t : threads) t.join();
        long total = 0;
        for (long s : sums) total += s;
        System.out.println(total);
        List<ByteBuffer> outside = new ArrayList<>();
        for (int i = 0; i < 100; i++) outside.add(ByteBuffer.allocateDirect(100_000));
        byte[] out = new byte[200_000];
        Deflater deflater = new Deflater();
        deflater.setInput(new byte[1_000_000]);
        deflater.finish();
        System.out.println(outside.size() + " " + deflater.deflate(out));
        deflater.end();
        System.gc();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
        System.exit(5);
    }
}
