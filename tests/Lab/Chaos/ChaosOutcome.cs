namespace Drydock.Lab.Chaos;

/// <summary>What came of a case.</summary>
/// <param name="Struck">Whether the moment came.</param>
/// <param name="Way">What was seen on the way to the end: phase and reason of the stops, whether somebody mended, the
/// end.</param>
/// <param name="Difference">Why the end is not a golden one; null if it is.</param>
public sealed record ChaosOutcome(bool Struck, string Way, string? Difference)
{
    /// <summary>What status.message said at each stop, for who reads along.</summary>
    public IReadOnlyList<string> Said { get; init; } = [];

    /// <summary>Whether the end was a golden one.</summary>
    public bool IsGood => Difference is null;
}
