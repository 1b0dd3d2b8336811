namespace Drydock.Tests.Unit.RunFrames.Databases;

/// <summary>What was done. It outlives every process.</summary>
internal sealed class DatabaseRunTruth
{
    /// <summary>Steps that were carried out, and when.</summary>
    public Dictionary<string, DateTimeOffset> Acts { get; } = new(StringComparer.Ordinal);

    /// <summary>Steps that are refused.</summary>
    public HashSet<string> Refusing { get; } = new(StringComparer.Ordinal);
}
