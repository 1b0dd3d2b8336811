
namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What was seen of a host.</summary>
/// <param name="Host">As the spec names it.</param>
/// <param name="Package">What of the package is there.</param>
/// <param name="Memory">Bytes.</param>
/// <param name="Cpus">CPUs.</param>
/// <param name="ClockOffset">Its clock minus ours.</param>
internal sealed record HostLook(string Host, PackageState Package, long Memory, int Cpus, TimeSpan ClockOffset);
