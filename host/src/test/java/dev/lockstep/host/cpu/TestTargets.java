package dev.lockstep.host.cpu;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;

/** The instruction sets for which kernels differ. */
public final class TestTargets {
    public static final Target AVX_VNNI = with(Targets.X86_64_V3, CpuFeature.AVX_VNNI);
    public static final Target AVX512_VNNI = with(Targets.X86_64_V4, CpuFeature.AVX512_VNNI);
    public static final Target AMX = with(AVX512_VNNI, CpuFeature.AMX_TILE, CpuFeature.AMX_INT8);

    private TestTargets() {}

    /** All of this machine's architecture, whether it has them or not; but for incidental features that it hides. */
    public static Stream<Target> all() {
        Target host = Target.host();
        Stream<Target> targets = switch (host.architecture()) {
            case X86_64 ->
                Stream.of(
                        Targets.X86_64,
                        Targets.X86_64_V2,
                        Targets.X86_64_V3,
                        AVX_VNNI,
                        Targets.X86_64_V4,
                        AVX512_VNNI,
                        AMX);
            case AARCH64 -> Stream.of(Targets.AARCH64, Targets.AARCH64_DOTPROD);
        };
        return targets.map(target -> lessHidden(target, host));
    }

    /** Whether the machine may have a feature that its system denies, and that nothing counts on. */
    public static boolean hidden(CpuFeature feature, Target host) {
        return feature.incidental() && !host.has(feature);
    }

    private static Target lessHidden(Target target, Target host) {
        EnumSet<CpuFeature> features = EnumSet.noneOf(CpuFeature.class);
        features.addAll(target.features());
        features.removeIf(feature -> hidden(feature, host));
        return new Target(target.architecture(), target.cpu(), features);
    }

    /** A processor with everything, less each feature in turn and what depends on it. */
    public static Stream<Target> lessOneFeature() {
        return AMX.features().stream().map(hidden -> {
            EnumSet<CpuFeature> others = EnumSet.copyOf(AMX.features());
            others.remove(hidden);
            return HostCpu.of(AMX.architecture(), CpuFeature.supported(others));
        });
    }

    /** Skips the test if this machine cannot run the target's code. */
    public static void assumeRunnable(Target target) {
        Set<CpuFeature> missing = EnumSet.noneOf(CpuFeature.class);
        missing.addAll(target.features());
        missing.removeAll(Target.host().features());
        assumeTrue(missing.isEmpty(), () -> "this machine has no " + CpuFeature.names(missing));
    }

    private static Target with(Target base, CpuFeature... more) {
        EnumSet<CpuFeature> features = EnumSet.copyOf(base.features());
        features.addAll(Set.of(more));
        return new Target(base.architecture(), base.cpu(), features);
    }
}
