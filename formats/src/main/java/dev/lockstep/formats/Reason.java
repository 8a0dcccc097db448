package dev.lockstep.formats;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why the system did not do what it was asked for, without names of classes and files. */
public final class Reason {
    private Reason() {}

    public static String of(IOException failure) {
        return switch (failure) {
            case AccessDeniedException _ -> "permission denied";
            case NoSuchFileException _ -> "there is no such file or directory";
            case FileSystemException refused when refused.getReason() != null -> refused.getReason();
            default -> String.valueOf(failure.getMessage());
        };
    }
}
