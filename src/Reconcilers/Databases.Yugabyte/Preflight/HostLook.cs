
namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What preflight saw of one host.</summary>
/// <param name="Host">The host.</param>
/// <param name="ClockOffset">Its clock minus ours; null if it cannot be reached.</param>
/// <param name="Package">The state of the package; null if it could not be read.</param>
internal sealed record HostLook(string Host, TimeSpan? ClockOffset, PackageState? Package);
