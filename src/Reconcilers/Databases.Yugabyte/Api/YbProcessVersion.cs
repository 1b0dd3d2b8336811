
namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// What a process says it is, by /api/v1/version of its own port, which nobody answers for it
/// (docs/research/yugabytedb.md#rules).
/// </summary>
/// <param name="Version">Version and build.</param>
/// <param name="PostgresMajor">The major version of PostgreSQL in it, where it says so.</param>
internal sealed record YbProcessVersion(YugabyteVersion Version, int? PostgresMajor);
