namespace Drydock.Reconcilers.Upgrades;

/// <summary>A hold that follows from another field of the spec than holdBefore.</summary>
/// <param name="Step">The id of the step before which the run waits for an approval.</param>
/// <param name="Because">Why, with the field: part of a sentence.</param>
internal sealed record ImpliedHold(string Step, string Because);
