namespace Drydock.Lab.Accidents;

/// <summary>The outcome of one accident at one moment.</summary>
/// <param name="Accident">Id of the accident.</param>
/// <param name="Moment">Id of the moment.</param>
/// <param name="Struck">Whether the moment came.</param>
/// <param name="Stalled">The reason of the condition Stalled at each stop of the run, in order; empty if it never
/// stopped.</param>
/// <param name="Mended">Whether the administrator had to do something.</param>
/// <param name="Way">How it ended: <c>Succeeded</c>, <c>RolledBack</c>, where it got stuck, or that the run continued
/// to the next accident.</param>
/// <param name="Difference">How the end of the run differs from the undisturbed one; null if it does not.</param>
public sealed record AccidentOutcome(
    string Accident,
    string Moment,
    bool Struck,
    IReadOnlyList<string> Stalled,
    bool Mended,
    string Way,
    string? Difference)
{
    /// <summary>status.message at each stop, for the console.</summary>
    public IReadOnlyList<string> Said { get; init; } = [];

    /// <summary>Number of accidents that shared the run.</summary>
    public int Together { get; init; } = 1;

    /// <summary>Whether the end is golden.</summary>
    public bool IsGood => Difference is null;

    /// <summary>
    /// From the strike to the end, or to the next accident: <c>InitMetadata/OutcomeUnknown → mended → Succeeded</c>.
    /// </summary>
    public string Course =>
        string.Join(" → ", [.. Stalled, .. Mended ? ["mended"] : Array.Empty<string>(), Together == 1
            ? Way
            : string.Create(CultureInfo.InvariantCulture, $"{Way}, one of {Together} accidents of one run")]);

    /// <summary>
    /// For a ledger: <c>good dockerd-restart × step-InitMetadata: OutcomeUnknown → mended → Succeeded</c>.
    /// </summary>
    public override string ToString() =>
        $"{(IsGood ? "good" : "BAD ")} {Accident} × {Moment}{(Struck ? "" : " (not reached)")}: {Course}";
}
