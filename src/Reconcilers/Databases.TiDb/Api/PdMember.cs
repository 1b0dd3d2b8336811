namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A PD member (docs/research/tidb.md#pd).</summary>
/// <param name="Name">Its own name.</param>
/// <param name="Id">Its member id, unsigned 64 bits.</param>
/// <param name="ClientUrls">Where it serves.</param>
/// <param name="LeaderPriority">A value other than 0 pulls leadership back to it.</param>
internal sealed record PdMember(string Name, ulong Id, IReadOnlyList<string> ClientUrls, int LeaderPriority);
