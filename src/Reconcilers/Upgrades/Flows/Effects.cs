namespace Drydock.Reconcilers.Upgrades;

/// <summary>Something that a flow wants done or asked outside of the object, and its answer.</summary>
internal abstract record Effect<T>
{
    public abstract Task<T> DoAsync(RunFrame frame, Turn turn, CancellationToken cancellationToken);
}

/// <summary>Takes the claim on a target for the object. Answers with the other holder; null if the object has it
/// now.</summary>
/// <param name="Keep">Whether the names that the object has are kept although another one has the rest.</param>
internal sealed record ClaimOf(ClaimTarget Target, bool Keep) : Effect<ClaimHolder?>
{
    public override Task<ClaimHolder?> DoAsync(RunFrame frame, Turn turn, CancellationToken cancellationToken) =>
        frame.Services.Claims.ClaimAsync(
            Target, turn.Entity.Entity, turn.Metadata.Annotation(Annotations.Adopt), Keep, cancellationToken);
}

/// <summary>Another holder of the first of these targets that has one; null if none has.</summary>
internal sealed record HolderOf(IReadOnlyList<ClaimTarget> Targets, bool OfThoseThere = false)
    : Effect<(ClaimTarget Target, ClaimHolder Holder)?>
{
    public HolderOf(ClaimTarget target)
        : this([target])
    {
    }

    public override async Task<(ClaimTarget Target, ClaimHolder Holder)?> DoAsync(
        RunFrame frame, Turn turn, CancellationToken cancellationToken)
    {
        foreach (var target in Targets)
        {
            if (await frame.Services.Claims.FindHolderAsync(target, turn.Entity.Entity, cancellationToken)
                is { } holder && !(OfThoseThere && holder.IsGone))
            {
                return (target, holder);
            }
        }

        return null;
    }
}

/// <summary>Releases names of claims that the object holds.</summary>
internal sealed record Release(IReadOnlyList<string> Names) : Effect<bool>
{
    /// <summary>The claims by a status. If the object changed since, the next turn claims the target again before it
    /// continues the run.</summary>
    public static Release Of(Turn turn, TargetStatus target)
    {
        turn.Session.ClaimSeen = false;
        return new Release(ClaimTarget.Of(target)?.Names(turn.Metadata.Namespace) ?? []);
    }

    public override async Task<bool> DoAsync(RunFrame frame, Turn turn, CancellationToken cancellationToken)
    {
        await frame.Services.Claims.ReleaseAsync(Names, turn.Metadata.Uid!, cancellationToken);
        return true;
    }
}

/// <summary>Stores what is too long for a status. Answers with the status that refers to it, or why that cannot be
/// stored.</summary>
internal sealed record StoreLists(IRunDiscovery Discovery, RunStatus Learned)
    : Effect<(RunStatus? Whole, Finding? Trouble)>
{
    public override async Task<(RunStatus? Whole, Finding? Trouble)> DoAsync(
        RunFrame frame, Turn turn, CancellationToken cancellationToken)
    {
        try
        {
            return (await Discovery.StoreListsAsync(Learned, cancellationToken), null);
        }
        catch (ListUnavailableException exception)
        {
            return (null, new Finding { Reason = exception.Reason, Message = exception.Message });
        }
    }
}

/// <summary>Whether an object that is deleted is released as it is.</summary>
internal sealed record IsAbandoned : Effect<bool>
{
    public override Task<bool> DoAsync(RunFrame frame, Turn turn, CancellationToken cancellationToken) =>
        DeletionFlow.IsAbandonedAsync(frame.Services.Kubernetes, turn.Metadata, cancellationToken);
}

/// <summary>Binds the targets. False if the spec changed under a run: the connections stay those of the former spec, so
/// no step uses the changed field.</summary>
internal sealed record BindTargets : Effect<bool>
{
    public override async Task<bool> DoAsync(RunFrame frame, Turn turn, CancellationToken cancellationToken)
    {
        var binding = await frame.Kind.BindAsync(turn.Entity, cancellationToken);
        if (!turn.IsDeleted && turn.IsChanged)
        {
            return false;
        }

        await turn.Session.BindAsync(turn.Entity, binding, () =>
        {
            turn.Session.WorldChanged();
            frame.Wake(turn.Entity);
        });
        return true;
    }
}

/// <summary>Cancels the jobs of the run in this process.</summary>
internal sealed record StopRun : Effect<bool>
{
    public override async Task<bool> DoAsync(RunFrame frame, Turn turn, CancellationToken cancellationToken)
    {
        await turn.Session.StopRunAsync();
        return true;
    }
}

/// <summary>Forgets what this process keeps of the object. A mark that is being made would be taken for another's, so
/// it is kept then.</summary>
internal sealed record Forget : Effect<bool>
{
    public override async Task<bool> DoAsync(RunFrame frame, Turn turn, CancellationToken cancellationToken)
    {
        await (turn.Session.Marks.Making is null ? frame.ForgetAsync(turn.Entity) : Task.CompletedTask);
        return true;
    }
}

/// <summary>Works beside the reconcile with the present targets, within a time limit and the leadership of this
/// process, and reconciles the object at the end. Answers at once with the work that has begun.</summary>
/// <param name="Places">Where a place is waited for before the time begins.</param>
internal sealed record Beside<T>(
    string Limit,
    Func<IRunTargets, CancellationToken, Task<T>> Work,
    Func<IRunTargets, Exception, T> Failed,
    SemaphoreSlim? Places = null) : Effect<Task<T>>
{
    public override Task<Task<T>> DoAsync(RunFrame frame, Turn turn, CancellationToken cancellationToken) =>
        Task.FromResult(RunAsync(frame, turn));

    private async Task<T> RunAsync(RunFrame frame, Turn turn)
    {
        var (held, hasPlace) = (turn.Session.Hold(), false);
        await Task.Yield();
        try
        {
            await (Places?.WaitAsync(frame.Services.Fence.Ended) ?? Task.CompletedTask);
            hasPlace = true;
            using var time = new CancellationTokenSource(Timers.Parse(Limit), frame.Services.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, frame.Services.Fence.Ended);
            return await Work(held.Targets, either.Token);
        }
        catch (OperationCanceledException exception) when (!frame.Services.Fence.Ended.IsCancellationRequested)
        {
            return Failed(held.Targets, new TimeoutException($"No answer within {Limit}.", exception));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return Failed(held.Targets, exception);
        }
        finally
        {
            if (hasPlace)
            {
                Places?.Release();
            }

            await held.DisposeAsync();

            // Outside this task, so that the woken caller finds it finished; on the scheduler of the caller, like the
            // jobs of the engine.
            _ = Task.Factory.StartNew(
                () => frame.Wake(turn.Entity),
                CancellationToken.None,
                TaskCreationOptions.DenyChildAttach,
                TaskScheduler.Current);
        }
    }
}
