namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What the PD leader says of a member: GET /pd/health.</summary>
/// <param name="Name">The member.</param>
/// <param name="ClientUrls">Where it serves.</param>
/// <param name="IsHealthy">Whether it answered the leader.</param>
internal sealed record PdMemberHealth(string Name, IReadOnlyList<string> ClientUrls, bool IsHealthy);
