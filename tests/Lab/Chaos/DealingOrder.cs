namespace Drydock.Lab.Chaos;

/// <summary>
/// The order in which accidents are distributed over scenarios and phases where not every case is run. Newer accidents
/// come last, so that the ledger's rows of the others keep their scenario and phase.
/// </summary>
internal static class DealingOrder
{
    private static readonly string[] Later =
    [
        "operator-lease-lost", "writes-500", "secret-rotated", "storage-hung", "answers-hostile", "answers-lie",
        "status-put-back", "etcd-restored", "etcd-restored-git-later"
    ];

    /// <summary>The place of an accident; all original accidents have the same.</summary>
    public static int Of(string accident) => Array.IndexOf(Later, accident);
}
