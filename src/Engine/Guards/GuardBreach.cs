namespace Drydock.Engine.Guards;

/// <summary>A guard that does not hold, as reported in status.</summary>
/// <param name="GuardId">Which guard.</param>
/// <param name="State">Broken or unreadable.</param>
/// <param name="Message">The change, its author and its time.</param>
public sealed record GuardBreach(string GuardId, GuardState State, string Message);
