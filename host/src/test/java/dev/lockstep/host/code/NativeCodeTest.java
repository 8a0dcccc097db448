package dev.lockstep.host.code;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.cpu.Targets;
import dev.lockstep.host.llvm.TestLlvm;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class NativeCodeTest {
    /** A pipeline that changes nothing, where the optimiser would do away with what is to be tested. */
    private static final String UNOPTIMISED = "verify";

    private static NativeCode compile(String ir, Target target) {
        return NativeCode.load(TestLlvm.codeGenerator().compile(ir, target));
    }

    private static MethodHandle function(NativeCode code, String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(code.symbol(name), descriptor);
    }

    @Test
    void shouldCallAVectorAdditionOverFloats() throws Throwable {
        String ir = """
                define void @add(ptr noalias %r, ptr %a, ptr %b, i64 %n) {
                entry:
                  br label %loop
                loop:
                  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
                  %pa = getelementptr float, ptr %a, i64 %i
                  %pb = getelementptr float, ptr %b, i64 %i
                  %pr = getelementptr float, ptr %r, i64 %i
                  %x = load float, ptr %pa
                  %y = load float, ptr %pb
                  %s = fadd float %x, %y
                  store float %s, ptr %pr
                  %next = add i64 %i, 1
                  %more = icmp ult i64 %next, %n
                  br i1 %more, label %loop, label %done
                done:
                  ret void
                }
                """;
        try (NativeCode code = compile(ir, Target.host());
                Arena arena = Arena.ofConfined()) {
            MethodHandle add = function(code, "add", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));
            MemorySegment a = arena.allocate(JAVA_FLOAT, 1001);
            MemorySegment b = arena.allocate(JAVA_FLOAT, 1001);
            MemorySegment r = arena.allocate(JAVA_FLOAT, 1001);
            for (int i = 0; i < 1001; i++) {
                a.setAtIndex(JAVA_FLOAT, i, i);
                b.setAtIndex(JAVA_FLOAT, i, 0.5f * i);
            }
            add.invokeExact(r, a, b, 1001L);
            for (int i = 0; i < 1001; i++) {
                assertThat(r.getAtIndex(JAVA_FLOAT, i)).isEqualTo(1.5f * i);
            }
        }
    }

    @Test
    void shouldReadConstantsAndCallTheMathematicsLibrary() throws Throwable {
        String ir = """
                @table = private constant [4 x double] [double 1.5, double 2.5, double 3.5, double 4.5]
                define double @pick(i64 %i, float %x) {
                  %p = getelementptr [4 x double], ptr @table, i64 0, i64 %i
                  %c = load double, ptr %p
                  %f = call float @llvm.fma.f32(float %x, float %x, float 1.25)
                  %w = fpext float %f to double
                  %r = fadd double %c, %w
                  ret double %r
                }
                declare float @llvm.fma.f32(float, float, float)
                """;
        assertThat(TestLlvm.codeGenerator().assembly(ir, Targets.X86_64)).contains("fmaf@PLT");
        try (NativeCode code = compile(ir, baseline())) {
            MethodHandle pick = function(code, "pick", FunctionDescriptor.of(JAVA_DOUBLE, JAVA_LONG, JAVA_FLOAT));
            assertThat((double) pick.invokeExact(2L, 3f)).isEqualTo(3.5 + 10.25);
        }
    }

    @Test
    void shouldConvertHalvesWithTheHelpersOfTheCompiler() throws Throwable {
        String ir = """
                define float @widen(i16 %bits) {
                  %h = bitcast i16 %bits to half
                  %f = fpext half %h to float
                  ret float %f
                }
                """;
        try (NativeCode code = compile(ir, baseline())) {
            MethodHandle widen = function(code, "widen", FunctionDescriptor.of(JAVA_FLOAT, JAVA_SHORT));
            for (short half : new short[] {0, 1, 0x3c00, (short) 0xc500, 0x7bff, (short) 0xfc00}) {
                assertThat((float) widen.invokeExact(half)).isEqualTo(Float.float16ToFloat(half));
            }
        }
    }

    @Test
    void shouldJumpThroughTables() throws Throwable {
        StringBuilder ir = new StringBuilder("define i32 @choose(i32 %i, ptr %p) {\n  switch i32 %i, label %other [\n");
        for (int i = 0; i < 12; i++) {
            ir.append("    i32 ").append(i).append(", label %case").append(i).append('\n');
        }
        ir.append("  ]\n");
        for (int i = 0; i < 12; i++) {
            ir.append("case%d:\n  store volatile i32 %d, ptr %%p\n  ret i32 %d\n".formatted(i, i * 7, i * i + 1));
        }
        ir.append("other:\n  ret i32 -1\n}\n");
        assertThat(TestLlvm.codeGenerator().assembly(ir.toString(), baseline(), UNOPTIMISED))
                .contains("JTI0_0");
        byte[] object = TestLlvm.codeGenerator().compile(ir.toString(), Target.host(), UNOPTIMISED);
        try (NativeCode code = NativeCode.load(object);
                Arena arena = Arena.ofConfined()) {
            MethodHandle choose = function(code, "choose", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
            MemorySegment stored = arena.allocate(JAVA_INT);
            for (int i = 0; i < 12; i++) {
                assertThat((int) choose.invokeExact(i, stored)).isEqualTo(i * i + 1);
                assertThat(stored.get(JAVA_INT, 0)).isEqualTo(i * 7);
            }
            assertThat((int) choose.invokeExact(12, stored)).isEqualTo(-1);
        }
    }

    @Test
    void shouldUseBigStackFramesAndCopies() throws Throwable {
        String ir = """
                define i64 @last(ptr %from, i64 %n) {
                  %frame = alloca [131072 x i8], align 64
                  call void @llvm.memset.p0.i64(ptr %frame, i8 7, i64 131072, i1 false)
                  call void @llvm.memcpy.p0.p0.i64(ptr %frame, ptr %from, i64 %n, i1 false)
                  %p = getelementptr i8, ptr %frame, i64 131064
                  %r = load volatile i64, ptr %p
                  ret i64 %r
                }
                declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
                declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
                """;
        try (NativeCode code = compile(ir, Target.host());
                Arena arena = Arena.ofConfined()) {
            MethodHandle last = function(code, "last", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG));
            MemorySegment from = arena.allocate(131072);
            assertThat((long) last.invokeExact(from, 131064L)).isEqualTo(0x0707070707070707L);
            assertThat((long) last.invokeExact(from, 131072L)).isZero();
        }
    }

    @Test
    void shouldShareVariablesAndAddressesBetweenFunctions() throws Throwable {
        String ir = """
                @counter = global i64 0
                @step = global i64 3
                @functions = constant [2 x ptr] [ptr @advance, ptr @labs]
                declare i64 @labs(i64)
                define i64 @advance(i64 %times) noinline {
                  %s = load i64, ptr @step
                  %d = mul i64 %s, %times
                  %c = load i64, ptr @counter
                  %n = add i64 %c, %d
                  store i64 %n, ptr @counter
                  ret i64 %n
                }
                define i64 @call(i64 %which, i64 %x) {
                  %p = getelementptr [2 x ptr], ptr @functions, i64 0, i64 %which
                  %f = load ptr, ptr %p
                  %r = call i64 %f(i64 %x)
                  ret i64 %r
                }
                """;
        try (NativeCode code = compile(ir, Target.host())) {
            MethodHandle call = function(code, "call", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));
            assertThat((long) call.invokeExact(0L, 5L)).isEqualTo(15);
            assertThat((long) call.invokeExact(0L, 2L)).isEqualTo(21);
            assertThat((long) call.invokeExact(1L, -9L)).isEqualTo(9);
            assertThat(code.symbol("counter").get(JAVA_LONG, 0)).isEqualTo(21);
        }
    }

    @Test
    void shouldNeverBeWritableAndExecutable() throws IOException {
        try (NativeCode code = compile("define void @f() {\n  ret void\n}\n", Target.host())) {
            String start = Long.toHexString(code.symbol("f").address());
            assertThat(maps()).anyMatch(line -> line.startsWith(start) && line.contains(" r-xp "));
        }
    }

    @Test
    void shouldLeaveNothingBehindWhenClosed() throws IOException {
        byte[] object = TestLlvm.codeGenerator().compile("define void @f() {\n  ret void\n}\n", Target.host());
        NativeCode.load(object).close();
        int before = executableMappings();
        for (int i = 0; i < 100; i++) {
            NativeCode.load(object).close();
        }
        assertThat(executableMappings()).isEqualTo(before);
        NativeCode code = NativeCode.load(object);
        MemorySegment function = code.symbol("f");
        assertThat(executableMappings()).isEqualTo(before + 1);
        code.close();
        assertThat(function.scope().isAlive()).isFalse();
        assertThat(executableMappings()).isEqualTo(before);
    }

    @Test
    void shouldNameTheSymbolsThatThereAre() {
        try (NativeCode code = compile("define void @f() {\n  ret void\n}\n", Target.host())) {
            assertThatThrownBy(() -> code.symbol("g"))
                    .isInstanceOf(CodeException.class)
                    .hasMessage("The object file defines no symbol 'g', only [f].");
        }
    }

    @Test
    void shouldRefuseFunctionsThatThisProcessDoesNotHave() {
        String ir = "declare void @nowhere()\ndefine void @f() {\n  call void @nowhere()\n  ret void\n}\n";
        assertThatThrownBy(() -> compile(ir, Target.host()))
                .isInstanceOf(CodeException.class)
                .hasMessageContaining("needs 'nowhere'");
    }

    private static Target baseline() {
        return switch (Target.host().architecture()) {
            case X86_64 -> Targets.X86_64;
            case AARCH64 -> Targets.AARCH64;
        };
    }

    /** Of no file and executable: images of ours, and the JVM's own compiled code, which does not come and go. */
    private static int executableMappings() throws IOException {
        return (int) maps().stream()
                .filter(line -> line.contains(" r-xp ") && line.endsWith(" 0 "))
                .count();
    }

    private static List<String> maps() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps"));
    }
}
