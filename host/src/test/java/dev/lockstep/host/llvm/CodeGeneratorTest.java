package dev.lockstep.host.llvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.cpu.Targets;
import java.util.Collection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CodeGeneratorTest {
    /** Things that every target must at least be able to expand: wide FMA, half conversion, wide bytes. */
    private static final String SAMPLE = """
            define void @sample(ptr %a, ptr %b, ptr %h) {
              %x = load <16 x float>, ptr %a
              %y = load <16 x float>, ptr %b
              %half = load <16 x half>, ptr %h
              %z = fpext <16 x half> %half to <16 x float>
              %r = call <16 x float> @llvm.fma.v16f32(<16 x float> %x, <16 x float> %y, <16 x float> %z)
              store <16 x float> %r, ptr %a
              %p = load <64 x i8>, ptr %b
              %q = and <64 x i8> %p, splat (i8 15)
              %s = lshr <64 x i8> %p, splat (i8 4)
              %t = add <64 x i8> %q, %s
              store <64 x i8> %t, ptr %b
              %n = fptrunc <16 x float> %r to <16 x half>
              store <16 x half> %n, ptr %h
              ret void
            }
            declare <16 x float> @llvm.fma.v16f32(<16 x float>, <16 x float>, <16 x float>)
            """;

    static Collection<Target> targets() {
        return Targets.byName().values();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void shouldEmitAnObjectForEveryTarget(Target target) {
        byte[] object = TestLlvm.codeGenerator().compile(SAMPLE, target);
        assertThat(object).startsWith(0x7f, 'E', 'L', 'F');
        int machine = (object[18] & 0xff) | (object[19] & 0xff) << 8;
        assertThat(machine)
                .isEqualTo(
                        switch (target.architecture()) {
                            case X86_64 -> 62;
                            case AARCH64 -> 183;
                        });
    }

    @Test
    void shouldCompileTheSameIrToTheSameBytes() {
        CodeGenerator llvm = TestLlvm.codeGenerator();
        assertThat(llvm.compile(SAMPLE, Targets.X86_64_V3)).isEqualTo(llvm.compile(SAMPLE, Targets.X86_64_V3));
    }

    @Test
    void shouldUseExactlyTheFeaturesOfTheTarget() {
        CodeGenerator llvm = TestLlvm.codeGenerator();
        assertThat(llvm.assembly(SAMPLE, Targets.X86_64)).doesNotContain("ymm", "vfmadd", "pshufb");
        assertThat(llvm.assembly(SAMPLE, Targets.X86_64_V3))
                .contains("vfmadd", "ymm", "vcvtph2ps")
                .doesNotContain("zmm");
        assertThat(llvm.assembly(SAMPLE, Targets.X86_64_V4)).contains("vfmadd", "zmm");
        assertThat(llvm.assembly(SAMPLE, Targets.ZEN4)).contains("vfmadd", "zmm");
        assertThat(llvm.assembly(SAMPLE, Targets.AARCH64)).contains("fmla");
    }

    @Test
    void shouldSelectTheDotProductInstructions() {
        CodeGenerator llvm = TestLlvm.codeGenerator();
        String avx512 = dot("<16 x i32>", "<16 x i32>", "llvm.x86.avx512.vpdpbusd.512");
        assertThat(llvm.assembly(avx512, Targets.ICELAKE_SERVER)).containsPattern("vpdpbusd\\s.*zmm");
        String vnni = dot("<8 x i32>", "<8 x i32>", "llvm.x86.avx512.vpdpbusd.256");
        assertThat(llvm.assembly(vnni, Targets.ALDERLAKE)).containsPattern("\\{vex\\}\\s+vpdpbusd\\s.*ymm");
        String sdot = dot("<4 x i32>", "<16 x i8>", "llvm.aarch64.neon.sdot.v4i32.v16i8");
        assertThat(llvm.assembly(sdot, Targets.AARCH64_DOTPROD)).containsPattern("\\ssdot\\s");
        String smmla = dot("<4 x i32>", "<16 x i8>", "llvm.aarch64.neon.smmla.v4i32.v16i8");
        assertThat(llvm.assembly(smmla, Targets.AARCH64_I8MM)).containsPattern("\\ssmmla\\s");
    }

    private static String dot(String sum, String operand, String intrinsic) {
        return """
                define %1$s @dot(%1$s %%s, %2$s %%a, %2$s %%b) {
                  %%r = call %1$s @%3$s(%1$s %%s, %2$s %%a, %2$s %%b)
                  ret %1$s %%r
                }
                declare %1$s @%3$s(%1$s, %2$s, %2$s)
                """.formatted(sum, operand, intrinsic);
    }

    @Test
    void shouldReportIrThatDoesNotParse() {
        assertThatThrownBy(
                        () -> TestLlvm.codeGenerator().compile("define void @f() {\n  frobnicate\n}\n", Targets.X86_64))
                .isInstanceOf(LlvmException.class)
                .hasMessageContaining("2:3")
                .hasMessageContaining("expected instruction opcode");
    }

    @Test
    void shouldReportIrThatTheVerifierRefuses() {
        String ir = """
                define i32 @f(i1 %c) {
                entry:
                  br i1 %c, label %a, label %b
                a:
                  %x = add i32 1, 2
                  br label %b
                b:
                  ret i32 %x
                }
                """;
        assertThatThrownBy(() -> TestLlvm.codeGenerator().compile(ir, Targets.X86_64))
                .isInstanceOf(LlvmException.class)
                .hasMessageContaining("does not dominate");
    }

    @Test
    void shouldReportUnknownPasses() {
        assertThatThrownBy(() -> TestLlvm.codeGenerator().compile(SAMPLE, Targets.X86_64, "make-it-fast"))
                .isInstanceOf(LlvmException.class)
                .hasMessageContaining("make-it-fast");
    }

    @Test
    void shouldSurviveWhatLlvmCannotSelect() {
        String sdot = dot("<4 x i32>", "<16 x i8>", "llvm.aarch64.neon.sdot.v4i32.v16i8");
        assertThatThrownBy(() -> TestLlvm.codeGenerator().compile(sdot, Targets.AARCH64))
                .isInstanceOf(LlvmException.class)
                .hasMessageContaining("Cannot select");
        assertThat(TestLlvm.codeGenerator().compile(sdot, Targets.AARCH64_DOTPROD))
                .isNotEmpty();
    }

    @Test
    void shouldReportInlineAssemblyThatDoesNotAssemble() {
        String ir = "define void @f() {\n  call void asm sideeffect \"frobnicate\", \"\"()\n  ret void\n}\n";
        assertThatThrownBy(() -> TestLlvm.codeGenerator().compile(ir, Targets.X86_64))
                .isInstanceOf(LlvmException.class)
                .hasMessageContaining("frobnicate");
    }
}
