namespace Drydock.Clients.Snapshots;

/// <summary>The actual content of a dump, read from its statements.</summary>
public sealed record DumpSummary
{
    /// <summary>Tables it creates, with the rows of its INSERT statements.</summary>
    public required IReadOnlyDictionary<string, long> Tables { get; init; }

    /// <summary>Views it creates (the final definitions, not mysqldump's placeholders).</summary>
    public required IReadOnlySet<string> Views { get; init; }

    /// <summary><c>PROCEDURE x</c>, <c>FUNCTION x</c>, <c>PACKAGE x</c>, <c>PACKAGE BODY x</c>.</summary>
    public required IReadOnlySet<string> Routines { get; init; }

    /// <summary>Triggers it creates.</summary>
    public required IReadOnlySet<string> Triggers { get; init; }

    /// <summary>Events it creates.</summary>
    public required IReadOnlySet<string> Events { get; init; }

    /// <summary>Sequences it creates.</summary>
    public required IReadOnlySet<string> Sequences { get; init; }

    /// <summary>
    /// It ends with mysqldump's <c>-- Dump completed</c>, outside any string or statement, and nothing follows.
    /// </summary>
    public required bool IsComplete { get; init; }

    /// <summary>
    /// It contains statements that name a database (ALTER DATABASE, USE), so it can be loaded only under that name.
    /// </summary>
    public required bool NamesDatabase { get; init; }

    /// <summary>It ends outside any string or statement.</summary>
    public required bool EndsClean { get; init; }

    /// <summary>Bytes read.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes of the longest statement.</summary>
    public required long LargestStatementBytes { get; init; }

    /// <summary>
    /// The first forbidden statement; null: none. Nothing after it was read.
    /// </summary>
    public RefusedStatement? Refused { get; init; }

    /// <summary>
    /// Combines several files of one database; it is complete only if all of them are.
    /// </summary>
    internal static DumpSummary Merge(IReadOnlyCollection<DumpSummary> parts)
    {
        var tables = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, rows) in parts.SelectMany(static p => p.Tables))
        {
            tables[name] = tables.GetValueOrDefault(name) + rows;
        }

        return new DumpSummary
        {
            Tables = tables,
            Views = Union(static p => p.Views),
            Routines = Union(static p => p.Routines),
            Triggers = Union(static p => p.Triggers),
            Events = Union(static p => p.Events),
            Sequences = Union(static p => p.Sequences),
            NamesDatabase = parts.Any(static p => p.NamesDatabase),
            IsComplete = parts.All(static p => p.IsComplete),
            EndsClean = parts.All(static p => p.EndsClean),
            Bytes = parts.Sum(static p => p.Bytes),
            LargestStatementBytes = parts.Max(static p => p.LargestStatementBytes),
            Refused = parts.Select(static p => p.Refused).FirstOrDefault(static r => r is not null),
        };

        HashSet<string> Union(Func<DumpSummary, IReadOnlySet<string>> of) =>
            parts.SelectMany(of).ToHashSet(StringComparer.Ordinal);
    }
}
