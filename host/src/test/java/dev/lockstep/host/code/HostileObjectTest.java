package dev.lockstep.host.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.cpu.Targets;
import dev.lockstep.host.llvm.TestLlvm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged objects, which are loaded at most and never run. */
class HostileObjectTest {
    private static final int SHT_PROGBITS = 1;
    private static final int SHT_SYMTAB = 2;
    private static final int SHT_RELA = 4;

    private static final String IR = """
            @counter = global i64 0
            @state = global i64 7
            @table = constant [3 x ptr] [ptr @f, ptr @counter, ptr @state]
            define float @f(i64 %i, float %x) {
              %p = getelementptr [3 x ptr], ptr @table, i64 0, i64 %i
              %a = load ptr, ptr %p
              %b = ptrtoint ptr %a to i64
              store i64 %b, ptr @counter
              %r = call float @llvm.fma.f32(float %x, float 2.5, float %x)
              ret float %r
            }
            declare float @llvm.fma.f32(float, float, float)
            """;

    private static final Target TARGET =
            Target.host().architecture() == Targets.AARCH64.architecture() ? Targets.AARCH64 : Targets.X86_64;

    private static byte[] object() {
        return TestLlvm.codeGenerator().compile(IR, TARGET);
    }

    private static ByteBuffer littleEndian(byte[] object) {
        return ByteBuffer.wrap(object).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Where the first section header of a type and with a size stands. */
    private static int header(byte[] object, int type) {
        ByteBuffer bytes = littleEndian(object);
        int table = (int) bytes.getLong(40);
        for (int at = table; at < object.length; at += 64) {
            if (bytes.getInt(at + 4) == type && bytes.getLong(at + 32) > 0) {
                return at;
            }
        }
        throw new AssertionError("no section of type " + type);
    }

    private static int content(byte[] object, int type) {
        return (int) littleEndian(object).getLong(header(object, type) + 24);
    }

    private static void refused(byte[] object, String reason) {
        assertThatThrownBy(() -> NativeCode.load(object))
                .isInstanceOf(CodeException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void shouldRefuseEveryTruncation() {
        byte[] object = object();
        for (int length = 0; length < object.length; length++) {
            byte[] truncated = Arrays.copyOf(object, length);
            assertThatThrownBy(() -> NativeCode.load(truncated)).isInstanceOf(CodeException.class);
        }
    }

    @Test
    void shouldRefuseOtherFiles() {
        refused(new byte[1000], "no ELF64 little-endian relocatable object");
        byte[] executable = object();
        executable[16] = 2;
        refused(executable, "no ELF64 little-endian relocatable object");
        byte[] riscv = object();
        riscv[18] = (byte) 243;
        refused(riscv, "machine number 243");
        Target foreign = TARGET == Targets.AARCH64 ? Targets.X86_64 : Targets.AARCH64;
        refused(TestLlvm.codeGenerator().compile(IR, foreign), "compile it for this machine");
    }

    @Test
    void shouldRefuseRelocationsThatPointOutside() {
        for (long offset : new long[] {-1, 1 << 20, Long.MAX_VALUE, Long.MIN_VALUE}) {
            byte[] object = object();
            littleEndian(object).putLong(content(object, SHT_RELA), offset);
            refused(object, "the relocation at offset " + offset);
        }
        byte[] symbol = object();
        littleEndian(symbol).putInt(content(symbol, SHT_RELA) + 12, 1000);
        refused(symbol, "symbol number 1000");
        byte[] addend = object();
        littleEndian(addend).putLong(content(addend, SHT_RELA) + 16, 1L << 40);
        refused(addend, "does not fit into");
    }

    @Test
    void shouldRefuseRelocationsOfOtherKinds() {
        byte[] object = object();
        littleEndian(object).putInt(content(object, SHT_RELA) + 8, 11);
        refused(object, "relocation of type 11 in section .text");
    }

    @Test
    void shouldRefuseSymbolsOutsideTheirSection() {
        byte[] object = object();
        int symbols = content(object, SHT_SYMTAB);
        int size = (int) littleEndian(object).getLong(header(object, SHT_SYMTAB) + 32);
        littleEndian(object).putLong(symbols + size - 24 + 8, 1 << 30);
        int last = littleEndian(object).getShort(symbols + size - 24 + 6);
        if (last != 0) {
            refused(object, "lies outside section");
        }
        byte[] name = object();
        littleEndian(name).putInt(content(name, SHT_SYMTAB) + 24, 1 << 30);
        refused(name, "does not end within the table");
    }

    @Test
    void shouldRefuseSectionsOfAbsurdSizes() {
        for (long size : new long[] {-1, 1L << 62, 1L << 32}) {
            byte[] object = object();
            littleEndian(object).putLong(header(object, SHT_PROGBITS) + 32, size);
            refused(object, "section .text");
            byte[] zeros = object();
            int header = header(zeros, SHT_PROGBITS);
            littleEndian(zeros).putInt(header + 4, 8).putLong(header + 32, size);
            refused(zeros, "section .text is");
        }
    }

    @Test
    void shouldRefuseSectionsThatNeedWhatWeDoNotDo() {
        byte[] writableCode = object();
        writableCode[header(writableCode, SHT_PROGBITS) + 8] |= 1;
        refused(writableCode, "writable code");
        byte[] constructors = object();
        littleEndian(constructors).putInt(header(constructors, SHT_PROGBITS) + 4, 14);
        refused(constructors, "constructors and destructors are not run");
        byte[] alignment = object();
        littleEndian(alignment).putLong(header(alignment, SHT_PROGBITS) + 48, 48);
        refused(alignment, "wants alignment 48");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldLoadOrRefuseWhateverChanged(long seed) {
        byte[] original = object();
        RandomGenerator random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < 700; round++) {
            byte[] object = original.clone();
            int changes = 1 + random.nextInt(8);
            for (int i = 0; i < changes; i++) {
                int at = random.nextInt(object.length);
                object[at] = random.nextBoolean()
                        ? (byte) random.nextInt(256)
                        : (byte) (object[at] ^ 1 << random.nextInt(8));
            }
            try (NativeCode code = NativeCode.load(object)) {
                assertThat(code).isNotNull();
            } catch (CodeException e) {
                refused++;
                assertThat(e).as("seed %d, round %d", seed, round).hasMessageContaining("object file");
            }
        }
        assertThat(refused).as("seed %d", seed).isPositive().isLessThan(700);
    }
}
