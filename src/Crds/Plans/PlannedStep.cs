namespace Drydock.Crds.Plans;

/// <summary>One action on one node, database or cluster: what will be done. Its fields are those of
/// <see cref="StoredStep"/>, with what a reader fills in.</summary>
public sealed record PlannedStep
{
    public string Id { get; init; } = "";
    public string Phase { get => field.Length > 0 ? field : PhaseInId(Id); init; } = "";
    public string? Node { get; init; }
    public string Title { get => field.Length > 0 ? field : TitleInId(Id, Node); init; } = "";
    public string? Runs { get; init; }
    public ImmutableList<string> After { get; init; } = [];
    public string Action { get; init; } = "";
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = NoEntries;
    public IReadOnlyDictionary<string, string>? Measured { get; init; }
    public string Timeout { get; init; } = "10m";
    public int MaxAttempts { get; init; } = 1;
    public bool RunOnce { get; init; }
    public RetryRule Retry { get; init; }
    public bool Reversible { get; init; } = true;
    public bool PointOfNoReturn { get; init; }
    public bool OnlyLists { get; init; }
    public bool AsksWindow { get; init; }

    internal static IReadOnlyDictionary<string, string> NoEntries { get; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The part of an id after the phase.</summary>
    public static string NameInId(string id) => id[(id.IndexOf('/', StringComparison.Ordinal) + 1)..];

    internal static string PhaseInId(string id) => id[..Math.Max(id.IndexOf('/', StringComparison.Ordinal), 0)];

    // UpgradeTiKV/tikv-1/drain: "Drain tikv-1".
    internal static string TitleInId(string id, string? node)
    {
        var name = NameInId(id);
        return node is { Length: > 0 } && name.StartsWith($"{node}/", StringComparison.Ordinal)
            ? $"{Capital(name[(node.Length + 1)..])} {node}"
            : name;
    }

    private static string Capital(string words) =>
        words.Length == 0 ? words : char.ToUpperInvariant(words[0]) + words[1..].Replace('-', ' ');
}
