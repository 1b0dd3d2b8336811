namespace Drydock.Lab.Chaos;

/// <summary>
/// The order in which accidents are dealt out to scenarios and phases where not every case is run. What came later is
/// dealt last, so that the ledger's rows of the others keep their scenario and phase.
/// </summary>
internal static class DealingOrder
{
    private static readonly string[] Later = ["operator-lease-lost", "writes-500", "secret-rotated", "storage-hung", "answers-hostile", "answers-lie"];

    /// <summary>The place of an accident; all that were there from the beginning have the same.</summary>
    public static int Of(string accident) => Array.IndexOf(Later, accident);
}
