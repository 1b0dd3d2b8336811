namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// The tablets of one server, by /api/v1/tablets of its own port (docs/research/yugabytedb.md#tablet-server-pages).
/// </summary>
/// <param name="Running">How many run.</param>
/// <param name="Others">How many are in which other state: BOOTSTRAPPING, FAILED and so on.</param>
internal sealed record YbTabletStates(int Running, IReadOnlyDictionary<string, int> Others)
{
    /// <summary>States in which a tablet is not expected to run any more.</summary>
    private static readonly string[] Gone = ["SHUTDOWN", "TABLET_DATA_TOMBSTONED", "TABLET_DATA_DELETED"];

    /// <summary>Whether every tablet that is to run does.</summary>
    public bool AllRun => Others.Keys.All(s => Gone.Contains(s, StringComparer.OrdinalIgnoreCase));

    /// <summary>The others in a few words.</summary>
    public string Describe() =>
        string.Join(", ", Others.OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => $"{o.Value} {o.Key}"));
}
