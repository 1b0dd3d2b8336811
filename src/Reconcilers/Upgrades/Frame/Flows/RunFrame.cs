namespace Drydock.Reconcilers.Upgrades;

/// <summary>The shared parts of the flows of one kind.</summary>
internal sealed class RunFrame(RunKind kind, RunServices services, IRunStore store)
{
    private readonly StatusWriter _status = new(kind, store, services.Loggers.CreateLogger<RunFrame>());

    public RunKind Kind => kind;

    public RunServices Services => services;

    /// <summary>Writes to the kind's objects, except for their status.</summary>
    public IRunStore Store => store;

    public StatusProjection Projection { get; } = new(kind);

    public DateTimeOffset Now => services.Time.GetUtcNow();

    public Task<RunObject> WriteAsync(RunObject entity, RunStatus status, CancellationToken cancellationToken) =>
        WriteAsync(entity, status, always: false, cancellationToken);

    /// <summary>Writes the status; if <paramref name="always"/> also if it does not differ.</summary>
    public Task<RunObject> WriteAsync(
        RunObject entity, RunStatus status, bool always, CancellationToken cancellationToken) =>
        _status.WriteAsync(entity, status, always, cancellationToken);

    public Task<RunObject> WriteAsync(
        RunObject entity,
        RunStatus status,
        RunStatusSummary summary,
        DateTimeOffset now,
        CancellationToken cancellationToken) =>
        WriteAsync(entity, Projection.Compose(entity, status, summary, now), cancellationToken);
}
