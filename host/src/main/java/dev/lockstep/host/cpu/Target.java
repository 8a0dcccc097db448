package dev.lockstep.host.cpu;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What code is generated for. Equal targets give equal code, whatever machine the compiler runs on.
 *
 * @param cpu LLVM's processor name; chooses instruction scheduling and what {@link CpuFeature} does not list
 * @param features everything that kernels may use, closed under what each feature needs
 */
public record Target(Architecture architecture, String cpu, Set<CpuFeature> features) {
    public Target {
        for (CpuFeature feature : features) {
            if (feature.architecture() != architecture) {
                throw new IllegalArgumentException(feature + " is not a feature of " + architecture);
            }
        }
        if (!features.containsAll(CpuFeature.closure(features))) {
            throw new IllegalArgumentException(
                    "the features " + CpuFeature.names(features) + " lack some that they need");
        }
        EnumSet<CpuFeature> sorted = EnumSet.noneOf(CpuFeature.class);
        sorted.addAll(features);
        features = Collections.unmodifiableSet(sorted);
    }

    /**
     * The machine this process runs on, less what {@code LOCKSTEP_CPU} takes away.
     *
     * @throws CpuException if there is no code generator for this machine or the request cannot be met
     */
    public static Target host() {
        return HostCpu.target();
    }

    public String triple() {
        return architecture.triple();
    }

    public boolean has(CpuFeature feature) {
        return features.contains(feature);
    }

    /**
     * LLVM's feature string. It names every feature that we know, also the absent ones, so that the processor's name
     * cannot bring one back; removals stand first because LLVM also drops what depends on a removed feature.
     */
    public String featureString() {
        Set<CpuFeature> absent = EnumSet.copyOf(CpuFeature.of(architecture));
        absent.removeAll(features);
        return Stream.concat(
                        absent.stream().map(feature -> "-" + feature.llvmName()),
                        features.stream().map(feature -> "+" + feature.llvmName()))
                .collect(Collectors.joining(","));
    }

    @Override
    public String toString() {
        return architecture.triple() + " " + cpu + " [" + CpuFeature.names(features) + "]";
    }
}
