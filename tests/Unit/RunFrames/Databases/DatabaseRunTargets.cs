using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;
using Drydock.Engine.Guards;
using Drydock.Reconcilers.Common.Runs;
using Drydock.Reconcilers.DatabaseRollingUpgrades.Running;
using Drydock.Reconcilers.DatabaseRollingUpgrades.TiDb.Preflight;
using Drydock.Tests.Unit.TiDb.World;

namespace Drydock.Tests.Unit.RunFrames.Databases;

/// <summary>One process's way to a TiDB that does all it is told.</summary>
internal sealed class DatabaseRunTargets(DatabaseRunTruth truth, TimeProvider time) :
    IRunAccess<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>,
    IRunTargets<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>,
    IStepCatalog
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);
    private static readonly Lazy<TiDbPreflightResult> Found = new(() => new TiDbWorld().Preflight());

    public Task<RunBinding<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>> ReadAsync(DatabaseRollingUpgrade entity, CancellationToken cancellationToken) =>
        Task.FromResult(new RunBinding<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>("access", "targets", _ => this));

    public void Refresh(DatabaseRollingUpgrade entity)
    {
        // Nothing of the object matters.
    }

    public string Redact(string text) => text;

    public IStepCatalog Catalog() => this;

    public IStepAction Action(string name) => new AnyAction(name, truth);

    public IGuardCheck Guard(string name) => new AnyGuard(name);

    public async Task<RunPreflight<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>> PreflightAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Look, time, cancellationToken);
        return new RunPreflight<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>(new TiDbDiscovered(Found.Value.Discovery!), [], Found.Value.TargetIdentity);
    }

    public Task<string?> FindObstacleAsync(DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class AnyAction(string name, DatabaseRunTruth truth) : IStepAction
    {
        private static readonly TimeSpan Takes = TimeSpan.FromSeconds(30);

        public string Name => name;

        public Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) => Task.FromResult<Observation>(
            !truth.Acts.TryGetValue(context.Step.Id, out var at) ? new Observation.NotStarted()
            : context.Time.GetUtcNow() - at < Takes ? new Observation.Running("at work")
            : new Observation.Done());

        public Task<IReadOnlyDictionary<string, string>> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>(StringComparer.Ordinal));

        public Task ActAsync(StepContext context, CancellationToken cancellationToken)
        {
            if (truth.Refusing.Contains(context.Step.Id))
            {
                throw new StepActionException("Refused", "it is stuck", retryable: false);
            }

            truth.Acts[context.Step.Id] = context.Time.GetUtcNow();
            return Task.CompletedTask;
        }

        public Task WaitAsync(StepContext context, CancellationToken cancellationToken) => Task.Delay(Takes, context.Time, cancellationToken);
    }

    private sealed class AnyGuard(string name) : IGuardCheck
    {
        public string Name => name;

        public Task<GuardReading> CheckAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken) => Task.FromResult(GuardReading.Holds);
    }
}
