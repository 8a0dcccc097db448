package dev.lockstep.host;
import dev.lockstep.formats.*;
import dev.lockstep.graph.*;
import dev.lockstep.graph.architecture.*;
import dev.lockstep.graph.machine.*;
import dev.lockstep.graph.pass.*;
import dev.lockstep.graph.reference.*;
import java.nio.file.*;
import java.util.*;
public class Try {
    public static void main(String[] a) throws Exception {
        for (String p : a) {
        try (GgufFile file = GgufFile.open(Path.of(p))) {
            Graph g = Passes.lower(Architectures.build(ModelDescription.of(file.metadata(), file.tensors())));
            int[] toks = new int[70];
            Random r = new Random(1);
            for (int i = 0; i < toks.length; i++) toks[i] = r.nextInt(g.vocabularySize());
            long t0 = System.nanoTime();
            float[] ref;
            try (Machine m = new ReferenceMachine(g, file.tensors(), KvType.F16, 128, 128)) { ref = run(m, toks, 35); }
            long t1 = System.nanoTime();
            for (int threads = 1; threads <= 3; threads++) {
            try (HostMachine m = HostMachine.open(g, file.tensors(), new HostOptions(threads, KvType.F16, 128, 32, Optional.empty(), (x, y, z) -> {}))) {
                long t2 = System.nanoTime();
                for (int chunk : new int[] {1, 5, 8, 32}) {
                float[] h = run(m, toks, chunk);
                int bad = 0; float max = 0;
                for (int i = 0; i < h.length; i++) { if (Float.floatToRawIntBits(h[i]) != Float.floatToRawIntBits(ref[i])) { bad++; max = Math.max(max, Math.abs(h[i] - ref[i])); } }
                System.out.printf("%s threads %d chunk %d: different %d of %d max %g; reference %.1f ms open %.1f ms run %.1f ms%n", Path.of(p).getFileName(), threads, chunk, bad, h.length, max, (t1 - t0) / 1e6, (t2-t1)/1e6, (System.nanoTime() - t2) / 1e6);
                }
            } }
        } }
    }
    static float[] run(Machine m, int[] toks, int chunk) {
        float[] out = new float[toks.length * m.vocabularySize()];
        Step s = new Step(m);
        try (Sequence q = m.open()) {
            for (int i = 0; i < toks.length; i += chunk) {
                s.clear();
                for (int j = i; j < Math.min(toks.length, i + chunk); j++) s.add(q, toks[j], true);
                m.run(s);
                System.arraycopy(s.logits(), 0, out, i * m.vocabularySize(), s.size() * m.vocabularySize());
            }
        }
        return out;
    }
}
