namespace Drydock.Lab.Accidents;

/// <summary>An accident and its moment.</summary>
public sealed record AccidentStrike(IAccident Accident, AccidentMoment Moment)
{
    /// <summary>
    /// Whether other accidents can come before and after it in one run: its damage can be repaired completely, and it
    /// has its effect at its moment and not only at a later step.
    /// </summary>
    public bool CanShare => Accident is { Toll: AccidentToll.Nothing, IsDeferred: false };
}
