package dev.lockstep.host.llvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.host.cpu.CpuFeature;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.cpu.TestTargets;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HostFeaturesTest {
    @Test
    void shouldFindTheSameFeaturesWithAndWithoutLlvm() {
        assumeTrue(
                System.getProperty("LOCKSTEP_CPU") == null && System.getenv("LOCKSTEP_CPU") == null,
                "LOCKSTEP_CPU takes features away");
        Set<String> llvm = Set.of(TestLlvm.binding().hostCpuFeatures().split(","));
        Target host = Target.host();
        // LLVM asks the processor, we the system, which may deny what it will not vouch for.
        for (CpuFeature feature : CpuFeature.values()) {
            if (feature.architecture() == host.architecture() && !TestTargets.hidden(feature, host)) {
                assertThat(llvm.contains("+" + feature.llvmName()))
                        .as(feature.llvmName())
                        .isEqualTo(host.has(feature));
            }
        }
    }
}
