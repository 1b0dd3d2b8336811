namespace Drydock.Engine.Holds;

/// <summary>A hold that a run waits at.</summary>
/// <param name="Name">Phase, step id or <see cref="HoldMatcher.PointOfNoReturn"/>.</param>
/// <param name="Approval">The approval that ends it for the present plan.</param>
public sealed record StepHold(string Name, string Approval);
