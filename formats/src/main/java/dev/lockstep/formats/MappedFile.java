package dev.lockstep.formats;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.BiFunction;

/** Memory-maps files of models, and says in a sentence why one cannot be read. */
public final class MappedFile {
    private MappedFile() {}

    /**
     * Maps a file for as long as the arena lives, and reads its header.
     *
     * @param ifMissing what to do if there is no such file
     * @param reader takes the file's name, for messages, and its bytes
     * @throws FormatException if the file cannot be read, or becomes shorter meanwhile
     */
    public static <T> T read(Path path, String ifMissing, Arena arena, BiFunction<String, MemorySegment, T> reader) {
        MemorySegment bytes;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (NoSuchFileException missing) {
            throw new FormatException(path + ": there is no such file; " + ifMissing, missing);
        } catch (AccessDeniedException forbidden) {
            throw new FormatException(path + ": this user may not read it; check its permissions", forbidden);
        } catch (IOException failure) {
            throw new FormatException(
                    path + ": cannot be read (" + failure.getMessage() + "); check the file and its permissions",
                    failure);
        }
        try {
            return reader.apply(path.toString(), bytes);
        } catch (InternalError truncated) {
            throw new FormatException(
                    path + ": became shorter while it was read; wait until it is complete", truncated);
        }
    }
}
