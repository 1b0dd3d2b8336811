namespace Drydock.Reconcilers.Upgrades;

/// <summary>A hold that is not in holdBefore: it follows from another field of the spec, or from the plan.</summary>
/// <param name="Step">The id of the step, or the phase, before which the run waits for an approval.</param>
/// <param name="Because">Why, with the field. It continues "Held before STEP: ".</param>
internal sealed record ImpliedHold(string Step, string Because);
