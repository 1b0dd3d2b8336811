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

    /// <summary>It ends with mysqldump's <c>-- Dump completed</c>, outside of any string or statement, and nothing follows.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Bytes read.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes of the longest statement.</summary>
    public required long LargestStatementBytes { get; init; }
}
