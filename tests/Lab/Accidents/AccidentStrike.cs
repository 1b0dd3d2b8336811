namespace Drydock.Lab.Accidents;

/// <summary>An accident and when it is to strike.</summary>
/// <param name="Accident">What happens.</param>
/// <param name="Moment">When.</param>
public sealed record AccidentStrike(IAccident Accident, AccidentMoment Moment)
{
    /// <summary>
    /// Whether others can come before and after it in one run: what it takes away is given back, and it works at its
    /// moment instead of lying in wait for a later step.
    /// </summary>
    public bool CanShare => Accident is { Toll: AccidentToll.Nothing, IsDeferred: false };
}
