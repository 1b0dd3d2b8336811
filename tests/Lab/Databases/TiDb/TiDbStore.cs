namespace Drydock.Lab.Databases.TiDb;

/// <summary>The true state of a TiKV.</summary>
/// <param name="Version">The version of its last registration.</param>
/// <param name="Leaders">Number of Regions that it leads now.</param>
/// <param name="StartedAt">Time at which its process registered.</param>
/// <param name="IsGone">Whether its process has ended.</param>
public sealed record TiDbStore(ulong Id, string Version, int Leaders, DateTimeOffset StartedAt, bool IsGone);
