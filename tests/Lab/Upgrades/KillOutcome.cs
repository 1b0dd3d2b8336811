namespace Drydock.Lab.Upgrades;

/// <summary>What came of killing the operator at one or more points of one run.</summary>
/// <param name="Struck">The points that were met, in order.</param>
/// <param name="Difference">How the end differs from the undisturbed run; null if it does not.</param>
public sealed record KillOutcome(IReadOnlyList<KillPoint> Struck, string? Difference)
{
    /// <summary>Whether the end was the golden one.</summary>
    public bool IsGood => Difference is null;
}
