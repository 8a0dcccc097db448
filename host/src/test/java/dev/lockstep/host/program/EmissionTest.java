package dev.lockstep.host.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.KvType;
import dev.lockstep.graph.RowKind;
import dev.lockstep.host.TestModel;
import dev.lockstep.host.TestShape;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.cpu.Targets;
import dev.lockstep.host.cpu.TestTargets;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.kernel.Kernels;
import dev.lockstep.host.kernel.QuantPanel;
import dev.lockstep.host.kernel.Simd;
import dev.lockstep.host.llvm.TestLlvm;
import dev.lockstep.tensor.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The instructions that make each processor fast are there. No code is run, so every processor is looked at everywhere. */
@TestInstance(Lifecycle.PER_CLASS)
class EmissionTest {
    private final Map<Target, String> assemblies = new HashMap<>();

    private final TestModel model = TestModel.of(
            TestShape.of(TensorType.Q4_0, TensorType.Q8_0, TensorType.Q4_K, TensorType.Q6_K, TensorType.F16)
                    .widths(256, 256),
            1);

    private String assembly(Target target) {
        return assemblies.computeIfAbsent(target, wanted -> emit(model, wanted, 1, 8));
    }

    private static String emit(TestModel model, Target target, Integer... capacities) {
        List<HostProgram> programs = Stream.of(capacities)
                .map(capacity -> Lowering.lower(model.graph(), capacity, KvType.F16))
                .toList();
        String ir =
                HostModule.ir(programs, new WeightPlan(model.graph()), new KvPlan(model.graph(), KvType.F16), target);
        return TestLlvm.codeGenerator().assembly(ir, target);
    }

    /** The functions that are called by name and not defined. */
    private static Set<String> helpers(String assembly) {
        Set<String> called = new TreeSet<>();
        Matcher call = Pattern.compile("^\\s+(?:callq?|jmp|bl|b)\\s+([A-Za-z_][\\w.]*)(?:@PLT)?$", Pattern.MULTILINE)
                .matcher(assembly);
        while (call.find()) {
            if (!assembly.contains("\n" + call.group(1) + ":")) {
                called.add(call.group(1));
            }
        }
        return called;
    }

    private static final Pattern PRODUCT =
            Pattern.compile("vpmaddubsw|vpdpbusd|tdpbssd|\\ssdot|\\ssmull|\\ssmlal|\\smla");

    private static final Pattern VECTOR_ON_STACK =
            Pattern.compile("mm\\d+[^\\n]*%rsp|%rsp[^\\n]*mm\\d+|\\b[qv]\\d+\\b[^\\n]*\\[sp");

    private static final Pattern VECTOR_TO_STACK =
            Pattern.compile("mm\\d+, -?\\d*\\(%rsp|\\bst\\w+\\s+[qv]\\d+\\b[^\\n]*\\[sp");

    static Stream<Target> fast() {
        return Stream.of(
                Targets.X86_64_V3,
                TestTargets.AVX_VNNI,
                Targets.X86_64_V4,
                TestTargets.AVX512_VNNI,
                TestTargets.AMX,
                Targets.AARCH64,
                Targets.AARCH64_DOTPROD);
    }

    /** Nothing but waiting leaves the generated code. */
    @ParameterizedTest
    @MethodSource("fast")
    void shouldCallNoHelpers(Target target) {
        assertThat(helpers(assembly(target))).containsExactly("syscall");
    }

    @Test
    void withoutFmaOnlyThatShouldBeCalled() {
        assertThat(helpers(assembly(Targets.X86_64))).contains("fmaf").isSubsetOf("fmaf", "syscall");
    }

    /** Hypervisors hide features one by one, and so does {@code LOCKSTEP_CPU}. */
    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#lessOneFeature")
    void shouldDoWithoutAnyFeature(Target target) {
        assertThat(helpers(emit(TestModel.of(TestShape.of(TensorType.Q4_0), 1), target, 1)))
                .isSubsetOf("fmaf", "syscall");
    }

    @Test
    void avx2() {
        assertThat(assembly(Targets.X86_64_V3))
                .contains("vpmaddubsw", "vfmadd", "vcvtph2ps", "vcvtps2ph", "pause")
                .doesNotContain("zmm", "vpdpbusd");
    }

    @Test
    void avxVnni() {
        assertThat(assembly(TestTargets.AVX_VNNI))
                .containsPattern("\\{vex\\}\\s+vpdpbusd\\s.*ymm")
                .doesNotContain("zmm", "vpmaddubsw");
    }

    @Test
    void avx512Vnni() {
        assertThat(assembly(TestTargets.AVX512_VNNI))
                .containsPattern("vpdpbusd\\s.*zmm")
                .containsPattern("vfmadd\\w+\\s.*zmm")
                .containsPattern("vcvtph2ps\\s.*zmm")
                .doesNotContain("vpmaddubsw");
    }

    /** Only steps of many tokens use tiles, and none leaves them in use. */
    @Test
    void amx() {
        String assembly = assembly(TestTargets.AMX);
        assertThat(assembly)
                .containsPattern("vpdpbusd\\s.*zmm")
                .containsPattern("tdpbssd\\s.*tmm")
                .containsOnlyOnce("ldtilecfg")
                .containsOnlyOnce("tilerelease");
        assertThat(assembly(TestTargets.AVX512_VNNI)).doesNotContain("tmm", "tilecfg");
    }

    @Test
    void avx512WithoutVnni() {
        assertThat(assembly(Targets.X86_64_V4))
                .contains("vpmaddubsw")
                .containsPattern("vfmadd\\w+\\s.*zmm")
                .doesNotContain("vpdpbusd");
    }

    @Test
    void aarch64() {
        assertThat(assembly(Targets.AARCH64_DOTPROD))
                .containsPattern("\\ssdot\\s")
                .containsPattern("\\sfmla\\s")
                .containsPattern("\\sfcvtl")
                .containsPattern("\\syield\\s")
                .containsPattern("\\sldap?r\\s")
                .containsPattern("\\sstlxr\\s");
        assertThat(assembly(Targets.AARCH64)).doesNotContainPattern("\\ssdot\\s");
    }

    /** The loop over a row's blocks keeps what it multiplies in registers; where there are 32 of them, or few tokens, sums too. */
    @ParameterizedTest
    @MethodSource("fast")
    void productsWithPackedWeightsShouldNotSpill(Target target) {
        Simd simd = Simd.of(target);
        IrModule module = new IrModule(simd.functionAttributes());
        Kernels kernels = new Kernels(module, simd);
        List<Type> parameters = List.of(Type.PTR, Type.PTR, Type.PTR, Type.PTR, Type.I64);
        module.publicFunction("product", parameters, f -> {
            Ir[] arguments = IntStream.range(0, 5).mapToObj(f::parameter).toArray(Ir[]::new);
            for (int tokens = 1; tokens <= kernels.quantTokens(RowKind.Q8); tokens *= 2) {
                f.callLocal(
                        kernels.quantLinear(TensorType.Q4_0, RowKind.Q8, 256, QuantPanel.TOKENS, tokens), arguments);
            }
        });
        String assembly = TestLlvm.codeGenerator().assembly(module.text(), target);
        if (target.equals(Targets.X86_64_V3)) {
            assertThat(innermostLoops(assembly)).noneMatch(EmissionTest::storesOnTheStackAmongProducts);
        } else {
            assertThat(assembly.lines()
                            .filter(line -> line.contains("-byte Spill") || line.contains("-byte Folded Spill")))
                    .as(assembly)
                    .isEmpty();
        }
    }

    private static boolean storesOnTheStackAmongProducts(String loop) {
        List<MatchResult> products = PRODUCT.matcher(loop).results().toList();
        return !products.isEmpty()
                && VECTOR_TO_STACK
                        .matcher(loop.substring(
                                products.getFirst().start(), products.getLast().end()))
                        .find();
    }

    /**
     * Spills of sums before and after the products of a block are cheap, and so are those of addresses; among products they would not be. Tiles
     * keep their sums in memory from round to round.
     */
    @ParameterizedTest
    @MethodSource("fast")
    void productsWithSeveralTokensShouldStayInRegisters(Target target) {
        Simd simd = Simd.of(target);
        IrModule module = new IrModule(simd.functionAttributes());
        Kernels kernels = new Kernels(module, simd);
        module.publicFunction(
                "product", List.of(Type.PTR, Type.PTR, Type.I64, Type.PTR, Type.I64, Type.PTR, Type.I64), f -> {
                    Ir[] parameters =
                            IntStream.range(0, 7).mapToObj(f::parameter).toArray(Ir[]::new);
                    f.callLocal(kernels.panelLinear(TensorType.Q4_0, RowKind.Q8, 4096, kernels.rowTiles()), parameters);
                    if (kernels.tiles()) {
                        f.callLocal(kernels.tileLinear(TensorType.Q4_0, RowKind.Q8, 4096), parameters);
                    }
                });
        List<String> loops = innermostLoops(TestLlvm.codeGenerator().assembly(module.text(), target));
        assertThat(loops)
                .as("loops with products")
                .anyMatch(loop -> PRODUCT.matcher(loop).find());
        assertThat(loops)
                .filteredOn(loop -> !loop.contains("tdpbssd"))
                .noneMatch(EmissionTest::storesOnTheStackAmongProducts);
    }

    /** What is called the limit of arithmetic multiplies in its loop, and moves no sums to memory and back. */
    @ParameterizedTest
    @MethodSource("fast")
    void theLoopOfThePeakShouldOnlyMultiply(Target target) {
        Simd simd = Simd.of(target);
        IrModule module = new IrModule(simd.functionAttributes());
        module.publicFunction(
                "product",
                List.of(Type.I64, Type.PTR),
                f -> f.callLocal(new Kernels(module, simd).peak(TensorType.Q4_0), f.parameter(0), f.parameter(1)));
        assertThat(innermostLoops(TestLlvm.codeGenerator().assembly(module.text(), target)))
                .anyMatch(loop -> PRODUCT.matcher(loop).find())
                .noneMatch(loop -> VECTOR_ON_STACK.matcher(loop).find());
    }

    /** The text between a label and the first jump back to it, where no other label is between. */
    private static List<String> innermostLoops(String assembly) {
        Matcher loop = Pattern.compile(
                        "^(\\.LBB\\w+):((?:(?!^\\.LBB).)*?\\s(?:j\\w+|b\\.\\w+|cbnz|tbnz|tbz|cbz)\\s[^\\n]*\\1)$",
                        Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(assembly);
        return loop.results().map(result -> result.group(2)).toList();
    }
}
