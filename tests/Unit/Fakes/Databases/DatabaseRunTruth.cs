namespace Drydock.Tests.Unit.Fakes;

/// <summary>What was done. It outlives every process.</summary>
internal sealed class DatabaseRunTruth
{
    /// <summary>Steps that were carried out, and when.</summary>
    public Dictionary<string, DateTimeOffset> Acts { get; } = new(StringComparer.Ordinal);

    /// <summary>How often each was carried out.</summary>
    public Dictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>How often targets were bound.</summary>
    public int Bound { get; set; }

    /// <summary>How many of them were disposed of.</summary>
    public int Disposed { get; set; }

    /// <summary>What was asked of targets that had been disposed of.</summary>
    public List<string> UsedTooLate { get; } = [];

    /// <summary>Steps that are refused.</summary>
    public HashSet<string> Refusing { get; } = new(StringComparer.Ordinal);
}
