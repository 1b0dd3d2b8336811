namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>A replication group in the consumer registry of its target.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsPaused">Whether it is disabled.</param>
/// <param name="Source">RPC addresses of the source's masters.</param>
internal sealed record YbInboundGroup(string Name, bool IsPaused, IReadOnlyList<ServiceAddress> Source);
