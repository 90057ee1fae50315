package taproot.cli.terminal;

/** The statuses that every command ends with; {@code exec} has its own besides. */
public final class ExitStatus {
    public static final int OK = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;
    /** No daemon could be reached. */
    public static final int UNREACHABLE = 3;
    /** Taproot itself failed where another program's status is passed on. */
    public static final int EXEC_FAILED = 125;
    /** The command was found and could not be started. */
    public static final int CANNOT_EXECUTE = 126;
    /** There is no such command. */
    public static final int NOT_FOUND = 127;
    /** Whoever read our output has closed it: what a program that SIGPIPE ended has. */
    public static final int PIPE_CLOSED = 128 + 13;

    private ExitStatus() {}
}
