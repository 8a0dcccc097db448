package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.layout.Slices;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.program.MemoryImage;

/** Splits elements into byte planes, and writes them. */
final class Words {
    private final MemoryImage.Writer writer;
    private final byte[] word;

    Words(MemoryImage.Writer writer, int lanes) {
        this.writer = writer;
        this.word = new byte[lanes];
    }

    void row(Hemisphere hemisphere, int pair, int address, short[] lanes) {
        for (int plane = 0; plane < Short.BYTES; plane++) {
            for (int lane = 0; lane < word.length; lane++) {
                word[lane] = (byte) (lanes[lane] >> Byte.SIZE * plane);
            }
            writer.write(hemisphere, Slices.array(pair, plane), address, word);
        }
    }

    /** The low bytes into one slice. */
    void slice(Hemisphere hemisphere, int slice, int address, short[] lanes) {
        for (int lane = 0; lane < word.length; lane++) {
            word[lane] = (byte) lanes[lane];
        }
        writer.write(hemisphere, slice, address, word);
    }

    void vector(Vectors target, int address, int[] lanes) {
        for (int plane = 0; plane < target.type().planes(); plane++) {
            for (int lane = 0; lane < word.length; lane++) {
                word[lane] = (byte) (lanes[lane] >> Byte.SIZE * plane);
            }
            writer.write(target.hemisphere(), target.slice() + plane, address, word);
        }
    }
}
