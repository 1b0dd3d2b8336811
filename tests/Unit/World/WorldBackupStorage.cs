using Drydock.Clients.Snapshots;
using Drydock.Reconcilers.OmsUpgrades.Access;

namespace Drydock.Tests.Unit.World;

/// <summary>The storage for dumps.</summary>
internal sealed class WorldBackupStorage : IBackupStorageProbe
{
    public long? Free { get; set; } = 500L << 30;

    public string? Problem { get; set; }

    public Task<long?> ProbeAsync(string directory, CancellationToken cancellationToken) => Problem is { } problem
        ? Task.FromException<long?>(new SnapshotException(problem))
        : Task.FromResult(Free);
}
