namespace Drydock.Lab.Databases.TiDb;

/// <summary>A TiKV as it really is.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">The version it registered with last.</param>
/// <param name="Leaders">How many Regions it leads now.</param>
/// <param name="StartedAt">When its process registered.</param>
/// <param name="IsGone">Whether its process is not there.</param>
public sealed record TiDbStore(ulong Id, string Version, int Leaders, DateTimeOffset StartedAt, bool IsGone);
