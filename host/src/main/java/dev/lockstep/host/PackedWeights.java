package dev.lockstep.host;

import dev.lockstep.formats.FormatException;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Weight;
import dev.lockstep.host.layout.Packer;
import dev.lockstep.host.memory.LargeMemory;
import dev.lockstep.host.memory.Libc;
import dev.lockstep.host.program.WeightPlan;
import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** Brings all weights of a model into the layout of the host's kernels. */
final class PackedWeights {
    /** Bytes between two progress reports. */
    private static final long REPORT = 8L << 20;

    /** Packed bytes that a worker takes at a time. */
    private static final long SHARE = 1 << 20;

    private static final int WORKERS = Runtime.getRuntime().availableProcessors();

    private PackedWeights() {}

    /**
     * @param tensors that fit the graph's weights
     * @param fast takes what it can take; the rest, and all if it is empty, goes through {@link Packer}
     * @throws FormatException if a tensor, packed or not, holds NaN or infinity
     */
    static MemorySegment pack(
            Graph graph,
            WeightPlan plan,
            Map<String, Tensor> tensors,
            Arena arena,
            HostOptions options,
            Optional<NativePacking> fast) {
        Libc libc = new Libc();
        for (Weight weight : graph.weights()) {
            if (plan.place(weight) == null) {
                Tensor tensor = tensors.get(weight.name());
                WeightCheck.finite(tensor);
                release(libc, tensor.data());
            }
        }
        MemorySegment packed = LargeMemory.allocate(Math.max(plan.bytes(), 1), arena);
        Reports reports = new Reports(options.progress(), plan.bytes());
        for (WeightPlan.Place place : plan.places()) {
            Tensor tensor = tensors.get(place.weight().name());
            MemorySegment target = packed.asSlice(place.offset(), place.bytes());
            if (place.matrix()) {
                packTiles(tensor, target, reports, fast);
            } else {
                WeightCheck.finite(tensor);
                copyVectors(tensor, target);
            }
            release(libc, tensor.data());
            options.packed().accept(tensor);
        }
        reports.finish();
        return packed;
    }

    private static void packTiles(Tensor tensor, MemorySegment target, Reports reports, Optional<NativePacking> fast) {
        long perMatrix = Packer.tiles(tensor.rows());
        long tileBytes = target.byteSize() / (tensor.matrices() * perMatrix);
        long share = Math.max(1, SHARE / tileBytes);
        long sharesOfMatrix = (perMatrix + share - 1) / share;
        long shares = tensor.matrices() * sharesOfMatrix;
        Optional<NativePacking> able = fast.filter(packing -> packing.takes(tensor));
        long whole = able.isPresent() ? tensor.rows() / Packer.TILE_ROWS : 0;
        AtomicLong next = new AtomicLong();
        AtomicBoolean suspicious = new AtomicBoolean();
        IntStream.range(0, WORKERS).parallel().forEach(_ -> {
            Packer packer = Packer.of(tensor);
            for (long i = next.getAndIncrement(); i < shares; i = next.getAndIncrement()) {
                long before = i / sharesOfMatrix * perMatrix;
                long tile = i % sharesOfMatrix * share;
                long end = Math.min(tile + share, perMatrix);
                boolean finite = true;
                if (tile < whole) {
                    long tiles = Math.min(end, whole) - tile;
                    MemorySegment place = target.asSlice((before + tile) * tileBytes, tiles * tileBytes);
                    finite = able.orElseThrow().pack(tensor, before + tile, tiles, place);
                    tile += tiles;
                }
                for (; tile < end; tile++) {
                    finite &= packer.pack(before + tile, target.asSlice((before + tile) * tileBytes, tileBytes));
                }
                if (!finite) {
                    suspicious.set(true);
                }
                reports.add((end - i % sharesOfMatrix * share) * tileBytes);
            }
        });
        if (suspicious.get()) {
            WeightCheck.finite(tensor);
        }
    }

    /** Pages of a mapped file that were read count as memory of this process until they are given back. */
    private static void release(Libc libc, MemorySegment data) {
        if (data.isMapped()) {
            libc.release(data);
        }
    }

    private static void copyVectors(Tensor tensor, MemorySegment target) {
        float[] values = new float[Math.toIntExact(tensor.columns())];
        for (long row = 0; row < tensor.rows(); row++) {
            Dequantizer.dequantizeRow(tensor, row, values, 0);
            MemorySegment.copy(values, 0, target, ValueLayout.JAVA_FLOAT, row * 4 * values.length, values.length);
        }
    }

    /** Adds up progress of several threads. */
    private static final class Reports {
        private final HostProgress progress;
        private final long total;
        private long done;
        private long reported;

        Reports(HostProgress progress, long total) {
            this.progress = progress;
            this.total = total;
        }

        synchronized void add(long bytes) {
            done += bytes;
            if (done - reported >= REPORT) {
                reported = done;
                progress.report("packing weights", done, total);
            }
        }

        void finish() {
            progress.report("packing weights", total, total);
        }
    }
}
