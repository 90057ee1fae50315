package taproot.cli;

import taproot.cli.terminal.Session;

/** The program's entry. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        Logging.begin();
        System.exit(Start.run(Session.ofProcess(), arguments));
    }
}
