namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>A replication group at one of its ends.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Side">here or there: which end is its target.</param>
/// <param name="IsPaused">Whether it was paused already.</param>
internal sealed record DiscoveredGroup(string Name, string Side, bool IsPaused);
