namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// One process's way to a database that does all it is told, by the Secrets of one moment. Of no use once it is
/// disposed of.
/// </summary>
internal sealed class FakeDatabaseTargets : IRunTargets, IStepCatalog
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);
    private readonly DatabaseRunTruth _truth;
    private readonly TimeProvider _time;
    private readonly Func<IRunDiscovery<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>> _discover;
    private bool _isDisposed;

    public FakeDatabaseTargets(
        DatabaseRunTruth truth,
        TimeProvider time,
        Func<IRunDiscovery<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>> discover)
    {
        (_truth, _time, _discover) = (truth, time, discover);
        truth.Bound++;
    }

    public void Refresh(IKubernetesObject entity)
    {
        // Nothing of the object matters.
    }

    public string Redact(string text) => text;

    public IStepCatalog Catalog() => this;

    public IStepAction Action(PlannedStep step) => new AnyAction(this);

    public IGuardCheck Guard(PlannedGuard guard) => new AnyGuard();

    public async Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Look, _time, cancellationToken);
        Use("preflight");
        var found = _discover();
        return new PreflightResult<IRunDiscovery>(found, [], found.TargetIdentity)
        {
            TargetAddresses = found.TargetAddresses
        };
    }

    public ValueTask DisposeAsync()
    {
        _truth.Disposed++;
        _isDisposed = true;
        return ValueTask.CompletedTask;
    }

    private void Use(string what)
    {
        if (_isDisposed)
        {
            _truth.UsedTooLate.Add(what);
            throw new ObjectDisposedException(what);
        }
    }

    private sealed class AnyAction(FakeDatabaseTargets targets) : IStepAction
    {
        private static readonly TimeSpan Takes = TimeSpan.FromSeconds(30);

        public Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
        {
            targets.Use($"look at {context.Step.Id}");
            return Task.FromResult<Observation>(
                !targets._truth.Acts.TryGetValue(context.Step.Id, out var at) ? new Observation.NotStarted("not begun")
                : context.Time.GetUtcNow() - at < Takes ? new Observation.Running("at work")
                : new Observation.Done());
        }

        public Task<IReadOnlyDictionary<string, string>> PrepareAsync(
            StepContext context, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyDictionary<string, string>>(
                new Dictionary<string, string>(StringComparer.Ordinal));

        public Task ActAsync(StepContext context, CancellationToken cancellationToken)
        {
            targets.Use($"act {context.Step.Id}");
            if (targets._truth.Refusing.Contains(context.Step.Id))
            {
                throw new StepActionException("Refused", "it is stuck", retryable: false);
            }

            targets._truth.Acts[context.Step.Id] = context.Time.GetUtcNow();
            targets._truth.Counts[context.Step.Id] = targets._truth.Counts.GetValueOrDefault(context.Step.Id) + 1;
            return Task.CompletedTask;
        }

        public async Task WaitAsync(StepContext context, CancellationToken cancellationToken)
        {
            await Task.Delay(Takes, context.Time, cancellationToken);
            targets.Use($"wait for {context.Step.Id}");
        }
    }

    private sealed class AnyGuard : IGuardCheck
    {
        public bool Concerns(Step aboutToAct) => true;

        public Task<GuardReading> CheckAsync(Guard guard, PlanProgress plan, CancellationToken cancellationToken) =>
            Task.FromResult(GuardReading.Holds);
    }
}
