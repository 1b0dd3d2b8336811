namespace Drydock.Reconcilers.Upgrades;

/// <summary>What came of taking away what a resting run must not leave.</summary>
/// <param name="Gone">Names of what is gone, by this or before.</param>
/// <param name="Left">What is not, in words, with why.</param>
internal sealed record ParkedStateResult(IReadOnlyCollection<string> Gone, IReadOnlyCollection<string> Left)
{
    /// <summary>Nothing was there.</summary>
    public static ParkedStateResult Nothing { get; } = new([], []);
}
