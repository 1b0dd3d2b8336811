namespace Drydock.Clients.Snapshots;

/// <summary>The content of a dump, as far as <see cref="DumpCounter"/> reads it.</summary>
internal sealed record DumpSummary
{
    /// <summary>Tables that it creates or fills, with the rows of its INSERT statements.</summary>
    public required IReadOnlyDictionary<string, long> Tables { get; init; }

    /// <summary>It ends with <c>-- Dump completed</c>, outside any statement, and no statement follows.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>It has an ALTER DATABASE, which names the database, so it can be loaded only under that name.</summary>
    public required bool NamesDatabase { get; init; }

    /// <summary>It ends outside any statement.</summary>
    public required bool EndsClean { get; init; }

    /// <summary>Bytes of the longest statement.</summary>
    public required long LargestStatementBytes { get; init; }

    /// <summary>The tables of several files of one database.</summary>
    internal static IReadOnlyDictionary<string, long> Merge(IEnumerable<DumpSummary> parts)
    {
        var tables = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, rows) in parts.SelectMany(static p => p.Tables))
        {
            tables[name] = tables.GetValueOrDefault(name) + rows;
        }

        return tables;
    }
}
