namespace Drydock.Reconcilers.Oms;

/// <summary>ha.config before the upgrade.</summary>
/// <param name="Present">Whether the row exists.</param>
/// <param name="Enabled">Whether it says enable: true.</param>
/// <param name="Raw">Its text, byte for byte; null if absent. It holds no secret.</param>
internal sealed record DiscoveredHighAvailability(bool Present, bool Enabled, string? Raw);
