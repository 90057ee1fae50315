package taproot.cli;

/** The program's entry. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.err.println("taproot: not yet wired");
        System.exit(1);
    }
}
