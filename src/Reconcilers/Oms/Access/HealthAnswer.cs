namespace Drydock.Reconcilers.Oms;

/// <summary>What a node said of its health.</summary>
/// <param name="State">What it comes to.</param>
/// <param name="Message">What was answered, or why nothing was.</param>
internal sealed record HealthAnswer(HealthState State, string Message);
