namespace Drydock.Lab.Upgrades;

/// <summary>What came of killing the operator at one point.</summary>
/// <param name="Number">Number of the act.</param>
/// <param name="Side">Before or after it.</param>
/// <param name="Struck">The point as it was met; null if the run made fewer acts.</param>
/// <param name="Difference">How the end differs from the undisturbed run; null if it does not.</param>
public sealed record KillOutcome(int Number, FaultSide Side, FaultPoint? Struck, string? Difference)
{
    /// <summary>Whether the end was the golden one.</summary>
    public bool IsGood => Difference is null;
}
