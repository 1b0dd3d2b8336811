namespace Drydock.Clients.Snapshots;

/// <summary>
/// An object being written. Disposed without <see cref="CompleteAsync"/> it is given up and removed where possible.
/// </summary>
public interface ISnapshotObjectWriter : IAsyncDisposable
{
    /// <summary>Write-only, forward-only.</summary>
    Stream Content { get; }

    /// <summary>Makes what was written durable. Nothing may be written afterwards.</summary>
    Task CompleteAsync(CancellationToken cancellationToken);
}
