using Drydock.Clients.Snapshots;
using Drydock.Reconcilers.OmsUpgrades.Access;

namespace Drydock.Tests.Unit.World;

/// <summary>The storage for dumps.</summary>
internal sealed class WorldBackupStorage : IBackupStorageProbe
{
    public long? Free { get; set; } = 500L << 30;

    public string? Problem { get; set; }

    /// <summary>False once the volume is another one.</summary>
    public bool Marked { get; set; } = true;

    public Task<bool> IsMarkedAsync(string directory, CancellationToken cancellationToken) => Task.FromResult(Marked);

    public Task<long?> ProbeAsync(string directory, CancellationToken cancellationToken) => Problem is { } problem
        ? Task.FromException<long?>(new SnapshotException(problem))
        : Task.FromResult(Free);
}
