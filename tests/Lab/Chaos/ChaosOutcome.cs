namespace Drydock.Lab.Chaos;

/// <summary>The outcome of a case.</summary>
/// <param name="Struck">Whether the moment came.</param>
/// <param name="Way">Phase and reason of the stops, whether the administrator repaired something, and the end.</param>
/// <param name="Difference">Why the end is not golden; null if it is.</param>
public sealed record ChaosOutcome(bool Struck, string Way, string? Difference)
{
    /// <summary>status.message at each stop, for the console.</summary>
    public IReadOnlyList<string> Said { get; init; } = [];

    /// <summary>Whether the end is golden.</summary>
    public bool IsGood => Difference is null;
}
