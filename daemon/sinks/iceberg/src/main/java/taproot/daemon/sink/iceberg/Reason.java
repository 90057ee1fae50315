package taproot.daemon.sink.iceberg;

/** Why something failed, for people: the first line of what Iceberg or the catalog said, and what lay below. */
final class Reason {
    private static final int MOST = 300;

    private Reason() {}

    static String of(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        String said = line(failure);
        return deepest == failure ? said : said + ": " + line(deepest);
    }

    private static String line(Throwable failure) {
        String message = failure.getMessage();
        String line = message == null ? "" : message.lines().findFirst().orElse("");
        String text = line.isEmpty() ? failure.getClass().getSimpleName() : line;
        return text.length() > MOST ? text.substring(0, MOST) + "..." : text;
    }
}
