namespace Drydock.Reconcilers.Upgrades;

/// <summary>What keeps a run from going on until it is mended; it is looked at again by itself.</summary>
/// <param name="Reason">Stable word.</param>
/// <param name="Message">What, where, and what to do.</param>
internal sealed record Blocker(string Reason, string Message);
