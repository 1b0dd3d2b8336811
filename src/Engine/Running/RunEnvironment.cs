using Drydock.Engine.Actions;

namespace Drydock.Engine.Running;

/// <summary>
/// What a run needs from outside the plan. Built anew at every advance, so that changed endpoints and Secrets count at
/// the next act.
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
    /// Keeps what <see cref="Catalog"/> works by (connections, credentials) until the result is disposed of. Called
    /// when a job is started: a job that was begun with a Secret ends with it, also when other jobs have another one
    /// meanwhile.
    /// </summary>
    public Func<IAsyncDisposable?> Hold { get; init; } = static () => null;

    /// <summary>Takes secrets out of texts that go to status.</summary>
    public Func<string, string> Redact { get; init; } = static text => text;
}
