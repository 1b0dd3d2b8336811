namespace Drydock.Tests.Unit.Fakes;

/// <summary>The storage for dumps.</summary>
internal sealed class WorldBackupStorage : IStorages
{
    private static readonly IStorages Real = new Storages(null!, new StorageRoots([]), TimeProvider.System);

    public long? Free { get; set; } = 500L << 30;

    public string? Problem { get; set; }

    /// <summary>Why the storages of the spec may not be used; null if they may.</summary>
    public string? Refused { get; set; }

    /// <summary>What age says of the recipients; null if it takes them.</summary>
    public string? BadRecipient { get; set; }

    public string? DefaultDirectory { get; set; } = "/snapshots";

    /// <summary>False once the volume is another one.</summary>
    public bool Marked { get; set; } = true;

    public string? Refusal(StorageSpec storage, string? @namespace) => Refused
        ?? (storage is { Directory: null, S3: null } ? Real.Refusal(storage, @namespace) : null);

    public Task<ISnapshotStorage> OpenAsync(
        StorageSpec storage, string? @namespace, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<bool> IsMarkedAsync(StorageSpec storage, string? @namespace, CancellationToken cancellationToken) =>
        Task.FromResult(Marked);

    public Task CheckRecipientsAsync(IReadOnlyList<string> recipients, CancellationToken cancellationToken) =>
        recipients.Count > 0 && BadRecipient is { } problem
            ? Task.FromException(new SnapshotException(SnapshotFailure.InvalidRequest, problem))
            : Task.CompletedTask;

    public Task<long?> ProbeAsync(StorageSpec storage, string? @namespace, CancellationToken cancellationToken) =>
        Problem is { } problem
            ? Task.FromException<long?>(new SnapshotException(SnapshotFailure.StorageUnusable, problem))
            : Task.FromResult(Free);
}
