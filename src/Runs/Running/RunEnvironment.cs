namespace Drydock.Runs;

/// <summary>The inputs of a run besides the plan. Built again at every advance, so that changed endpoints and Secrets
/// count from the next act on.</summary>
public sealed record RunEnvironment
{
    public required string OwnerUid { get; init; }

    public required IStepCatalog Catalog { get; init; }

    public required IActFence Fence { get; init; }

    public required TimeProvider Time { get; init; }

    public required Action Wake { get; init; }

    /// <summary>Keeps what <see cref="Catalog"/> uses (connections, credentials) until the result is disposed of.
    /// Called when a job is started: a job that started with one version of a Secret ends with it, even if other jobs
    /// use a newer one meanwhile.</summary>
    public Func<IAsyncDisposable?> Hold { get; init; } = static () => null;

    /// <summary>Ends when the spec that <see cref="Catalog"/> is bound to was replaced by another one. A job that only
    /// waits ends then, and the step is observed again with the new spec. An act under way is not
    /// interrupted.</summary>
    public CancellationToken Superseded { get; init; }

    public Func<string, string> Redact { get; init; } = static text => text;

    /// <summary>Told of an exception that no step or guard expects: users are told only that there was one.</summary>
    public Action<Exception> Faulted { get; init; } = static _ => { };
}
