using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>Where a console is and who asks.</summary>
/// <param name="Address">Scheme, host, port and, behind a proxy, a path; the API's own path is appended.</param>
/// <param name="User">User name.</param>
/// <param name="Password">Password.</param>
/// <param name="Authority">PEM of the authorities that may have signed the console's certificate; null for those of the
/// system.</param>
internal sealed record OmsApiTarget(Uri Address, string User, Secret Password, string? Authority = null);
