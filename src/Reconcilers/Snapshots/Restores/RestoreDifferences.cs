namespace Drydock.Reconcilers.Snapshots;

/// <summary>Definitions that the server prints differently after a load: warnings with both texts, in the log and in
/// status.</summary>
internal sealed partial class RestoreDifferences(ILogger logger, string? @namespace, string? name)
{
    private const int Items = 20;
    private const int Length = 1024;

    private readonly ConcurrentQueue<SnapshotFinding> _all = [];

    public int Count => _all.Count;

    public static List<string> Bounded(IReadOnlyList<string> differences)
    {
        var shown = differences.Count > Items ? Items - 1 : differences.Count;
        return [
            .. differences.Take(shown).Select(d => d.Length > Length ? d[..(Length - 1)] + "…" : d),
            .. differences.Count > shown
                ? (string[])[$"{differences.Count - shown} more are in the log of the operator."]
                : [],
        ];
    }

    public void Add(SnapshotFinding finding)
    {
        _all.Enqueue(finding);
        Differs(logger, @namespace, name, finding.Message);
    }

    public IReadOnlyList<string> Of(string database) =>
        [.. _all.Where(f => f.Database == database).Select(f => f.Message)];

    public string Describe() => Count == 0
        ? ""
        : $"{Count} definitions are printed differently than in the snapshot; compare the texts in "
                + "status.databases[].differences.";

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Namespace}/{Name}: a loaded definition is printed differently: {Difference}")]
    private static partial void Differs(ILogger logger, string? Namespace, string? name, string difference);
}
