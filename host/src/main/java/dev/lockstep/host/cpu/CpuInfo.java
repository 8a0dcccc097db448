package dev.lockstep.host.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The features in Linux's {@code /proc/cpuinfo}. The kernel lists an extension only if it also saves its registers, so
 * nothing is left to check.
 */
final class CpuInfo {
    private static final Path FILE = Path.of("/proc/cpuinfo");

    private CpuInfo() {}

    /** What every processor of this machine has; nothing beyond the base instruction set if it cannot be read. */
    static Set<CpuFeature> read(Architecture architecture) {
        try {
            return parse(architecture, Files.readAllLines(FILE));
        } catch (IOException e) {
            return parse(architecture, List.of());
        }
    }

    /** Cores may differ, and threads move: only what all of them have counts. */
    static Set<CpuFeature> parse(Architecture architecture, List<String> lines) {
        String key = switch (architecture) {
            case X86_64 -> "flags";
            case AARCH64 -> "Features";
        };
        Set<String> common = new HashSet<>();
        Optional<String> before = Optional.empty();
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon < 0 || !line.substring(0, colon).strip().equals(key)) {
                continue;
            }
            String words = line.substring(colon + 1).strip();
            if (before.equals(Optional.of(words))) {
                continue; // most machines have many equal cores
            }
            Set<String> core = Set.copyOf(Arrays.asList(words.split("\\s+")));
            if (before.isEmpty()) {
                common.addAll(core);
            } else {
                common.retainAll(core);
            }
            before = Optional.of(words);
        }
        EnumSet<CpuFeature> features = EnumSet.noneOf(CpuFeature.class);
        for (CpuFeature feature : CpuFeature.of(architecture)) {
            if (common.contains(feature.linuxName())) {
                features.add(feature);
            }
        }
        if (architecture == Architecture.AARCH64) {
            features.add(CpuFeature.NEON);
        }
        return CpuFeature.supported(features);
    }
}
