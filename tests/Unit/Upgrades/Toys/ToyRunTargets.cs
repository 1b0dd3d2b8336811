namespace Drydock.Tests.Unit.Upgrades;

/// <summary>One process's way to the toys.</summary>
internal sealed class ToyRunTargets(ToyRunTruth truth, string door) : IRunTargets, IStepCatalog
{
    public void Refresh(IKubernetesObject entity)
    {
        // Nothing of the object matters.
    }

    public string Redact(string text) => text.Replace("hunter2", "***", StringComparison.Ordinal);

    public IStepCatalog Catalog() => this;

    public IStepAction Action(PlannedStep step) => new ToyRunAction(truth, door);

    public IGuardCheck Guard(PlannedGuard guard) => throw new KeyNotFoundException(guard.Check);

    public async Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken)
    {
        await truth.MayHangAsync(nameof(PreflightAsync), cancellationToken);
        return truth.Findings.Count > 0
            ? new PreflightResult<IRunDiscovery>(null, [.. truth.Findings])
            : new PreflightResult<IRunDiscovery>(new ToyRunDiscovery(truth.Target), [], truth.Target);
    }

    public async Task<PlanProgress> ReadTracesAsync(PlanProgress plan, CancellationToken cancellationToken)
    {
        truth.Looks++;
        return truth.Traces is { } read ? await read(plan, cancellationToken) : plan;
    }

    public async Task<Blocker?> FindBlockerAsync(CancellationToken cancellationToken)
    {
        await truth.MayHangAsync(nameof(FindBlockerAsync), cancellationToken);
        return truth.Blocker;
    }

    public Task<bool> MarkAsync(string name, string by, CancellationToken cancellationToken)
    {
        if (truth.Unmarkable is { } why)
        {
            throw new IOException(why);
        }

        truth.Marks.TryAdd(name, by);
        return Task.FromResult(truth.Marks[name] == by);
    }

    public Task<ParkedStateResult> CleanUpAsync(RunStatus status, CancellationToken cancellationToken)
    {
        truth.CleanUpTries++;
        if (!truth.CanCleanUp)
        {
            return Task.FromResult(new ParkedStateResult([], ["the litter is stuck"]));
        }

        List<string> gone = [.. truth.Litter];
        truth.Litter.Clear();
        return Task.FromResult(new ParkedStateResult(gone, []));
    }

    public ValueTask DisposeAsync()
    {
        truth.Disposed++;
        return ValueTask.CompletedTask;
    }
}
