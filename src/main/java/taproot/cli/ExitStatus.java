package taproot.cli;

/** The statuses that every command ends with; {@code exec} has its own besides. */
final class ExitStatus {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    /** No daemon could be reached. */
    static final int UNREACHABLE = 3;
    /** Taproot itself failed where another program's status is passed on. */
    static final int EXEC_FAILED = 125;
    /** The command was found and could not be started. */
    static final int CANNOT_EXECUTE = 126;
    /** There is no such command. */
    static final int NOT_FOUND = 127;
    /** Whoever read our output has closed it: what a program that SIGPIPE ended has. */
    static final int PIPE_CLOSED = 128 + 13;

    private ExitStatus() {}
}
