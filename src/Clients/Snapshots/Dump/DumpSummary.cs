namespace Drydock.Clients.Snapshots;

/// <summary>What a dump really contains, read from its statements.</summary>
public sealed record DumpSummary
{
    /// <summary>Tables it creates, with the rows its INSERT statements hold.</summary>
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
    /// It ends with mysqldump's <c>-- Dump completed</c>, outside of any string or statement, and nothing follows.
    /// </summary>
    public required bool IsComplete { get; init; }

    /// <summary>
    /// It has statements that name a database (ALTER DATABASE, USE): it can be loaded under that name only.
    /// </summary>
    public required bool NamesDatabase { get; init; }

    /// <summary>It ends outside of any string or statement.</summary>
    public required bool EndsClean { get; init; }

    /// <summary>Bytes read.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes of the longest statement.</summary>
    public required long LargestStatementBytes { get; init; }

    /// <summary>
    /// The first statement that may not be in a dump; null: there is none. What comes after it was not read.
    /// </summary>
    public RefusedStatement? Refused { get; init; }

    /// <summary>
    /// Several files of one database as one dump; what it says of completeness is true of all of them.
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

        HashSet<string> Union(Func<DumpSummary, IReadOnlySet<string>> of) => parts.SelectMany(of).ToHashSet(StringComparer.Ordinal);
    }
}
