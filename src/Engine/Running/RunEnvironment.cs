using Drydock.Engine.Actions;

namespace Drydock.Engine.Running;

/// <summary>
/// The inputs of a run besides the plan. Built again at every advance, so that changed endpoints and Secrets count from
/// the next act on.
/// </summary>
public sealed record RunEnvironment
{
    /// <summary>Uid of the object whose plan runs.</summary>
    public required string OwnerUid { get; init; }

    /// <summary>The actions and guard checks, bound to the present spec and Secrets.</summary>
    public required IStepCatalog Catalog { get; init; }

    /// <summary>The fence.</summary>
    public required IActFence Fence { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Called when something happened and the run should be advanced.</summary>
    public required Action Wake { get; init; }

    /// <summary>
    /// Keeps what <see cref="Catalog"/> uses (connections, credentials) until the result is disposed of. Called when a
    /// job is started: a job that started with one version of a Secret ends with it, even if other jobs use a newer one
    /// meanwhile.
    /// </summary>
    public Func<IAsyncDisposable?> Hold { get; init; } = static () => null;

    /// <summary>
    /// Ends when the spec that <see cref="Catalog"/> is bound to was replaced by another one. A job that only waits
    /// ends then, and the step is observed again with the new spec. An act under way is not interrupted.
    /// </summary>
    public CancellationToken Superseded { get; init; }

    /// <summary>Removes secrets from texts that go to status.</summary>
    public Func<string, string> Redact { get; init; } = static text => text;
}
