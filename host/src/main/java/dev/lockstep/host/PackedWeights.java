package dev.lockstep.host;

import dev.lockstep.formats.FormatException;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Weight;
import dev.lockstep.host.layout.Packer;
import dev.lockstep.host.memory.Libc;
import dev.lockstep.host.program.WeightPlan;
import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.Tensor;
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
     * Packs everything.
     *
     * @param tensors that fit the graph's weights
     * @param fast takes what it can take; the rest, and all if it is empty, goes through {@link Packer}
     * @throws FormatException if a tensor, packed or not, holds NaN or infinity
     */
    static void pack(
            Graph graph,
            WeightPlan plan,
            Map<String, Tensor> tensors,
            PackingTarget target,
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
        Reports reports = new Reports(options.progress(), plan.bytes());
        for (WeightPlan.Place place : plan.places()) {
            Tensor tensor = tensors.get(place.weight().name());
            if (place.matrix()) {
                packTiles(tensor, place, target, reports, fast);
            } else {
                WeightCheck.finite(tensor);
                MemorySegment room = target.room(place.offset(), place.bytes());
                copyVectors(tensor, room);
                target.filled(place.offset(), room);
            }
            release(libc, tensor.data());
            if (options.cache().isEmpty()) { // with one that cannot be written all are packed again
                options.packed().accept(tensor);
            }
        }
        reports.finish();
    }

    private static void packTiles(
            Tensor tensor,
            WeightPlan.Place place,
            PackingTarget target,
            Reports reports,
            Optional<NativePacking> fast) {
        long perMatrix = Packer.tiles(tensor.rows());
        long tileBytes = place.bytes() / (tensor.matrices() * perMatrix);
        long tilesOfShare = Math.max(1, SHARE / tileBytes);
        long sharesOfMatrix = (perMatrix + tilesOfShare - 1) / tilesOfShare;
        Optional<NativePacking> able = fast.filter(packing -> packing.takes(tensor));
        AtomicLong next = new AtomicLong();
        AtomicBoolean suspicious = new AtomicBoolean();
        IntStream.range(0, WORKERS).parallel().forEach(_ -> {
            Packer packer = Packer.of(tensor);
            long shares = tensor.matrices() * sharesOfMatrix;
            for (long share = next.getAndIncrement(); share < shares; share = next.getAndIncrement()) {
                long first = share % sharesOfMatrix * tilesOfShare;
                long tiles = Math.min(tilesOfShare, perMatrix - first);
                long before = share / sharesOfMatrix * perMatrix;
                long offset = place.offset() + (before + first) * tileBytes;
                MemorySegment room = target.room(offset, tiles * tileBytes);
                long whole = able.isPresent() ? Math.min(tiles, tensor.rows() / Packer.TILE_ROWS - first) : 0;
                boolean finite = whole == 0
                        || able.orElseThrow().pack(tensor, before + first, whole, room.asSlice(0, whole * tileBytes));
                for (long tile = whole; tile < tiles; tile++) {
                    finite &= packer.pack(before + first + tile, room.asSlice(tile * tileBytes, tileBytes));
                }
                target.filled(offset, room);
                if (!finite) {
                    suspicious.set(true);
                }
                reports.add(room.byteSize());
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
