namespace Drydock.Lab.Upgrades;

/// <summary>The moment of the next kill.</summary>
/// <param name="Acts">Number of acts after the kill before, or after the beginning.</param>
/// <param name="Side">Before or after that act.</param>
public sealed record KillDistance(int Acts, FaultSide Side);
