namespace Drydock.Lab.Upgrades;

/// <summary>The outcome of killing the operator at one or more points of one run.</summary>
/// <param name="Struck">The points that were reached, in order.</param>
/// <param name="Difference">How the end differs from the undisturbed run; null if it does not.</param>
public sealed record KillOutcome(IReadOnlyList<KillPoint> Struck, string? Difference)
{
    /// <summary>Whether the end is golden.</summary>
    public bool IsGood => Difference is null;
}
