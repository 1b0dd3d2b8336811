namespace Drydock.Lab.Upgrades;

/// <summary>When the next kill comes.</summary>
/// <param name="Acts">How many acts after the one before, or after the beginning.</param>
/// <param name="Side">Before or after that act.</param>
public sealed record KillDistance(int Acts, FaultSide Side);
